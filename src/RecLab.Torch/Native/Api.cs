using System.Runtime.InteropServices;

namespace RecLab.Torch.Native;

/// <summary>The C interface of native/: handles are pointers to tensors; null or a non-zero code means an error waits in <see cref="rl_last_error"/>.
/// Device: -1 the processor, n the n-th CUDA device, -2 "as it is". Type: libtorch's scalar type code, -1 "as it is" or float.</summary>
internal static unsafe partial class Api
{
    private const string Shim = "reclabtorch";

    static Api() => ShimLibrary.Prepare();

    [LibraryImport(Shim)] internal static partial nint rl_last_error();
    [LibraryImport(Shim)] internal static partial nint rl_version();
    [LibraryImport(Shim)] internal static partial long rl_live_handles();
    [LibraryImport(Shim)] internal static partial void rl_free(nint t);
    [LibraryImport(Shim)] internal static partial int rl_set_num_threads(int n);
    [LibraryImport(Shim)] internal static partial int rl_get_num_threads();
    [LibraryImport(Shim)] internal static partial int rl_cuda_count();
    [LibraryImport(Shim)] internal static partial int rl_grad_mode(int on);
    [LibraryImport(Shim)] internal static partial int rl_grad_enabled();
    [LibraryImport(Shim)] internal static partial int rl_autocast(int on);
    [LibraryImport(Shim)] internal static partial nint rl_blas();
    [LibraryImport(Shim)] internal static partial int rl_manual_seed(long seed);
    [LibraryImport(Shim)] internal static partial nint rl_get_rng_state();
    [LibraryImport(Shim)] internal static partial int rl_set_rng_state(nint state);

    [LibraryImport(Shim)] internal static partial int rl_ndim(nint t);
    [LibraryImport(Shim)] internal static partial void rl_shape(nint t, long* dims);
    [LibraryImport(Shim)] internal static partial long rl_numel(nint t);
    [LibraryImport(Shim)] internal static partial int rl_dtype(nint t);
    [LibraryImport(Shim)] internal static partial int rl_device_of(nint t);
    [LibraryImport(Shim)] internal static partial int rl_is_leaf_grad(nint t);
    [LibraryImport(Shim)] internal static partial int rl_set_requires_grad(nint t, int on);
    [LibraryImport(Shim)] internal static partial int rl_set_data(nint t, nint data);
    [LibraryImport(Shim)] internal static partial nint rl_grad(nint t);
    [LibraryImport(Shim)] internal static partial int rl_clear_grad(nint t);
    [LibraryImport(Shim)] internal static partial int rl_backward(nint t);
    [LibraryImport(Shim)] internal static partial nint rl_detach(nint t);
    [LibraryImport(Shim)] internal static partial int rl_item_double(nint t, out double value);
    [LibraryImport(Shim)] internal static partial int rl_item_long(nint t, out long value);
    [LibraryImport(Shim)] internal static partial int rl_copy_out(nint t, void* to, long bytes);
    [LibraryImport(Shim)] internal static partial int rl_copy_in(nint t, void* from, long bytes);
    [LibraryImport(Shim)] internal static partial int rl_copy_(nint t, nint from);

    [LibraryImport(Shim)] internal static partial nint rl_from_data(void* data, long* dims, int n, int type, int device, int grad);
    [LibraryImport(Shim)] internal static partial nint rl_full(long* dims, int n, NativeScalar value, int type, int device, int grad);
    [LibraryImport(Shim)] internal static partial nint rl_rand(long* dims, int n, int type, int device, int grad);
    [LibraryImport(Shim)] internal static partial nint rl_randn(long* dims, int n, int type, int device, int grad);
    [LibraryImport(Shim)] internal static partial nint rl_randint(long low, long high, long* dims, int n, int type, int device, int grad);
    [LibraryImport(Shim)] internal static partial nint rl_randn_like(nint t, int type, int device, int grad);
    [LibraryImport(Shim)] internal static partial nint rl_arange(NativeScalar start, NativeScalar stop, NativeScalar step, int type, int device, int grad);
    [LibraryImport(Shim)] internal static partial nint rl_sparse_coo(nint indices, nint values, long* dims, int n, int type, int device, int grad);

    /// <summary>What went wrong in the call just made, as an exception to throw.</summary>
    internal static TorchException Error() => new(Marshal.PtrToStringUTF8(rl_last_error()) ?? "unknown native error");

    internal static void Check(int code) { if (code != 0) throw Error(); }

    internal static nint Check(nint handle) => handle != 0 ? handle : throw Error();
}

/// <summary>A number that keeps its kind across the border: 0 integer, 1 floating, 2 boolean.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct NativeScalar(long bits, int kind)
{
    public readonly long Bits = bits;
    public readonly int Kind = kind;
}
