namespace TorchSharp.Utils;

/// <summary>A look into a tensor's elements, in row-major order.</summary>
public sealed class TensorAccessor<T> where T : unmanaged
{
    private readonly torch.Tensor _tensor;

    internal TensorAccessor(torch.Tensor tensor) => _tensor = tensor;

    public T[] ToArray() => _tensor.CopyOut<T>();
}
