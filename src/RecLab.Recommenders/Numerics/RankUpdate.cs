using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RecLab.Recommenders.Numerics;

/// <summary>C += A' B for tall, thin A and B with the same rows, where the result is symmetric (B = A, or A with scaled rows):
/// only blocks on and below the diagonal are computed.</summary>
internal static unsafe class RankUpdate
{
    /// <param name="c">stride x stride (<see cref="FactorMatrix.Square"/>), rows <paramref name="stride"/> apart; what lies above the diagonal blocks is left alone.</param>
    /// <param name="a">count rows of length <paramref name="stride"/>, one after another.</param>
    /// <param name="b">As <paramref name="a"/>.</param>
    /// <param name="stride">A multiple of sixteen.</param>
    public static void AddLower(float* c, float* a, float* b, int count, int stride)
    {
        for (var j = 0; j < stride; j += 16)
            for (var i = j; i < stride; i += 8)
                if (Vector512.IsHardwareAccelerated) Block512(c + (nint)i * stride + j, a + i, b + j, count, stride);
                else { Block256(c + (nint)i * stride + j, a + i, b + j, count, stride); Block256(c + (nint)(i + 4) * stride + j, a + i + 4, b + j, count, stride); }
    }

    /// <summary>Eight rows by sixteen columns of C in eight registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block512(float* c, float* a, float* b, int count, int stride)
    {
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        for (var k = 0; k < count; k++, a += stride, b += stride)
        {
            var y = Vector512.Load(b);
            s0 = Vector512.FusedMultiplyAdd(Vector512.Create(a[0]), y, s0);
            s1 = Vector512.FusedMultiplyAdd(Vector512.Create(a[1]), y, s1);
            s2 = Vector512.FusedMultiplyAdd(Vector512.Create(a[2]), y, s2);
            s3 = Vector512.FusedMultiplyAdd(Vector512.Create(a[3]), y, s3);
            s4 = Vector512.FusedMultiplyAdd(Vector512.Create(a[4]), y, s4);
            s5 = Vector512.FusedMultiplyAdd(Vector512.Create(a[5]), y, s5);
            s6 = Vector512.FusedMultiplyAdd(Vector512.Create(a[6]), y, s6);
            s7 = Vector512.FusedMultiplyAdd(Vector512.Create(a[7]), y, s7);
        }
        (Vector512.Load(c) + s0).Store(c); c += stride;
        (Vector512.Load(c) + s1).Store(c); c += stride;
        (Vector512.Load(c) + s2).Store(c); c += stride;
        (Vector512.Load(c) + s3).Store(c); c += stride;
        (Vector512.Load(c) + s4).Store(c); c += stride;
        (Vector512.Load(c) + s5).Store(c); c += stride;
        (Vector512.Load(c) + s6).Store(c); c += stride;
        (Vector512.Load(c) + s7).Store(c);
    }

    /// <summary>Four rows by sixteen columns of C in eight registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block256(float* c, float* a, float* b, int count, int stride)
    {
        Vector256<float> l0 = default, l1 = default, l2 = default, l3 = default, h0 = default, h1 = default, h2 = default, h3 = default;
        for (var k = 0; k < count; k++, a += stride, b += stride)
        {
            Vector256<float> low = Vector256.Load(b), high = Vector256.Load(b + 8);
            var x = Vector256.Create(a[0]); l0 = Vector256.FusedMultiplyAdd(x, low, l0); h0 = Vector256.FusedMultiplyAdd(x, high, h0);
            x = Vector256.Create(a[1]); l1 = Vector256.FusedMultiplyAdd(x, low, l1); h1 = Vector256.FusedMultiplyAdd(x, high, h1);
            x = Vector256.Create(a[2]); l2 = Vector256.FusedMultiplyAdd(x, low, l2); h2 = Vector256.FusedMultiplyAdd(x, high, h2);
            x = Vector256.Create(a[3]); l3 = Vector256.FusedMultiplyAdd(x, low, l3); h3 = Vector256.FusedMultiplyAdd(x, high, h3);
        }
        (Vector256.Load(c) + l0).Store(c); (Vector256.Load(c + 8) + h0).Store(c + 8); c += stride;
        (Vector256.Load(c) + l1).Store(c); (Vector256.Load(c + 8) + h1).Store(c + 8); c += stride;
        (Vector256.Load(c) + l2).Store(c); (Vector256.Load(c + 8) + h2).Store(c + 8); c += stride;
        (Vector256.Load(c) + l3).Store(c); (Vector256.Load(c + 8) + h3).Store(c + 8);
    }
}
