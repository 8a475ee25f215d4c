using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Linear;
using RecLab.Recommenders.Models.Neighbours;
using Xunit;

namespace RecLab.Recommenders.Tests.Models;

public sealed class SlimTests : RecommenderContract
{
    protected override string Key => "slim";
    protected override RecommenderOptions Options => new SlimOptions { L1 = 0.1, L2 = 1 };
    protected override bool KnowsUsers => false;

    [Fact]
    public void Two_items_have_the_weights_of_the_closed_form()
    {
        // One other item j: w = (x_j'x_i - lambda) / (x_j'x_j + beta). Shared users 2, users of item 0: 3, of item 1: 2.
        var data = new Interactions(Vocabulary.OfNumbers(3), Vocabulary.OfNumbers(2), [0, 1, 2, 0, 1], [0, 0, 0, 1, 1], [1, 1, 1, 1, 1], new long[5]);
        var model = new Slim(new() { L1 = 0.5, L2 = 1 }).Train(data, new());
        var scores = new float[2];
        Assert.True(model.Score(Query.Of(-1, [0]), scores));
        Assert.Equal(1.5 / 4, scores[1], 1e-6);
        Assert.True(model.Score(Query.Of(-1, [1]), scores));
        Assert.Equal(1.5 / 3, scores[0], 1e-6);
    }

    [Fact]
    public void Less_company_than_the_pull_to_zero_leaves_no_weight()
    {
        var data = new Interactions(Vocabulary.OfNumbers(1), Vocabulary.OfNumbers(2), [0, 0], [0, 1], [1, 1], new long[2]);
        Assert.False(new Slim(new() { L1 = 1 }).Train(data, new()).Score(Query.Of(-1, [0]), new float[2]));
    }

    [Theory]
    [InlineData(0, 0), InlineData(0.5, 0), InlineData(2, 3)]
    public void Many_items_are_solved_by_residuals_to_the_same_weights(double l1, int kept)
    {
        var data = Evaluation.Toy.Interactions(200, 40, seed: 8);
        var slim = new Slim(new() { L1 = l1, L2 = 2, WeightsPerItem = kept, Sweeps = 200 });
        var touched = SparseMatrix.Of(data);
        KeptLinks[] dense = slim.Dense(touched, new() { Threads = 1 }), sparse = slim.Sparse(touched, new() { Threads = 2 });
        for (var item = 0; item < dense.Length; item++)
        {
            Assert.Equal(dense[item].Items, sparse[item].Items);
            for (var k = 0; k < dense[item].Items.Length; k++) Assert.Equal(dense[item].Weights[k], sparse[item].Weights[k], 2e-3f);
            if (kept > 0) Assert.InRange(dense[item].Items.Length, 0, kept);
        }
    }

    [Fact]
    public void Negative_weights_over_too_many_items_are_refused_in_one_sentence()
    {
        var data = new Interactions(Vocabulary.OfNumbers(1), Vocabulary.OfNumbers(Slim.MostDense + 1), [0], [0], [1], [0]);
        Assert.Contains("16,385 items", Assert.Throws<TrainingException>(() => new Slim(new() { OnlyPositive = false }).Train(data, new())).Message, StringComparison.Ordinal);
    }
}
