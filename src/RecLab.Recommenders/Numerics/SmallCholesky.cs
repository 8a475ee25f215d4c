namespace RecLab.Recommenders.Numerics;

/// <summary>Solves A x = b for a symmetric positive definite A of up to a few hundred rows: A = L L', then two triangular solves.</summary>
internal static unsafe class SmallCholesky
{
    /// <summary>Overwrites A by L and b by x.</summary>
    /// <param name="a">n x n with rows <paramref name="stride"/> apart (a multiple of sixteen, 64-byte aligned); the lower triangle is read.</param>
    /// <returns>False where A is not positive definite in single precision.</returns>
    public static bool Solve(float* a, float* b, int n, int stride)
    {
        for (var i = 0; i < n; i++)
        {
            var row = a + (nint)i * stride;
            for (var j = 0; j < i; j++) row[j] = (row[j] - Dot(row, a + (nint)j * stride, j)) / a[(nint)j * stride + j];
            var pivot = row[i] - Dot(row, row, i);
            if (!(pivot > 0)) return false;
            row[i] = MathF.Sqrt(pivot);
            b[i] = (b[i] - Dot(row, b, i)) / row[i];
        }
        for (var i = n - 1; i >= 0; i--)
        {
            var row = a + (nint)i * stride;
            b[i] /= row[i];
            for (var j = 0; j < i; j++) b[j] -= row[j] * b[i];
        }
        return true;
    }

    private static float Dot(float* x, float* y, int length)
    {
        var whole = length & ~15;
        var sum = whole == 0 ? 0 : RowKernels.Dot(x, y, whole);
        for (var k = whole; k < length; k++) sum += x[k] * y[k];
        return sum;
    }
}
