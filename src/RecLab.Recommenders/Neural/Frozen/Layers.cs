using System.Numerics.Tensors;

namespace RecLab.Recommenders.Neural.Frozen;

/// <summary>y = W x + b for rows of x, in plain memory. The work of <see cref="DenseScoring"/>: an output is an "item".</summary>
internal sealed class FrozenLinear
{
    private readonly DenseScoring _scoring;

    /// <param name="weight">Row-major, outputs x inputs.</param>
    public FrozenLinear(ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, int inputs) => _scoring = new(weight, weight.Length / inputs, inputs, bias);

    public int Outputs => _scoring.Count;

    /// <param name="x">Rows x inputs.</param>
    /// <param name="y">Rows x outputs.</param>
    public void Apply(ReadOnlySpan<float> x, Span<float> y) => _scoring.ScoreMany(x, y);
}

/// <summary>(x - mean) / sqrt(variance + 1e-5) w + b of each row.</summary>
internal sealed class FrozenNorm(float[] weight, float[] bias)
{
    public void Apply(ReadOnlySpan<float> x, Span<float> y)
    {
        var width = weight.Length;
        for (var row = 0; row < x.Length; row += width)
        {
            var from = x.Slice(row, width);
            var to = y.Slice(row, width);
            TensorPrimitives.Subtract(from, TensorPrimitives.Sum(from) / width, to);
            var scale = 1 / MathF.Sqrt(TensorPrimitives.SumOfSquares<float>(to) / width + 1e-5f);
            for (var d = 0; d < width; d++) to[d] = to[d] * scale * weight[d] + bias[d];
        }
    }
}
