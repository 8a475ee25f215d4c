using RecLab.Recommenders.Numerics;

namespace RecLab.Recommenders.Models.Als;

/// <summary>The ridge regressions of one side while the other is fixed: <c>(alpha0 Y'Y + sum w y y' + lambda f) x = sum w y</c>.
/// Immutable after construction; every thread brings its own scratch memory.</summary>
internal sealed unsafe class AlsSystem
{
    private readonly ImplicitAlsOptions _options;
    private readonly FactorMatrix _other, _gram;
    private readonly int _width, _stride;

    public AlsSystem(ImplicitAlsOptions options, FactorMatrix other, TrainingContext context)
    {
        (_options, _other, _width, _stride) = (options, other, other.Width, other.Stride);
        _gram = Gram.Of(other, context);
        for (var i = 0; i < _width; i++)
            foreach (ref var value in _gram[i]) value *= (float)options.UnobservedWeight;
    }

    /// <summary>lambda (sum of weights + alpha0 |others|)^nu.</summary>
    public static float Regularization(ImplicitAlsOptions options, double weight, int others) =>
        (float)(options.Regularization * Math.Pow(weight + options.UnobservedWeight * others, options.FrequencyExponent));

    /// <summary>Rows of working memory for one thread.</summary>
    public AlsScratch Scratch() => new(_width);

    /// <summary>Solves one row; conjugate gradient starts from what <paramref name="solved"/> holds.</summary>
    public void Solve(ReadOnlySpan<int> columns, ReadOnlySpan<float> weights, FactorMatrix solved, int row, AlsScratch scratch)
    {
        if (columns.IsEmpty) { solved[row].Clear(); return; } // nothing pulls the vector away from zero
        var sum = 0.0;
        foreach (var w in weights) sum += w;
        var lambda = Regularization(_options, sum, _other.Rows);
        if (_options.Solver == AlsSolver.Cholesky) Exact(columns, weights, solved.Row(row), lambda, scratch);
        else Conjugate(columns, weights, solved.Row(row), lambda, scratch);
        GC.KeepAlive(solved);
    }

    /// <summary>The solution, by Cholesky factorisation.</summary>
    public void Exact(ReadOnlySpan<int> columns, ReadOnlySpan<float> weights, float* x, float lambda, AlsScratch scratch)
    {
        float* a = scratch.Matrix.Row(0), plain = scratch.Gathered.Row(0), scaled = scratch.Scaled.Row(0);
        var right = scratch.Right.Row(0);
        new Span<float>(right, _stride).Clear();
        for (var i = 0; i < _width; i++) new ReadOnlySpan<float>(_gram.Row(i), _stride).CopyTo(new Span<float>(a + (nint)i * _stride, _stride));
        for (var start = 0; start < columns.Length; start += AlsScratch.Batch)
        {
            var count = Math.Min(AlsScratch.Batch, columns.Length - start);
            for (var k = 0; k < count; k++)
            {
                var y = _other.Row(columns[start + k]);
                var w = weights[start + k];
                new ReadOnlySpan<float>(y, _stride).CopyTo(new Span<float>(plain + (nint)k * _stride, _stride));
                new Span<float>(scaled + (nint)k * _stride, _stride).Clear();
                RowKernels.AddScaled(scaled + (nint)k * _stride, w, y, _stride);
                RowKernels.AddScaled(right, w, y, _stride);
            }
            RankUpdate.AddLower(a, plain, scaled, count, _stride);
        }
        for (var i = 0; i < _width; i++) a[(nint)i * _stride + i] += lambda;
        if (!SmallCholesky.Solve(a, right, _width, _stride)) throw new TrainingException("A system of ALS cannot be solved in single precision; raise the regularisation.");
        new ReadOnlySpan<float>(right, _width).CopyTo(new Span<float>(x, _width));
        GC.KeepAlive(scratch);
        GC.KeepAlive(this);
    }

    /// <summary>A few steps towards the solution from the present one.</summary>
    private void Conjugate(ReadOnlySpan<int> columns, ReadOnlySpan<float> weights, float* x, float lambda, AlsScratch scratch)
    {
        float* r = scratch.Right.Row(0), p = scratch.Direction.Row(0), ap = scratch.Image.Row(0);
        // r = b - A x = sum w (1 - y.x) y - (alpha0 Y'Y + lambda) x
        Base(x, r, lambda);
        for (var k = 0; k < _stride; k++) r[k] = -r[k];
        Rows(columns, weights, x, r, target: 1, sign: -1);
        new ReadOnlySpan<float>(r, _stride).CopyTo(new Span<float>(p, _stride));
        var old = RowKernels.Dot(r, r, _stride);
        for (var step = 0; step < _options.ConjugateSteps && old > 1e-20f; step++)
        {
            Base(p, ap, lambda);
            Rows(columns, weights, p, ap, target: 0, sign: 1);
            var length = old / RowKernels.Dot(p, ap, _stride);
            RowKernels.AddScaled(x, length, p, _stride);
            RowKernels.AddScaled(r, -length, ap, _stride);
            var now = RowKernels.Dot(r, r, _stride);
            var turn = now / old;
            for (var k = 0; k < _stride; k++) p[k] = r[k] + turn * p[k];
            old = now;
        }
        GC.KeepAlive(scratch);
    }

    /// <summary>into = (alpha0 Y'Y + lambda) v</summary>
    private void Base(float* v, float* into, float lambda)
    {
        for (var k = 0; k < _stride; k++) into[k] = lambda * v[k];
        var i = 0;
        for (; i + 4 <= _width; i += 4)
            RowKernels.AddFour(into, _gram.Row(i), _gram.Row(i + 1), _gram.Row(i + 2), _gram.Row(i + 3), v[i], v[i + 1], v[i + 2], v[i + 3], _stride);
        for (; i < _width; i++) RowKernels.AddScaled(into, v[i], _gram.Row(i), _stride);
    }

    /// <summary>into += sum w (target + sign * y.v) y</summary>
    private void Rows(ReadOnlySpan<int> columns, ReadOnlySpan<float> weights, float* v, float* into, float target, float sign)
    {
        var k = 0;
        for (; k + 4 <= columns.Length; k += 4)
        {
            float* a = _other.Row(columns[k]), b = _other.Row(columns[k + 1]), c = _other.Row(columns[k + 2]), d = _other.Row(columns[k + 3]);
            var dots = RowKernels.DotFour(v, a, b, c, d, _stride);
            RowKernels.AddFour(into, a, b, c, d, weights[k] * (target + sign * dots[0]), weights[k + 1] * (target + sign * dots[1]),
                weights[k + 2] * (target + sign * dots[2]), weights[k + 3] * (target + sign * dots[3]), _stride);
        }
        for (; k < columns.Length; k++)
        {
            var y = _other.Row(columns[k]);
            RowKernels.AddScaled(into, weights[k] * (target + sign * RowKernels.Dot(v, y, _stride)), y, _stride);
        }
    }
}

/// <summary>Working memory of one thread.</summary>
internal sealed class AlsScratch(int width)
{
    /// <summary>Rows gathered before one rank update: 64 KB at 64 factors stays in the second-level cache.</summary>
    public const int Batch = 256;

    public FactorMatrix Matrix { get; } = FactorMatrix.Square(width);
    public FactorMatrix Right { get; } = new(1, width);
    public FactorMatrix Direction { get; } = new(1, width);
    public FactorMatrix Image { get; } = new(1, width);
    public FactorMatrix Gathered => field ??= new(Batch, width);
    public FactorMatrix Scaled => field ??= new(Batch, width);
}
