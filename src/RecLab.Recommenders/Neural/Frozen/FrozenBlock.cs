using System.Numerics.Tensors;

namespace RecLab.Recommenders.Neural.Frozen;

/// <summary>A Transformer block of a served model: pre-norm attention and two dense layers, one sequence at a time, in plain memory.</summary>
internal sealed class FrozenBlock
{
    /// <summary>What a block learnt. Matrices are row-major, outputs x inputs; queries, keys and values lie one under the other.</summary>
    internal sealed record Arrays(float[] Norm1Weight, float[] Norm1Bias, float[] QkvWeight, float[] QkvBias, float[] OutputWeight, float[] OutputBias,
        float[] Norm2Weight, float[] Norm2Bias, float[] InnerWeight, float[] InnerBias, float[] OuterWeight, float[] OuterBias);

    private readonly int _width, _heads;
    private readonly bool _causal;
    private readonly FrozenNorm _norm1, _norm2;
    private readonly FrozenLinear _query, _keyValue, _output, _inner, _outer;

    public FrozenBlock(Arrays a, int width, int heads, bool causal)
    {
        (_width, _heads, _causal) = (width, heads, causal);
        _norm1 = new(a.Norm1Weight, a.Norm1Bias);
        _norm2 = new(a.Norm2Weight, a.Norm2Bias);
        _query = new(a.QkvWeight.AsSpan(0, width * width), a.QkvBias.AsSpan(0, width), width);
        _keyValue = new(a.QkvWeight.AsSpan(width * width), a.QkvBias.AsSpan(width), width);
        _output = new(a.OutputWeight, a.OutputBias, width);
        _inner = new(a.InnerWeight, a.InnerBias, width);
        _outer = new(a.OuterWeight, a.OuterBias, width);
    }

    /// <summary>Changes the last <paramref name="wanted"/> rows of x in place; every row is looked at.</summary>
    /// <param name="x">Rows x width.</param>
    public void Apply(Span<float> x, int wanted, Scratch scratch)
    {
        var (rows, first) = (x.Length / _width, x.Length / _width - wanted);
        var normed = scratch.A(rows * _width);
        _norm1.Apply(x, normed);
        var queries = scratch.B(wanted * _width);
        var keysValues = scratch.C(rows * 2 * _width);
        _query.Apply(normed[(first * _width)..], queries);
        _keyValue.Apply(normed, keysValues);
        var attended = normed[..(wanted * _width)]; // no longer needed as it was
        Attend(queries, keysValues, attended, first, scratch.Weights(rows));
        var y = queries;
        _output.Apply(attended, y);
        var tail = x[(first * _width)..];
        TensorPrimitives.Add(tail, y, tail);
        _norm2.Apply(tail, attended);
        var inner = scratch.C(wanted * _inner.Outputs);
        _inner.Apply(attended, inner);
        TensorPrimitives.Max(inner, 0f, inner);
        _outer.Apply(inner, y);
        TensorPrimitives.Add(tail, y, tail);
    }

    private void Attend(ReadOnlySpan<float> queries, ReadOnlySpan<float> keysValues, Span<float> attended, int first, Span<float> weights)
    {
        var (head, stride) = (_width / _heads, 2 * _width);
        var rows = keysValues.Length / stride;
        var scale = 1 / MathF.Sqrt(head);
        for (var r = 0; r < queries.Length / _width; r++)
            for (var h = 0; h < _heads; h++)
            {
                var query = queries.Slice(r * _width + h * head, head);
                var seen = weights[..(_causal ? first + r + 1 : rows)];
                for (var j = 0; j < seen.Length; j++) seen[j] = TensorPrimitives.Dot(query, keysValues.Slice(j * stride + h * head, head)) * scale;
                TensorPrimitives.SoftMax(seen, seen);
                var into = attended.Slice(r * _width + h * head, head);
                into.Clear();
                for (var j = 0; j < seen.Length; j++) TensorPrimitives.MultiplyAdd(keysValues.Slice(j * stride + _width + h * head, head), seen[j], into, into);
            }
    }
}

/// <summary>Memory of one forward pass, kept for the next one on the same thread.</summary>
internal sealed class Scratch
{
    [ThreadStatic] private static Scratch? _own;

    private float[] _a = [], _b = [], _c = [], _x = [], _weights = [];

    public static Scratch Own => _own ??= new();

    public Span<float> X(int length) => Of(ref _x, length);
    public Span<float> A(int length) => Of(ref _a, length);
    public Span<float> B(int length) => Of(ref _b, length);
    public Span<float> C(int length) => Of(ref _c, length);
    public Span<float> Weights(int length) => Of(ref _weights, length);

    private static Span<float> Of(ref float[] array, int length)
    {
        if (array.Length < length) array = new float[length];
        return array.AsSpan(0, length);
    }
}
