using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Baselines;
using Xunit;

namespace RecLab.Recommenders.Tests.Models;

public sealed class RandomOrderTests : RecommenderContract
{
    protected override string Key => "random";
    protected override RecommenderOptions Options => new RandomOrderOptions();
    protected override bool IsPersonal => false;

    [Fact]
    public void Every_item_comes_first_about_equally_often()
    {
        // 30 items, 3,000 strangers told apart by what they touched: 100 firsts expected each, deviation 9.8.
        var model = Train();
        var first = new int[Checkerboard.Size];
        for (var n = 0; n < 3000; n++)
        {
            var scores = new float[Checkerboard.Size];
            model.Score(Query.Of(-1, [n % 30, n / 30 % 30, n / 900]), scores);
            first[Ranker.Top(scores, 1)[0]]++;
        }
        Assert.All(first, f => Assert.InRange(f, 50, 150));
    }
}

public sealed class BiasBaselineTests : RecommenderContract
{
    protected override string Key => "bias";
    protected override RecommenderOptions Options => new BiasBaselineOptions();
    protected override bool LearnsRatings => true;
    protected override bool IsPersonal => false;

    [Fact]
    public void One_round_shrinks_the_deviations_by_their_counts()
    {
        // Ratings 5 and 3 of item 0, 1 of item 1: mean 3, b_0 = (2 + 0) / (10 + 2) = 1/6, b_1 = -2 / 11; then b of user 0 = (5 - 3 - 1/6) / (15 + 1).
        var data = new Interactions(Vocabulary.OfNumbers(3), Vocabulary.OfNumbers(2), [0, 1, 2], [0, 0, 1], [5, 3, 1], new long[3]);
        var model = new BiasBaseline(new() { Rounds = 1 }).Train(data, new());
        var scores = new float[2];
        Assert.True(model.Score(new Query(-1, default), scores));
        Assert.Equal(3 + 1 / 6.0, scores[0], 1e-5);
        Assert.Equal(3 - 2 / 11.0, scores[1], 1e-5);
        Assert.True(model.Score(new Query(0, default), scores));
        Assert.Equal(3 + 1 / 6.0 + (2 - 1 / 6.0) / 16, scores[0], 1e-5);
    }
}
