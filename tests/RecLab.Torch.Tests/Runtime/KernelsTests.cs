using System.Runtime.Intrinsics.X86;
using Xunit;

namespace RecLab.Torch.Tests.Runtime;

public sealed class KernelsTests
{
    /// <summary>OpenBLAS reads the C environment when it is loaded. <see cref="Environment.SetEnvironmentVariable(string, string)"/> does not reach that, the shim's own setenv does.</summary>
    [Fact]
    public void On_an_amd_processor_with_avx512_openblas_takes_the_kernels_for_it()
    {
        Torch.Begin();
        if (TorchRuntime.Kernels.Length == 0) Assert.Skip("This BLAS does not say which kernels it chose.");
        if (!X86Base.IsSupported || !Avx512BW.VL.IsSupported || X86Base.CpuId(0, 0).Ebx != 0x68747541) Assert.Skip("This is no AMD processor with AVX-512.");
        Assert.Equal(Environment.GetEnvironmentVariable("OPENBLAS_CORETYPE") ?? "SkylakeX", TorchRuntime.Kernels, ignoreCase: true);
    }
}
