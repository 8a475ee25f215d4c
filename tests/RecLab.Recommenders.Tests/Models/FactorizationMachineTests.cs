using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Factors;
using Xunit;

namespace RecLab.Recommenders.Tests.Models;

public sealed class FactorizationMachineTests : RecommenderContract
{
    protected override string Key => "fm";
    protected override RecommenderOptions Options => new FactorizationMachineOptions { Factors = 8, Epochs = 60, LearningRate = 0.1 };
}

public sealed class RatingFactorizationMachineTests : RecommenderContract
{
    protected override string Key => "fm";
    protected override RecommenderOptions Options => new FactorizationMachineOptions { Target = FmTarget.Rating, Factors = 8, Epochs = 60 };
    protected override bool LearnsRatings => true;
    protected override bool FoldsIn => false;

    [Fact]
    public void Attributes_alone_tell_the_colours_apart()
    {
        // A user who never rated has no id of any use, but a favourite colour that others share.
        var board = Checkerboard.Ratings;
        var data = board.Where(row => board.User[row] != 4);
        var scores = new float[Checkerboard.Size];
        Assert.True(Train(data).Score(new Query(4, default), scores));
        Assert.True(scores[2] > scores[3] + 1, $"white {scores[2]}, black {scores[3]}");
    }
}
