using RecLab.Recommenders.Tests.Models;
using RecLab.Torch;
using Xunit;

namespace RecLab.Recommenders.Tests.Neural;

/// <summary>Tests that use libtorch run one after the other: a process has one default generator and one thread count.</summary>
[CollectionDefinition(nameof(NeuralCollection), DisableParallelization = true)]
public sealed class NeuralCollection;

/// <summary>The contract for families that train on libtorch; skipped with the reason where it is missing.</summary>
[Collection(nameof(NeuralCollection))]
public abstract class NeuralContract : RecommenderContract
{
    protected NeuralContract() => NeedsTorch.OrSkip();
}

internal static class NeedsTorch
{
    public static void OrSkip()
    {
        if (!TorchRuntime.Availability.Available) Assert.Skip(TorchRuntime.Availability.Reason);
    }
}
