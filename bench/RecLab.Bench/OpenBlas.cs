using System.Runtime.InteropServices;
using RecLab.Recommenders.Numerics;

namespace RecLab.Bench;

/// <summary>The system's OpenBLAS as the peer of the own kernels.</summary>
internal sealed unsafe class OpenBlas
{
    private readonly delegate* unmanaged<byte*, int*, float*, int*, int*, void> _potrf, _potri;

    private OpenBlas(nint library, int threads)
    {
        _potrf = (delegate* unmanaged<byte*, int*, float*, int*, int*, void>)NativeLibrary.GetExport(library, "spotrf_");
        _potri = (delegate* unmanaged<byte*, int*, float*, int*, int*, void>)NativeLibrary.GetExport(library, "spotri_");
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
}
