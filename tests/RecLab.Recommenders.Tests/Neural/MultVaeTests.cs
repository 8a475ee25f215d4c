using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Neural.Models;
using RecLab.Recommenders.Tests.Models;
using Xunit;

namespace RecLab.Recommenders.Tests.Neural;

public sealed class MultVaeTests : NeuralContract
{
    protected override string Key => "mult-vae";
    protected override RecommenderOptions Options => Small;

    private static MultVaeOptions Small => new() { HiddenWidth = 16, LatentWidth = 8, Epochs = 40, BatchSize = 8, LearningRate = 0.01, Patience = 0, AnnealingSteps = 100 };

    /// <summary>A user is their history; without one there is nothing to encode.</summary>
    protected override bool KnowsUsers => false;

    [Fact]
    public void Without_the_variational_part_it_is_a_denoising_autoencoder()
    {
        var model = new MultVae(Small with { Variational = false }).Train(Toy, new() { Seed = 7, Threads = 1 });
        for (var user = 0; user < Checkerboard.Size; user++) Assert.Equal(user, Best(model, Query.Of(-1, Checkerboard.Circle(user)), Checkerboard.Circle(user))[0]);
    }

    [Fact]
    public void The_order_of_a_history_does_not_matter()
    {
        var model = Train();
        float[] there = new float[Checkerboard.Size], back = new float[Checkerboard.Size];
        Assert.True(model.Score(Query.Of(-1, [2, 8, 4]), there));
        Assert.True(model.Score(Query.Of(-1, [4, 8, 2, 2]), back));
        Assert.Equal(there, back);
    }
}
