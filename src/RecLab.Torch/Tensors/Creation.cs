using RecLab.Torch;
using RecLab.Torch.Native;

namespace TorchSharp;

public static unsafe partial class torch
{
    public static Tensor tensor(long[] dataArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromData<long>(dataArray, [dataArray.LongLength], dtype, device, requires_grad, names);

    public static Tensor tensor(long[] dataArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromData<long>(dataArray, dimensions, dtype, device, requires_grad, names);

    public static Tensor tensor(int[] dataArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromData<int>(dataArray, [dataArray.LongLength], dtype, device, requires_grad, names);

    public static Tensor tensor(int[] dataArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromData<int>(dataArray, dimensions, dtype, device, requires_grad, names);

    public static Tensor tensor(float[] dataArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromData<float>(dataArray, [dataArray.LongLength], dtype, device, requires_grad, names);

    public static Tensor tensor(float[] dataArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromData<float>(dataArray, dimensions, dtype, device, requires_grad, names);

    public static Tensor ones(long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Filled([rows, columns], 1, dtype, device, requires_grad, names);

    public static Tensor zeros(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Filled(size, 0, dtype, device, requires_grad, names);

    public static Tensor full(int size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Filled([size], value, dtype, device, requires_grad, names);

    public static Tensor arange(Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
    {
        var type = dtype ?? (stop.Native.Kind == 1 ? ScalarType.Float32 : ScalarType.Int64);
        return new(Api.rl_arange(((Scalar)0).Native, stop.Native, ((Scalar)1).Native, (int)type, Code(device), requires_grad ? 1 : 0));
    }

    public static Tensor rand(int size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null)
    {
        RefuseNames(names);
        long dims = size;
        return new(Api.rl_rand(&dims, 1, Tensor.Code(dtype), Code(device), requires_grad ? 1 : 0));
    }

    public static Tensor rand(int rows, int columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null)
    {
        RefuseNames(names);
        var dims = stackalloc long[] { rows, columns };
        return new(Api.rl_rand(dims, 2, Tensor.Code(dtype), Code(device), requires_grad ? 1 : 0));
    }

    public static Tensor randn(long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null)
    {
        RefuseNames(names);
        var dims = stackalloc long[] { rows, columns };
        return new(Api.rl_randn(dims, 2, Tensor.Code(dtype), Code(device), requires_grad ? 1 : 0));
    }

    public static Tensor randint(long low, long high, long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null)
    {
        RefuseNames(names);
        fixed (long* p = size) return new(Api.rl_randint(low, high, p, size.Length, (int)(dtype ?? ScalarType.Int64), Code(device), requires_grad ? 1 : 0));
    }

    public static Tensor randn_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Tensor.Of(Api.rl_randn_like(input.Handle, Tensor.Code(dtype), device?.Code ?? -2, requires_grad ? 1 : 0), input);

    /// <summary>A sparse matrix from coordinates (axes x entries) and their values; entries of one place are summed.</summary>
    public static Tensor sparse_coo_tensor(Tensor indices, Tensor values, long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
    {
        fixed (long* p = size)
            return Tensor.Of(Api.rl_sparse_coo(indices.Handle, values.Handle, p, size.Length, Tensor.Code(dtype), device?.Code ?? -2, requires_grad ? 1 : 0), indices, values);
    }

    private static Tensor FromData<T>(T[] data, ReadOnlySpan<long> dimensions, ScalarType? dtype, Device? device, bool requiresGrad, string[]? names) where T : unmanaged
    {
        RefuseNames(names);
        var elements = 1L;
        foreach (var d in dimensions) elements = checked(elements * d);
        if (elements != data.LongLength) throw new ArgumentException($"The shape [{string.Join("x", dimensions.ToArray())}] holds {elements} elements, {data.LongLength} were given.", nameof(dimensions));
        var own = Tensor.TypeOf<T>();
        var convert = dtype is { } wanted && wanted != own;
        fixed (T* p = data)
        fixed (long* d = dimensions)
        {
            var made = new Tensor(Api.rl_from_data(p, d, dimensions.Length, (int)own, Code(device), requiresGrad && !convert ? 1 : 0));
            if (!convert) return made;
            var converted = made.to(dtype!.Value, disposeAfter: true);
            converted.requires_grad = requiresGrad;
            return converted;
        }
    }

    private static Tensor Filled(ReadOnlySpan<long> size, Scalar value, ScalarType? dtype, Device? device, bool requiresGrad, string[]? names)
    {
        RefuseNames(names);
        fixed (long* p = size) return new(Api.rl_full(p, size.Length, value.Native, Tensor.Code(dtype), Code(device), requiresGrad ? 1 : 0));
    }

    private static int Code(Device? device) => device?.Code ?? -1;

    private static void RefuseNames(string[]? names)
    {
        if (names is { Length: > 0 }) throw new TorchException("Named dimensions are not part of this subset.");
    }
}
