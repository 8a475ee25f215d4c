using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RecLab.Recommenders.Numerics;

/// <summary>The inverse of a symmetric positive definite matrix in place, by sweeping it block by block: with pivot block K and
/// D = inv(A_KK), every A_ij - A_iK D A_Kj, then A_iK D, then -D. After all blocks the matrix holds -inv(A).</summary>
/// <remarks>The sweep operator (Beaton 1964; Goodnight, "A Tutorial on the SWEEP Operator", The American Statistician 1979) in blocks costs n^3 multiply-adds
/// when only one triangle is kept, as much as Cholesky factorisation and inversion, but all of it is one kind of matrix product, which runs in
/// parallel and can be stopped between rows. The pivot blocks are inverted in double precision.</remarks>
internal static unsafe class SymmetricInverse
{
    private const int Pivot = 192, RowsPerBlock = 64, Group = 8;

    /// <summary>Overwrites <paramref name="a"/> by its inverse, both triangles.</summary>
    /// <returns>False where the matrix is not positive definite in single precision; its content is then lost.</returns>
    public static bool Invert(SymmetricMatrix a, TrainingContext context, Action<double>? progress = null)
    {
        var columns = new SymmetricPanels(a.Stride, Pivot);
        for (var k = 0; k < a.Size; k += Pivot)
        {
            var width = Math.Min(Pivot, a.Size - k);
            var inverse = PivotInverse(a, k, width);
            if (inverse is null) return false;
            columns.Gather(a, k, width, inverse, context);
            Workers.For(context, a.Stride, RowsPerBlock, (from, to) =>
            {
                for (var panel = 0; panel <= (to - 1) / SymmetricMatrix.Panel; panel++)
                    for (var i = from; i < to; i += Group) Subtract(columns.Plain(panel), columns.Scaled(i / Group), width, a.Row(i) + panel * SymmetricMatrix.Panel, a.Stride);
            });
            columns.Scatter(a, k, width, inverse);
            progress?.Invoke((double)(k + width) / a.Size);
        }
        for (var i = 0; i < a.Size; i++)
            foreach (ref var value in a[i][..(i + 1)]) value = -value;
        for (var i = 0; i < a.Size; i++) // the lower triangle is the result
            for (var j = 0; j < i; j++) a.Row(j)[i] = a.Row(i)[j];
        return true;
    }

    /// <summary>inv(A_KK) in double precision, by the unblocked sweep; null where a pivot is not positive.</summary>
    private static double[]? PivotInverse(SymmetricMatrix a, int k, int width)
    {
        var d = new double[width * width];
        for (var i = 0; i < width; i++)
            for (var j = 0; j <= i; j++) d[i * width + j] = d[j * width + i] = a.Row(k + i)[k + j];
        var row = new double[width];
        for (var p = 0; p < width; p++)
        {
            var pivot = d[p * width + p];
            if (!(pivot > 0) || !double.IsFinite(pivot)) return null;
            d.AsSpan(p * width, width).CopyTo(row);
            for (var i = 0; i < width; i++)
            {
                if (i == p) continue;
                var factor = row[i] / pivot;
                System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(row, -factor, d.AsSpan(i * width, width), d.AsSpan(i * width, width));
                d[i * width + p] = factor;
            }
            for (var j = 0; j < width; j++) d[p * width + j] = row[j] / pivot;
            d[p * width + p] = -1 / pivot;
        }
        for (var i = 0; i < d.Length; i++) d[i] = -d[i];
        return d;
    }

