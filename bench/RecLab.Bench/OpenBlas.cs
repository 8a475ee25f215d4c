using System.Runtime.InteropServices;
using RecLab.Recommenders.Numerics;

namespace RecLab.Bench;

/// <summary>The system's OpenBLAS as the peer of the own kernels.</summary>
internal sealed unsafe class OpenBlas
{
    private readonly delegate* unmanaged<byte*, int*, float*, int*, int*, void> _potrf, _potri;
    private readonly delegate* unmanaged<int*, int*, float*, int*, int*, float*, int*, int*, void> _gesv;

    private OpenBlas(nint library, int threads)
    {
        _potrf = (delegate* unmanaged<byte*, int*, float*, int*, int*, void>)NativeLibrary.GetExport(library, "spotrf_");
        _potri = (delegate* unmanaged<byte*, int*, float*, int*, int*, void>)NativeLibrary.GetExport(library, "spotri_");
        _gesv = (delegate* unmanaged<int*, int*, float*, int*, int*, float*, int*, int*, void>)NativeLibrary.GetExport(library, "sgesv_");
        ((delegate* unmanaged<int, void>)NativeLibrary.GetExport(library, "openblas_set_num_threads"))(threads);
    }

    /// <summary>The library set to so many threads, or null where there is none.</summary>
    public static OpenBlas? Find(int threads) =>
        NativeLibrary.TryLoad("libopenblas.so.0", out var library) || NativeLibrary.TryLoad("openblas", out library) ? new(library, threads) : null;

    /// <summary>The inverse of a positive definite matrix, one triangle.</summary>
    public void Invert(SymmetricMatrix a)
    {
        var upper = (byte)'U';
        int n = a.Size, stride = a.Stride, info;
        _potrf(&upper, &n, a.Row(0), &stride, &info);
        if (info != 0) throw new InvalidOperationException($"potrf answers {info}.");
        _potri(&upper, &n, a.Row(0), &stride, &info);
        if (info != 0) throw new InvalidOperationException($"potri answers {info}.");
    }

    /// <summary>The inverse as NumPy's <c>linalg.inv</c> asks for it: the solution of A X = I by LU factorisation, which knows nothing of symmetry. <paramref name="a"/> is lost.</summary>
    public void Solve(SymmetricMatrix a, SymmetricMatrix identity)
    {
        for (var i = 0; i < identity.Size; i++)
        {
            identity[i].Clear();
            identity[i][i] = 1;
        }
        int n = a.Size, stride = a.Stride, wide = identity.Stride, info;
        var pivots = new int[n];
        fixed (int* p = pivots) _gesv(&n, &n, a.Row(0), &stride, p, identity.Row(0), &wide, &info);
        if (info != 0) throw new InvalidOperationException($"gesv answers {info}.");
    }
}
