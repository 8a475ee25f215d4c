using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RecLab.Torch.Tests.Runtime;

/// <summary>Every fused computation against the recorded operations it stands for, values and gradients.</summary>
public sealed class FusedTests
{
    private static readonly long[] Starts = [0, 1, 1, 20, 57]; // sequences of 1, 0, 19 and 37 rows

    [Theory]
    [InlineData(16, 1), InlineData(24, 2), InlineData(64, 4), InlineData(10, 1)]
    public void Packed_attention_is_masked_softmax_attention_of_each_sequence(int width, int heads)
    {
        Torch.Begin();
        using var scope = NewDisposeScope();
        using var x = nn.Parameter(randn(57, 3 * width));
        var weight = randn(57, width);

        var expected = cat([.. Starts.Zip(Starts.Skip(1)).Where(s => s.First < s.Second).Select(s => Composed(x, s.First, s.Second, width, heads))]);
        (expected * weight).sum().backward();
        var gradient = x.grad!.clone();
        using var optimizer = optim.SGD([x], 0);
        optimizer.zero_grad();

        var actual = Fused.PackedCausalAttention(x, tensor(Starts), heads, 0);
        (actual * weight).sum().backward();

        Close(expected, actual, 1e-5);
        Close(gradient, x.grad!, 1e-4);
    }

    [Fact]
    public void Attention_dropout_is_seeded_keeps_its_share_and_has_the_gradient_of_its_own_mask()
    {
        Torch.Begin();
        using var scope = NewDisposeScope();
        const int rows = 400, width = 16;
        var values = randn(rows, 3 * width).data<float>().ToArray();
        // Values of 1 make each output the kept share of its row's weights, scaled: 1 on average.
        for (var i = 0; i < values.Length; i++) if (i % (3 * width) >= 2 * width) values[i] = 1;
        using var x = nn.Parameter(tensor(values, [rows, 3 * width]));
        Tensor Run() { manual_seed(11); return Fused.PackedCausalAttention(x, tensor([0L, rows]), 1, 0.3); }

        var first = Run();
        Assert.Equal(first.data<float>().ToArray(), Run().data<float>().ToArray());
        Assert.InRange(first.mean().ToDouble(), 0.97, 1.03);

        var weight = randn(rows, width);
        (first * weight).sum().backward();
        var gradient = x.grad!.data<float>().ToArray();
        foreach (var (row, column) in new[] { (0, 0), (7, 20), (399, 3), (150, 17), (33, 40) })
            Assert.Equal(Slope(x, row * 3 * width + column, () => (Run() * weight).sum().ToDouble()), gradient[row * 3 * width + column], 2e-2);
    }

    [Theory]
    [InlineData(1, 5), InlineData(7, 33), InlineData(600, 50)]
    public void Linear_cross_entropy_is_the_product_and_then_cross_entropy(int rows, int classes)
    {
        Torch.Begin();
        using var scope = NewDisposeScope();
        using var hidden = nn.Parameter(randn(rows, 16));
        using var weight = nn.Parameter(randn(classes, 16));
        var target = randint(0, classes, [rows]);
        var expected = F.cross_entropy(hidden.matmul(weight.t()), target);
        (expected * 3).backward();
        var (dh, dw) = (hidden.grad!.clone(), weight.grad!.clone());
        using var optimizer = optim.SGD([hidden, weight], 0);
        optimizer.zero_grad();
        var actual = Fused.LinearCrossEntropy(hidden, weight, target);
        (actual * 3).backward();
        Assert.Equal(expected.ToDouble(), actual.ToDouble(), 1e-5);
        Close(dh, hidden.grad!, 1e-5);
        Close(dw, weight.grad!, 1e-5);
    }

    [Theory]
    [InlineData(1, 1), InlineData(7, 33), InlineData(600, 50)]
    public void Sampled_cross_entropy_is_the_products_and_then_cross_entropy_without_a_rows_own_class_among_the_drawn(int rows, int count)
    {
        Torch.Begin();
        using var scope = NewDisposeScope();
        var (target, numbers) = (randint(0, 40, [rows]), randint(0, 40, [count])); // some drawn twice, some a row's own
        using var hidden = nn.Parameter(randn(rows, 16));
        using var own = nn.Parameter(randn(rows, 16));
        using var drawn = nn.Parameter(randn(count, 16));
        var others = hidden.matmul(drawn.t()).masked_fill(target.unsqueeze(1).eq(numbers.unsqueeze(0)), -1e4) + 1.7;
        var expected = F.cross_entropy(cat([(hidden * own).sum(-1, keepdim: true), others], 1), zeros([rows], ScalarType.Int64));
        (expected * 3).backward();
        TorchSharp.Modules.Parameter[] learnt = [hidden, own, drawn];
        var slopes = Array.ConvertAll(learnt, p => p.grad!.clone());
        using var optimizer = optim.SGD(learnt, 0);
        optimizer.zero_grad();
        var actual = Fused.SampledCrossEntropy(hidden, own, drawn, target, numbers, 1.7);
        (actual * 3).backward();
        Assert.Equal(expected.ToDouble(), actual.ToDouble(), 1e-5);
        for (var p = 0; p < learnt.Length; p++) Close(slopes[p], learnt[p].grad!, 1e-5);
        Assert.Contains("do not share their width", Assert.Throws<TorchException>(() => Fused.SampledCrossEntropy(hidden, own, randn(count, 3), target, numbers, 0)).Message);
    }

