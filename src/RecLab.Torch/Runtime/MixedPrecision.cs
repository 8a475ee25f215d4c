using RecLab.Torch.Native;

namespace RecLab.Torch;

/// <summary>Products in fewer bits on a CUDA device, where TorchSharp has no name for it: libtorch casts inside the scope, weights stay 32-bit floats.</summary>
public static class MixedPrecision
{
    /// <summary>Null where it can be used, else one sentence.</summary>
    public static string? Missing => Api.rl_cuda_count() > 0 ? null : "bfloat16 needs a CUDA device, and there is none here.";

    /// <summary>Until disposed, on this thread.</summary>
    /// <exception cref="TorchException">There is no CUDA device.</exception>
    public static IDisposable BFloat16()
    {
        if (Missing is { } missing) throw new TorchException(missing);
        Api.Check(Api.rl_autocast(1));
        return new Scope();
    }

    private sealed class Scope : IDisposable
    {
        public void Dispose() => Api.Check(Api.rl_autocast(0));
    }
}