    /// <summary>c (8 x 32) -= scaled' plain, over <paramref name="depth"/> pivots; both packed pivot by pivot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Subtract(float* plain, float* scaled, int depth, float* c, int stride)
    {
        if (!Vector512.IsHardwareAccelerated) { Subtract256(plain, scaled, depth, c, stride); return; }
        Vector512<float> a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default, a6 = default, a7 = default;
        Vector512<float> b0 = default, b1 = default, b2 = default, b3 = default, b4 = default, b5 = default, b6 = default, b7 = default;
        for (var p = 0; p < depth; p++, plain += SymmetricMatrix.Panel, scaled += Group)
        {
            Vector512<float> l = Vector512.Load(plain), h = Vector512.Load(plain + 16);
            var x = Vector512.Create(scaled[0]); a0 = Vector512.FusedMultiplyAdd(x, l, a0); b0 = Vector512.FusedMultiplyAdd(x, h, b0);
            x = Vector512.Create(scaled[1]); a1 = Vector512.FusedMultiplyAdd(x, l, a1); b1 = Vector512.FusedMultiplyAdd(x, h, b1);
            x = Vector512.Create(scaled[2]); a2 = Vector512.FusedMultiplyAdd(x, l, a2); b2 = Vector512.FusedMultiplyAdd(x, h, b2);
            x = Vector512.Create(scaled[3]); a3 = Vector512.FusedMultiplyAdd(x, l, a3); b3 = Vector512.FusedMultiplyAdd(x, h, b3);
            x = Vector512.Create(scaled[4]); a4 = Vector512.FusedMultiplyAdd(x, l, a4); b4 = Vector512.FusedMultiplyAdd(x, h, b4);
            x = Vector512.Create(scaled[5]); a5 = Vector512.FusedMultiplyAdd(x, l, a5); b5 = Vector512.FusedMultiplyAdd(x, h, b5);
            x = Vector512.Create(scaled[6]); a6 = Vector512.FusedMultiplyAdd(x, l, a6); b6 = Vector512.FusedMultiplyAdd(x, h, b6);
            x = Vector512.Create(scaled[7]); a7 = Vector512.FusedMultiplyAdd(x, l, a7); b7 = Vector512.FusedMultiplyAdd(x, h, b7);
        }
        Take(c, a0, b0); c += stride;
        Take(c, a1, b1); c += stride;
        Take(c, a2, b2); c += stride;
        Take(c, a3, b3); c += stride;
        Take(c, a4, b4); c += stride;
        Take(c, a5, b5); c += stride;
        Take(c, a6, b6); c += stride;
        Take(c, a7, b7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take(float* c, Vector512<float> a, Vector512<float> b)
    {
        (Vector512.Load(c) - a).Store(c);
        (Vector512.Load(c + 16) - b).Store(c + 16);
    }

    /// <summary>The same where vectors are 256 bits wide: four rows by sixteen columns at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Subtract256(float* plain, float* scaled, int depth, float* c, int stride)
    {
        for (var top = 0; top < Group; top += 4)
            for (var left = 0; left < SymmetricMatrix.Panel; left += 16)
            {
                Vector256<float> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
                float* x = scaled + top, y = plain + left, to = c + (nint)top * stride + left;
                for (var p = 0; p < depth; p++, x += Group, y += SymmetricMatrix.Panel)
                {
                    Vector256<float> l = Vector256.Load(y), h = Vector256.Load(y + 8);
                    var v = Vector256.Create(x[0]); a0 = Vector256.FusedMultiplyAdd(v, l, a0); b0 = Vector256.FusedMultiplyAdd(v, h, b0);
                    v = Vector256.Create(x[1]); a1 = Vector256.FusedMultiplyAdd(v, l, a1); b1 = Vector256.FusedMultiplyAdd(v, h, b1);
                    v = Vector256.Create(x[2]); a2 = Vector256.FusedMultiplyAdd(v, l, a2); b2 = Vector256.FusedMultiplyAdd(v, h, b2);
                    v = Vector256.Create(x[3]); a3 = Vector256.FusedMultiplyAdd(v, l, a3); b3 = Vector256.FusedMultiplyAdd(v, h, b3);
                }
                Take(to, a0, b0); to += stride;
                Take(to, a1, b1); to += stride;
                Take(to, a2, b2); to += stride;
                Take(to, a3, b3);
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take(float* c, Vector256<float> a, Vector256<float> b)
    {
        (Vector256.Load(c) - a).Store(c);
        (Vector256.Load(c + 8) - b).Store(c + 8);
    }
}
