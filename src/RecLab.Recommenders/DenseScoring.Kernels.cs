using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RecLab.Recommenders;

/// <summary>The inner loops of <see cref="DenseScoring"/>, for 512 and for 256 bits. Each lane of each accumulator starts at the bias and
/// takes one fused multiply-add per dimension, in order.</summary>
internal static unsafe class Kernels
{
    /// <summary>One user, one panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OneByOne(float* user, float* panel, float* bias, int width, float* into)
    {
        Vector256<float> low = Vector256.Load(bias), high = Vector256.Load(bias + 8);
        for (var d = 0; d < width; d++, panel += DenseScoring.Lanes)
        {
            var x = Vector256.Create(user[d]);
            low = Vector256.FusedMultiplyAdd(x, Vector256.Load(panel), low);
            high = Vector256.FusedMultiplyAdd(x, Vector256.Load(panel + 8), high);
        }
        low.Store(into);
        high.Store(into + 8);
    }

    /// <summary>One user, four panels: enough chains to hide the latency of the multiply-add.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OneByFour(float* user, float* panel, float* bias, int width, float* into)
    {
        const int L = DenseScoring.Lanes;
        if (!Vector512.IsHardwareAccelerated)
        {
            for (var p = 0; p < 4; p++) OneByOne(user, panel + (long)p * width * L, bias + p * L, width, into + p * L);
            return;
        }
        float* b = panel + width * L, c = b + width * L, e = c + width * L;
        Vector512<float> s0 = Vector512.Load(bias), s1 = Vector512.Load(bias + L), s2 = Vector512.Load(bias + 2 * L), s3 = Vector512.Load(bias + 3 * L);
        for (var d = 0; d < width; d++)
        {
            var x = Vector512.Create(user[d]);
            s0 = Vector512.FusedMultiplyAdd(x, Vector512.Load(panel + d * L), s0);
            s1 = Vector512.FusedMultiplyAdd(x, Vector512.Load(b + d * L), s1);
            s2 = Vector512.FusedMultiplyAdd(x, Vector512.Load(c + d * L), s2);
            s3 = Vector512.FusedMultiplyAdd(x, Vector512.Load(e + d * L), s3);
        }
        s0.Store(into);
        s1.Store(into + L);
        s2.Store(into + 2 * L);
        s3.Store(into + 3 * L);
    }

    /// <summary>Eight users (packed dimension by dimension), one panel or two (<paramref name="b"/> may be null); rows of <paramref name="into"/> are <paramref name="stride"/> apart.</summary>
    public static void EightBy(float* users, float* a, float* b, float* bias, int width, float* into, int stride)
    {
        if (b != null && Vector512.IsHardwareAccelerated) { EightByTwo(users, a, b, bias, width, into, stride); return; }
        FourByOne(users, a, bias, width, into, stride);
        FourByOne(users + 4, a, bias, width, into + 4L * stride, stride);
        if (b == null) return;
        FourByOne(users, b, bias + DenseScoring.Lanes, width, into + DenseScoring.Lanes, stride);
        FourByOne(users + 4, b, bias + DenseScoring.Lanes, width, into + 4L * stride + DenseScoring.Lanes, stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EightByTwo(float* users, float* a, float* b, float* bias, int width, float* into, int stride)
    {
        Vector512<float> p = Vector512.Load(bias), q = Vector512.Load(bias + DenseScoring.Lanes);
        Vector512<float> a0 = p, a1 = p, a2 = p, a3 = p, a4 = p, a5 = p, a6 = p, a7 = p;
        Vector512<float> b0 = q, b1 = q, b2 = q, b3 = q, b4 = q, b5 = q, b6 = q, b7 = q;
        for (var d = 0; d < width; d++)
        {
            p = Vector512.Load(a);
            q = Vector512.Load(b);
            var x = Vector512.Create(users[0]); a0 = Vector512.FusedMultiplyAdd(x, p, a0); b0 = Vector512.FusedMultiplyAdd(x, q, b0);
            x = Vector512.Create(users[1]); a1 = Vector512.FusedMultiplyAdd(x, p, a1); b1 = Vector512.FusedMultiplyAdd(x, q, b1);
            x = Vector512.Create(users[2]); a2 = Vector512.FusedMultiplyAdd(x, p, a2); b2 = Vector512.FusedMultiplyAdd(x, q, b2);
            x = Vector512.Create(users[3]); a3 = Vector512.FusedMultiplyAdd(x, p, a3); b3 = Vector512.FusedMultiplyAdd(x, q, b3);
            x = Vector512.Create(users[4]); a4 = Vector512.FusedMultiplyAdd(x, p, a4); b4 = Vector512.FusedMultiplyAdd(x, q, b4);
            x = Vector512.Create(users[5]); a5 = Vector512.FusedMultiplyAdd(x, p, a5); b5 = Vector512.FusedMultiplyAdd(x, q, b5);
            x = Vector512.Create(users[6]); a6 = Vector512.FusedMultiplyAdd(x, p, a6); b6 = Vector512.FusedMultiplyAdd(x, q, b6);
            x = Vector512.Create(users[7]); a7 = Vector512.FusedMultiplyAdd(x, p, a7); b7 = Vector512.FusedMultiplyAdd(x, q, b7);
            a += DenseScoring.Lanes;
            b += DenseScoring.Lanes;
            users += DenseScoring.Rows;
        }
        Keep(a0, b0, into); into += stride;
        Keep(a1, b1, into); into += stride;
        Keep(a2, b2, into); into += stride;
        Keep(a3, b3, into); into += stride;
        Keep(a4, b4, into); into += stride;
        Keep(a5, b5, into); into += stride;
        Keep(a6, b6, into); into += stride;
        Keep(a7, b7, into);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Keep(Vector512<float> a, Vector512<float> b, float* into)
    {
        a.Store(into);
        b.Store(into + DenseScoring.Lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourByOne(float* users, float* panel, float* bias, int width, float* into, int stride)
    {
        Vector256<float> p = Vector256.Load(bias), q = Vector256.Load(bias + 8);
        Vector256<float> a0 = p, a1 = p, a2 = p, a3 = p, b0 = q, b1 = q, b2 = q, b3 = q;
        for (var d = 0; d < width; d++)
        {
            p = Vector256.Load(panel);
            q = Vector256.Load(panel + 8);
            var x = Vector256.Create(users[0]); a0 = Vector256.FusedMultiplyAdd(x, p, a0); b0 = Vector256.FusedMultiplyAdd(x, q, b0);
            x = Vector256.Create(users[1]); a1 = Vector256.FusedMultiplyAdd(x, p, a1); b1 = Vector256.FusedMultiplyAdd(x, q, b1);
            x = Vector256.Create(users[2]); a2 = Vector256.FusedMultiplyAdd(x, p, a2); b2 = Vector256.FusedMultiplyAdd(x, q, b2);
            x = Vector256.Create(users[3]); a3 = Vector256.FusedMultiplyAdd(x, p, a3); b3 = Vector256.FusedMultiplyAdd(x, q, b3);
            panel += DenseScoring.Lanes;
            users += DenseScoring.Rows;
        }
        a0.Store(into); b0.Store(into + 8); into += stride;
        a1.Store(into); b1.Store(into + 8); into += stride;
        a2.Store(into); b2.Store(into + 8); into += stride;
        a3.Store(into); b3.Store(into + 8);
    }
}
