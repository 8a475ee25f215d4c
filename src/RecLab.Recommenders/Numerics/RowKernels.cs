using System.Runtime.Intrinsics;

namespace RecLab.Recommenders.Numerics;

/// <summary>The innermost loops over rows of a <see cref="FactorMatrix"/>: lengths are multiples of sixteen, memory is 64-byte aligned.</summary>
internal static unsafe class RowKernels
{
    /// <summary>a . b</summary>
    public static float Dot(float* a, float* b, int length)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            var wide = Vector512<float>.Zero;
            for (var k = 0; k < length; k += 16) wide = Vector512.FusedMultiplyAdd(Vector512.Load(a + k), Vector512.Load(b + k), wide);
            return Vector512.Sum(wide);
        }
        Vector256<float> one = default, two = default;
        for (var k = 0; k < length; k += 16)
        {
            one = Vector256.FusedMultiplyAdd(Vector256.Load(a + k), Vector256.Load(b + k), one);
            two = Vector256.FusedMultiplyAdd(Vector256.Load(a + k + 8), Vector256.Load(b + k + 8), two);
        }
        return Vector256.Sum(one + two);
    }

    /// <summary>target += scale * source</summary>
    public static void AddScaled(float* target, float scale, float* source, int length)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            var wide = Vector512.Create(scale);
            for (var k = 0; k < length; k += 16) Vector512.FusedMultiplyAdd(wide, Vector512.Load(source + k), Vector512.Load(target + k)).Store(target + k);
            return;
        }
        var factor = Vector256.Create(scale);
        for (var k = 0; k < length; k += 8) Vector256.FusedMultiplyAdd(factor, Vector256.Load(source + k), Vector256.Load(target + k)).Store(target + k);
    }

    /// <summary>target += s0 a + s1 b + s2 c + s3 d: one pass over the target for four rows.</summary>
    public static void AddFour(float* target, float* a, float* b, float* c, float* d, float s0, float s1, float s2, float s3, int length)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<float> w0 = Vector512.Create(s0), w1 = Vector512.Create(s1), w2 = Vector512.Create(s2), w3 = Vector512.Create(s3);
            for (var k = 0; k < length; k += 16)
            {
                var even = Vector512.FusedMultiplyAdd(w0, Vector512.Load(a + k), Vector512.Load(target + k));
                var odd = w1 * Vector512.Load(b + k);
                even = Vector512.FusedMultiplyAdd(w2, Vector512.Load(c + k), even);
                odd = Vector512.FusedMultiplyAdd(w3, Vector512.Load(d + k), odd);
                (even + odd).Store(target + k);
            }
            return;
        }
        Vector256<float> v0 = Vector256.Create(s0), v1 = Vector256.Create(s1), v2 = Vector256.Create(s2), v3 = Vector256.Create(s3);
        for (var k = 0; k < length; k += 8)
        {
            var even = Vector256.FusedMultiplyAdd(v0, Vector256.Load(a + k), Vector256.Load(target + k));
            var odd = v1 * Vector256.Load(b + k);
            even = Vector256.FusedMultiplyAdd(v2, Vector256.Load(c + k), even);
            odd = Vector256.FusedMultiplyAdd(v3, Vector256.Load(d + k), odd);
            (even + odd).Store(target + k);
        }
    }

    /// <summary>The four products a . p, b . p, c . p, d . p in one pass over p.</summary>
    public static Vector128<float> DotFour(float* p, float* a, float* b, float* c, float* d, int length)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<float> w0 = default, w1 = default, w2 = default, w3 = default;
            for (var k = 0; k < length; k += 16)
            {
                var x = Vector512.Load(p + k);
                w0 = Vector512.FusedMultiplyAdd(x, Vector512.Load(a + k), w0);
                w1 = Vector512.FusedMultiplyAdd(x, Vector512.Load(b + k), w1);
                w2 = Vector512.FusedMultiplyAdd(x, Vector512.Load(c + k), w2);
                w3 = Vector512.FusedMultiplyAdd(x, Vector512.Load(d + k), w3);
            }
            return SumFour(w0.GetLower() + w0.GetUpper(), w1.GetLower() + w1.GetUpper(), w2.GetLower() + w2.GetUpper(), w3.GetLower() + w3.GetUpper());
        }
        Vector256<float> v0 = default, v1 = default, v2 = default, v3 = default;
        for (var k = 0; k < length; k += 8)
        {
            var x = Vector256.Load(p + k);
            v0 = Vector256.FusedMultiplyAdd(x, Vector256.Load(a + k), v0);
            v1 = Vector256.FusedMultiplyAdd(x, Vector256.Load(b + k), v1);
            v2 = Vector256.FusedMultiplyAdd(x, Vector256.Load(c + k), v2);
            v3 = Vector256.FusedMultiplyAdd(x, Vector256.Load(d + k), v3);
        }
        return SumFour(v0, v1, v2, v3);
    }

    /// <summary>The sums of four vectors side by side.</summary>
    private static Vector128<float> SumFour(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d)
    {
        Vector128<float> x = a.GetLower() + a.GetUpper(), y = b.GetLower() + b.GetUpper(), z = c.GetLower() + c.GetUpper(), w = d.GetLower() + d.GetUpper();
        var xy = Vector128.Shuffle(x, Vector128.Create(0, 2, 1, 3));
        var yy = Vector128.Shuffle(y, Vector128.Create(0, 2, 1, 3));
        // (x0 x2 x1 x3) and (y0 y2 y1 y3): adding the halves pairwise leaves two numbers of each.
        var low = Vector128.Create(xy.GetLower() + xy.GetUpper(), yy.GetLower() + yy.GetUpper());
        var zz = Vector128.Shuffle(z, Vector128.Create(0, 2, 1, 3));
        var ww = Vector128.Shuffle(w, Vector128.Create(0, 2, 1, 3));
        var high = Vector128.Create(zz.GetLower() + zz.GetUpper(), ww.GetLower() + ww.GetUpper());
        // low = x01 x23 y01 y23, high = z01 z23 w01 w23
        return Vector128.Create(low[0] + low[1], low[2] + low[3], high[0] + high[1], high[2] + high[3]);
    }
}
