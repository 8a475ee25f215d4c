using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Neural.Models;
using RecLab.Recommenders.Tests.Models;
using Xunit;

namespace RecLab.Recommenders.Tests.Neural;

/// <summary>What holds for every family over ids and attributes.</summary>
public abstract class AttributeModelContract : NeuralContract
{
    [Fact]
    public void An_item_nobody_touched_is_scored_by_its_attributes()
    {
        // Items 28 (white) and 29 (black) are never touched by anybody.
        var data = Checkerboard.Touches;
        var model = Train(data.Where(row => data.Item[row] < 28));
        for (var user = 0; user < 10; user++)
        {
            var scores = new float[Checkerboard.Size];
            Assert.True(model.Score(Query.Of(user, Checkerboard.Circle(user)), scores));
            var (same, other) = user % 2 == 0 ? (scores[28], scores[29]) : (scores[29], scores[28]);
            Assert.True(same > other, $"user {user}: {same} for the own colour, {other} for the other");
        }
    }

    [Fact]
    public void A_user_who_touched_nothing_is_answered_by_attributes()
    {
        var data = Checkerboard.Touches;
        var model = Train(data.Where(row => data.User[row] > 1));
        for (var user = 0; user < 2; user++)
        {
            var scores = new float[Checkerboard.Size];
            Assert.True(model.Score(new Query(user, default), scores));
            double same = 0, other = 0;
            for (var item = 0; item < scores.Length; item++) _ = item % 2 == user ? same += scores[item] : other += scores[item];
            Assert.True(same > other, $"{same} for the own colour, {other} for the other");
        }
    }

    [Fact]
    public void Without_attributes_the_ids_alone_are_learnt_from()
    {
        var model = Train(Toy.Describe(Catalogue.Empty, RecLab.Recommenders.Data.Audience.Empty));
        Assert.Equal(3, Best(model, Query.Of(3, Checkerboard.Circle(3)), Checkerboard.Circle(3))[0]);
    }
}

public sealed class DeepFmTests : AttributeModelContract
{
    protected override string Key => "deepfm";
    protected override RecommenderOptions Options => new DeepFmOptions { Width = 16, HiddenWidth = 16, Epochs = 60, BatchSize = 64, LearningRate = 0.02, Patience = 0, Regularization = 0 };
}

public sealed class WideDeepTests : AttributeModelContract
{
    protected override string Key => "wide-deep";
    protected override RecommenderOptions Options => new WideDeepOptions { Width = 16, HiddenWidth = 32, Epochs = 60, BatchSize = 64, LearningRate = 0.02, Patience = 0, Regularization = 0 };
}
