using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Factors;
using Xunit;

namespace RecLab.Recommenders.Tests.Models;

public sealed class BiasedMfTests : RecommenderContract
{
    protected override string Key => "biased-mf";
    protected override RecommenderOptions Options => new BiasedMfOptions { Factors = 8, Epochs = 60, LearningRate = 0.02 };
    protected override bool LearnsRatings => true;
    protected override bool FoldsIn => false;

    [Fact]
    public void Predicts_ratings_on_their_own_scale()
    {
        var scores = new float[Checkerboard.Size];
        Assert.True(Train().Score(new Query(4, default), scores));
        Assert.Equal(5, scores[2], 0.5);
        Assert.Equal(1, scores[3], 0.5);
    }
}
