#if !USE_TORCHSHARP
using RecLab.Torch;
#endif
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RecLab.Recommenders.Neural;

/// <summary>The computations with two roads: one fused native pass on the processor, or the recorded TorchSharp operations it equals, for every
/// other device and for a build over the TorchSharp package, which has no fused ones.</summary>
internal static class Kernels
{
    /// <summary>Causal self-attention of packed sequences.</summary>
    /// <param name="qkv">Rows x 3 width.</param>
    /// <param name="starts">First row of each sequence, then the number of rows.</param>
    public static Tensor CausalAttention(Tensor qkv, long[] starts, int heads, double dropout)
    {
#if !USE_TORCHSHARP
        if (qkv.device.type == DeviceType.CPU) return Fused.PackedCausalAttention(qkv, tensor(starts), heads, dropout);
#endif
        return PaddedAttention(qkv, starts, heads, dropout, causal: true);
    }

    /// <summary>Mean cross-entropy of softmax(hidden weight').</summary>
    public static Tensor LinearCrossEntropy(Tensor hidden, Tensor weight, Tensor target)
    {
#if !USE_TORCHSHARP
        if (hidden.device.type == DeviceType.CPU) return Fused.LinearCrossEntropy(hidden, weight, target);
#endif
        return F.cross_entropy(hidden.matmul(weight.t()), target);
    }

    /// <summary>Mean over rows of -log softmax over a row's own class and the drawn ones; a drawn one that is the row's own does not count.</summary>
    /// <param name="hidden">Rows x width.</param>
    /// <param name="own">Rows x width: the vector of each row's own class.</param>
    /// <param name="drawn">Drawn x width.</param>
    /// <param name="target">The number of each row's own class.</param>
    /// <param name="numbers">The numbers of the drawn classes.</param>
    /// <param name="correction">Added to the drawn logits.</param>
    public static Tensor SampledCrossEntropy(Tensor hidden, Tensor own, Tensor drawn, Tensor target, Tensor numbers, double correction)
    {
#if !USE_TORCHSHARP
        if (hidden.device.type == DeviceType.CPU) return Fused.SampledCrossEntropy(hidden, own, drawn, target, numbers, correction);
#endif
        var others = hidden.matmul(drawn.t()).masked_fill(target.unsqueeze(1).eq(numbers.unsqueeze(0)), -1e4) + correction;
        return F.cross_entropy(cat([(hidden * own).sum(-1, keepdim: true), others], 1), zeros([hidden.shape[0]], ScalarType.Int64, hidden.device));
    }

    /// <summary>Binary cross-entropy of each row's own class against those drawn for it: -(beta log sigma(own) + sum of log sigma(-drawn)) / (drawn + 1), the mean over rows; a drawn one that is the row's own does not count
    /// (Petrov and Macdonald, RecSys 2023, eq. 8; beta 1 is plain binary cross-entropy).</summary>
    /// <param name="hidden">Rows x width.</param>
    /// <param name="weight">Classes x width.</param>
    /// <param name="target">The number of each row's own class.</param>
    /// <param name="drawn">Rows x drawn: numbers of classes.</param>
    public static Tensor OwnNegatives(Tensor hidden, Tensor weight, Tensor target, Tensor drawn, double beta)
    {
#if !USE_TORCHSHARP
        if (hidden.device.type == DeviceType.CPU) return Fused.OwnNegatives(hidden, weight, target, drawn, beta);
#endif
        var (rows, count) = (drawn.shape[0], drawn.shape[1]);
        var own = (hidden * weight.index_select(0, target)).sum(-1);
        var others = (weight.index_select(0, drawn.view(-1)).view(rows, count, -1) * hidden.unsqueeze(1)).sum(-1).masked_fill(drawn.eq(target.unsqueeze(1)), -1e4);
        return -(F.logsigmoid(own).sum() * beta + F.logsigmoid(-others).sum()) / ((double)rows * (count + 1));
    }

    /// <summary>Rows of a table by their numbers.</summary>
    public static Tensor Rows(Tensor table, Tensor index)
    {
#if !USE_TORCHSHARP
        if (table.device.type == DeviceType.CPU) return Fused.Rows(table, index);
#endif
        return table.index_select(0, index);
    }

    /// <summary>At each row the mean of its sequence's rows up to it.</summary>
    /// <param name="rows">Rows x width, sequences one after the other.</param>
    /// <param name="starts">First row of each sequence, then the number of rows.</param>
    public static Tensor RunningMeans(Tensor rows, long[] starts)
    {
        List<int> begins = [0], columns = [];
        List<float> values = [];
        for (var s = 0; s + 1 < starts.Length; s++)
            for (var r = (int)starts[s]; r < starts[s + 1]; r++)
            {
                var count = r + 1 - (int)starts[s];
                for (var c = (int)starts[s]; c <= r; c++)
                {
                    columns.Add(c);
                    values.Add(1f / count);
                }
                begins.Add(columns.Count);
            }
#if !USE_TORCHSHARP
        if (rows.device.type == DeviceType.CPU) return new SparseRows([.. begins], [.. columns], [.. values], (int)starts[^1]).Times(rows);
#endif
        var row = new List<long>();
        for (var r = 0; r + 1 < begins.Count; r++) row.AddRange(Enumerable.Repeat((long)r, begins[r + 1] - begins[r]));
        var at = tensor([.. row, .. columns.Select(c => (long)c)], [2, columns.Count], device: rows.device);
        return mm(sparse_coo_tensor(at, tensor(values.ToArray(), device: rows.device), [starts[^1], starts[^1]]), rows);
    }

    /// <summary>Self-attention with every sequence padded to the longest; causal, or each row sees its whole sequence.</summary>
    internal static Tensor PaddedAttention(Tensor qkv, long[] starts, int heads, double dropout, bool causal)
    {
        var (sequences, width) = (starts.Length - 1, qkv.shape[1] / 3);
        var longest = Enumerable.Range(0, sequences).Max(b => starts[b + 1] - starts[b]);
        var (gather, back) = (new long[sequences * longest], new long[starts[^1]]);
        for (var b = 0; b < sequences; b++)
            for (var i = 0L; i < starts[b + 1] - starts[b]; i++)
            {
                gather[b * longest + i] = starts[b] + i;
                back[starts[b] + i] = b * longest + i;
            }
        var padded = qkv.index_select(0, tensor(gather, device: qkv.device)).view(sequences, longest, 3, heads, width / heads);
        Tensor Part(long which) => padded[TensorIndex.Colon, TensorIndex.Colon, which].transpose(1, 2);
        var scores = Part(0).matmul(Part(1).transpose(-2, -1)) / Math.Sqrt((double)width / heads);
        var mask = causal ? ones(longest, longest, dtype: ScalarType.Bool, device: qkv.device).triu(1) : Absent(starts, longest, qkv.device);
        var weights = F.softmax(scores.masked_fill(mask, -1e9), -1);
        if (dropout > 0) weights = F.dropout(weights, dropout);
        return weights.matmul(Part(2)).transpose(1, 2).reshape(-1, width).index_select(0, tensor(back, device: qkv.device));
    }

    /// <summary>Sequences x 1 x 1 x longest: true where a padded place holds nothing.</summary>
    private static Tensor Absent(long[] starts, long longest, Device device)
    {
        var sequences = starts.Length - 1;
        var absent = new float[sequences * longest];
        for (var b = 0; b < sequences; b++)
            for (var i = starts[b + 1] - starts[b]; i < longest; i++) absent[b * longest + i] = 1;
        return tensor(absent, [sequences, 1, 1, longest], device: device).gt(0.5);
    }
}
