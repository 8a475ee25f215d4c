using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Linear;
using Xunit;

namespace RecLab.Recommenders.Tests.Models;

public sealed class EaseTests : RecommenderContract
{
    protected override string Key => "ease";
    protected override RecommenderOptions Options => new EaseOptions { Regularization = 5 };
    protected override bool KnowsUsers => false;

    [Fact]
    public void Two_items_have_the_weights_of_the_closed_form()
    {
        // X'X = [2 1; 1 1], lambda = 1: A = [3 1; 1 2], P = inv(A) = [2 -1; -1 3] / 5, B_01 = -P_01 / P_11 = 1/3, B_10 = -P_10 / P_00 = 1/2.
        var data = new Interactions(Vocabulary.OfNumbers(2), Vocabulary.OfNumbers(2), [0, 0, 1], [0, 1, 0], [1, 1, 1], [0, 1, 2]);
        var model = new Ease(new() { Regularization = 1 }).Train(data, new());
        var scores = new float[2];
        Assert.True(model.Score(Query.Of(-1, [0]), scores));
        Assert.Equal([0, 1f / 3], scores, Near);
        Assert.True(model.Score(Query.Of(-1, [1]), scores));
        Assert.Equal([1f / 2, 0], scores, Near);
    }

    [Fact]
    public void Keeping_all_weights_of_each_item_scores_like_the_dense_model()
    {
        float[] dense = new float[Checkerboard.Size], kept = new float[Checkerboard.Size];
        Assert.True(new Ease(new() { Regularization = 5 }).Train(Checkerboard.Touches, new()).Score(Query.Of(-1, [2, 5, 9]), dense));
        Assert.True(new Ease(new() { Regularization = 5, WeightsPerItem = Checkerboard.Size }).Train(Checkerboard.Touches, new()).Score(Query.Of(-1, [2, 5, 9]), kept));
        Assert.Equal(dense, kept, (a, b) => float.IsNaN(b) ? a == 0 : Near(a, b));
    }

    [Fact]
    public void Too_many_items_for_a_dense_model_are_refused_in_one_sentence()
    {
        var data = new Interactions(Vocabulary.OfNumbers(1), Vocabulary.OfNumbers(40_981), [0], [0], [1], [0]);
        Assert.Equal("EASE on 40,981 items would leave a model of 6.7 GB; set the weights kept per item (500, say).", Assert.Throws<TrainingException>(() => new Ease(new()).Train(data, new())).Message);
    }

    [Fact]
    public void Negative_weights_are_refused_in_one_sentence()
    {
        var data = new Interactions(Vocabulary.OfNumbers(1), Vocabulary.OfNumbers(2), [0, 0], [0, 1], [5, -5], new long[2]);
        Assert.Equal("EASE needs weights of zero or more; some values of the data set are negative.", Assert.Throws<TrainingException>(() => new Ease(new() { UseValues = true }).Train(data, new())).Message);
    }

    private static bool Near(float a, float b) => Math.Abs(a - b) < 1e-5f;
}
