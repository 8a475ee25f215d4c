using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Neural;
using RecLab.Recommenders.Neural.Models;
using Xunit;

namespace RecLab.Recommenders.Tests.Neural;

/// <summary>The deep MLP's contract with another activation: trained, frozen, saved and loaded alike.</summary>
public sealed class SiluMlpTests : NeuralContract
{
    protected override string Key => "mlp";
    protected override RecommenderOptions Options => new DeepMlpOptions { Activation = Activation.Silu, Width = 8, HiddenWidth = 16, Epochs = 60, BatchSize = 64, LearningRate = 0.02, Dropout = 0, Patience = 0 };
}

/// <summary>The same for NeuMF's perceptron.</summary>
public sealed class TanhNeuMfTests : NeuralContract
{
    protected override string Key => "neumf";
    protected override RecommenderOptions Options => new NeuMfOptions { Activation = Activation.Tanh, Factors = 8, Width = 8, HiddenWidth = 16, Epochs = 50, BatchSize = 64, LearningRate = 0.02, Dropout = 0, Patience = 0, Regularization = 0, ValidateEvery = 1 };
}

public sealed class ActivationTests
{
    [Theory]
    [InlineData(Activation.Relu, 0f, 0f, 2f)]
    [InlineData(Activation.Silu, -0.26894143f, 0f, 1.7615942f)] // -1 / (1 + e) and 2 / (1 + e^-2)
    [InlineData(Activation.Tanh, -0.7615942f, 0f, 0.9640276f)]
    public void Values_are_those_of_the_definition(Activation activation, float ofMinusOne, float ofZero, float ofTwo)
    {
        float[] x = [.. Enumerable.Repeat(new[] { -1f, 0f, 2f }, 400).SelectMany(v => v)]; // more than one block
        activation.Of(x.AsSpan());
        for (var i = 0; i < x.Length; i++) Assert.Equal((i % 3) switch { 0 => ofMinusOne, 1 => ofZero, _ => ofTwo }, x[i], 1e-6f);
    }
}