    [Theory]
    [InlineData(1, 1, 16), InlineData(7, 3, 10), InlineData(300, 20, 33)]
    public void Own_negatives_is_the_gathered_products_and_then_the_log_sigmoids(int rows, int count, int width)
    {
        Torch.Begin();
        using var scope = NewDisposeScope();
        const int classes = 12; // few, so that some rows draw their own and some classes are drawn twice
        var (target, drawn) = (randint(0, classes, [rows]), randint(0, classes, [rows, count]));
        using var hidden = nn.Parameter(randn(rows, width));
        using var weight = nn.Parameter(randn(classes, width));
        var own = (hidden * weight.index_select(0, target)).sum(-1);
        var others = (weight.index_select(0, drawn.view(-1)).view(rows, count, -1) * hidden.unsqueeze(1)).sum(-1).masked_fill(drawn.eq(target.unsqueeze(1)), -1e4);
        var expected = -(F.logsigmoid(own).sum() * 0.3 + F.logsigmoid(-others).sum()) / ((double)rows * (count + 1));
        (expected * 3).backward();
        var (dh, dw) = (hidden.grad!.clone(), weight.grad!.clone());
        using var optimizer = optim.SGD([hidden, weight], 0);
        optimizer.zero_grad();
        var actual = Fused.OwnNegatives(hidden, weight, target, drawn, 0.3);
        (actual * 3).backward();
        Assert.Equal(expected.ToDouble(), actual.ToDouble(), 1e-5);
        Close(dh, hidden.grad!, 1e-5);
        Close(dw, weight.grad!, 1e-5);
        Assert.Contains("drawn class 12 is outside 0..11", Assert.Throws<TorchException>(() => Fused.OwnNegatives(hidden, weight, target, drawn + 12 - drawn, 1)).Message);
    }

    [Fact]
    public void Wrong_shapes_are_sentences()
    {
        Torch.Begin();
        using var scope = NewDisposeScope();
        Assert.Contains("do not cover the 4 rows", Assert.Throws<TorchException>(() => Fused.PackedCausalAttention(randn(4, 48), tensor([0L, 3]), 1, 0)).Message);
        Assert.Contains("divisible by 5 heads", Assert.Throws<TorchException>(() => Fused.PackedCausalAttention(randn(4, 48), tensor([0L, 4]), 5, 0)).Message);
        Assert.Contains("target 9 of row 1 is outside 0..4", Assert.Throws<TorchException>(() => Fused.LinearCrossEntropy(randn(2, 3), randn(5, 3), tensor([1L, 9]))).Message);
    }

    [Fact]
    public void Dropout_keeps_its_share_scales_the_rest_and_follows_the_seed()
    {
        Torch.Begin();
        using var scope = NewDisposeScope();
        var drop = nn.Dropout(0.2);
        float[] Run() { manual_seed(5); return drop.call(ones(1000, 100)).data<float>().ToArray(); }
        var values = Run();
        Assert.Equal(values, Run());
        Assert.All(values.Distinct(), v => Assert.True(v is 0 or 1.25f));
        Assert.InRange(values.Average(), 0.99, 1.01); // 100,000 draws: standard error 0.0016
        drop.eval();
        Assert.All(Run(), v => Assert.Equal(1, v));
    }

    private static Tensor Composed(Tensor x, long from, long to, int width, int heads)
    {
        var n = to - from;
        var rows = x.index_select(0, arange(to).index_select(0, arange(n) + from)).view(n, 3, heads, width / heads).transpose(0, 2);
        var (q, k, v) = (rows[TensorIndex.Colon, 0], rows[TensorIndex.Colon, 1], rows[TensorIndex.Colon, 2]);
        var mask = ones(n, n, dtype: ScalarType.Bool).triu(1);
        var attention = F.softmax((q.matmul(k.transpose(-2, -1)) / Math.Sqrt(width / heads)).masked_fill(mask, -1e9), -1);
        return attention.matmul(v).transpose(0, 1).reshape(n, width);
    }

    private static double Slope(Parameter x, int at, Func<double> f)
    {
        const float step = 0.02f;
        var values = x.data<float>().ToArray();
        double At(float shift)
        {
            var moved = (float[])values.Clone();
            moved[at] += shift;
            using (no_grad()) x.CopyIn<float>(moved);
            return f();
        }
        var slope = (At(step) - At(-step)) / (2 * step);
        x.CopyIn<float>(values);
        return slope;
    }

    private static void Close(Tensor expected, Tensor actual, double within)
    {
        var (a, b) = (expected.data<float>().ToArray(), actual.data<float>().ToArray());
        Assert.Equal(a.Length, b.Length);
        var worst = a.Zip(b).Max(p => Math.Abs(p.First - p.Second));
        Assert.True(worst <= within, $"largest difference {worst}");
    }
}
