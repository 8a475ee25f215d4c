using Xunit;

// One process has one default generator, one thread count and one count of live tensors.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace RecLab.Torch.Tests;

/// <summary>What every tensor test begins with.</summary>
internal static class Torch
{
    /// <summary>Skips with the reason where libtorch is missing; otherwise one thread and a known seed.</summary>
    public static void Begin(long seed = 7)
    {
        if (!TorchRuntime.Availability.Available) Assert.Skip(TorchRuntime.Availability.Reason);
        TorchSharp.torch.set_num_threads(1);
        TorchSharp.torch.manual_seed(seed);
    }
}
