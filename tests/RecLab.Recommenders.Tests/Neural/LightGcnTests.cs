using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Neural.Models;
using Xunit;

namespace RecLab.Recommenders.Tests.Neural;

public sealed class LightGcnTests : NeuralContract
{
    protected override string Key => "lightgcn";
    protected override RecommenderOptions Options => new LightGcnOptions { Factors = 8, Epochs = 40, BatchSize = 8, LearningRate = 0.03, Patience = 0 };

    [Theory]
    [InlineData(FactorLoss.Softmax), InlineData(FactorLoss.Bpr)]
    public void Who_shares_nothing_directly_is_joined_through_the_graph(FactorLoss loss)
    {
        // Two chains: u0 - i0 - u1 - i1 - u2 - i2 and u3 - i3 - u4 - i4 - u5 - i5. u0 never touched i2 nor i5, but i2 is on the own chain.
        int[] users = [0, 1, 1, 2, 2, 3, 4, 4, 5, 5], items = [0, 0, 1, 1, 2, 3, 3, 4, 4, 5];
        var chains = new Interactions(Vocabulary.OfNumbers(6), Vocabulary.OfNumbers(6), users, items, [.. users.Select(_ => 1f)], new long[users.Length]);
        var model = new LightGcn(new() { Factors = 8, Layers = 3, Epochs = 60, BatchSize = 4, LearningRate = 0.05, Loss = loss, Patience = 0 }).Train(chains, new() { Seed = 1, Threads = 1 });
        var scores = new float[6];
        Assert.True(model.Score(new Query(0, default), scores));
        Assert.True(scores[2] > scores[5], $"{scores[2]} on the own chain, {scores[5]} on the other");
    }

    [Fact]
    public void With_relations_an_item_nobody_touched_is_reached_through_what_it_shares()
    {
        // Items 28 (white) and 29 (black) are never touched by anybody, but have the category of their colour.
        var data = Models.Checkerboard.Touches;
        var model = new LightGcn((LightGcnOptions)Options with { Relations = true }).Train(data.Where(row => data.Item[row] < 28), new() { Seed = 1, Threads = 1 });
        for (var user = 0; user < 10; user++)
        {
            var scores = new float[Models.Checkerboard.Size];
            Assert.True(model.Score(new Query(user, default), scores));
            var (same, other) = user % 2 == 0 ? (scores[28], scores[29]) : (scores[29], scores[28]);
            Assert.True(same > other, $"user {user}: {same} for the own colour, {other} for the other");
        }
    }
}
