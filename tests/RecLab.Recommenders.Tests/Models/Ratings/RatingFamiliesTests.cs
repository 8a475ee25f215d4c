using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Ratings;
using Xunit;

namespace RecLab.Recommenders.Tests.Models.Ratings;

public sealed class RatingKnnTests : RecommenderContract
{
    protected override string Key => "rating-knn";
    protected override RecommenderOptions Options => new RatingKnnOptions { Neighbours = 10 };
    protected override bool LearnsRatings => true;
    protected override bool FoldsIn => false;

    [Fact]
    public void The_most_alike_of_those_who_rated_the_item_speak_against_their_baselines()
    {
        // Mean 3, no damping that moves the biases (1e6 holds them near 0). User 0 and 1 agree on items 0 and 1: s = 1. User 0 and 2 differ by 2 on both: s = 1 / (4 + 1).
        var data = Ratings((0, 0, 4), (0, 1, 2), (1, 0, 4), (1, 1, 2), (1, 2, 5), (2, 0, 2), (2, 1, 4), (2, 2, 1));
        float mean = 24 / 8f;
        Assert.Equal(mean + (1 * (5 - mean) + 0.2 * (1 - mean)) / 1.2, Predict(data, new() { ItemDamping = 1000, UserDamping = 1000 }, 0, 2), 0.02);
        Assert.Equal(mean + (5 - mean), Predict(data, new() { Neighbours = 1, ItemDamping = 1000, UserDamping = 1000 }, 0, 2), 0.02);
        Assert.Equal(mean, Predict(data, new() { FewestCommon = 3, ItemDamping = 1000, UserDamping = 1000 }, 0, 2), 0.02);
    }

    private static float Predict(Interactions data, RatingKnnOptions options, int user, int item)
    {
        var rating = new float[1];
        ((IRatingModel)new RatingKnn(options).Train(data, new())).Predict(user, [item], rating);
        return rating[0];
    }

    internal static Interactions Ratings(params (int User, int Item, float Value)[] rows) =>
        new(Vocabulary.OfNumbers(3), Vocabulary.OfNumbers(4), [.. rows.Select(r => r.User)], [.. rows.Select(r => r.Item)], [.. rows.Select(r => r.Value)], new long[rows.Length]);
}

public sealed class SlopeOneTests : RecommenderContract
{
    protected override string Key => "slope-one";
    protected override RecommenderOptions Options => new SlopeOneOptions();
    protected override bool LearnsRatings => true;
    protected override bool IsPersonal => false;

    /// <summary>A stranger without a history rated nothing to compare with.</summary>
    protected override bool AnswersEverybody => false;

    [Fact]
    public void The_example_of_the_paper()
    {
        // User 0 gave item 0 a 1 and item 1 a 1.5; user 1 gave item 0 a 2: predicted for item 1 is 2 + (1.5 - 1) = 2.5 (Lemire and Maclachlan 2005, figure 1).
        var model = (IRatingModel)new SlopeOne(new()).Train(RatingKnnTests.Ratings((0, 0, 1), (0, 1, 1.5f), (1, 0, 2)), new());
        var rating = new float[2];
        model.Predict(1, [1, 3], rating);
        Assert.Equal([2.5f, 1.5f], rating); // item 3 is unknown: the mean of all ratings
        model.Predict(2, [1, 3], rating);
        Assert.Equal([1.5f, 1.5f], rating); // user 2 rated nothing
    }

    [Fact]
    public void Too_many_items_are_refused_in_one_sentence()
    {
        var data = new Interactions(Vocabulary.OfNumbers(1), Vocabulary.OfNumbers(20_001), [0], [0], [1], [0]);
        Assert.Contains("20,001 items", Assert.Throws<TrainingException>(() => new SlopeOne(new()).Train(data, new())).Message, StringComparison.Ordinal);
    }
}

public sealed class RatingNmfTests : RecommenderContract
{
    protected override string Key => "rating-nmf";
    protected override RecommenderOptions Options => new RatingNmfOptions { Factors = 4, Epochs = 100 };
    protected override bool LearnsRatings => true;
    protected override bool FoldsIn => false;

    [Fact]
    public void Ratings_of_rank_one_are_found_again_and_what_is_unknown_gets_the_mean()
    {
        // r_ui = a_u b_i with a = (1, 2, 3), b = (1, 2, 1.5); the pair (2, 2) is withheld: 3 * 1.5 = 4.5.
        float[] a = [1, 2, 3], b = [1, 2, 1.5f];
        var rows = Enumerable.Range(0, 9).Where(n => n != 8).Select(n => (n / 3, n % 3, a[n / 3] * b[n % 3])).ToArray();
        var model = (IRatingModel)new RatingNmf(new() { Factors = 1, Epochs = 200, Regularization = 0 }).Train(RatingKnnTests.Ratings(rows), new());
        var rating = new float[2];
        model.Predict(2, [2, 3], rating);
        Assert.Equal(4.5, rating[0], 1e-2);
        Assert.Equal(rows.Average(r => r.Item3), rating[1], 1e-5);
    }

    [Fact]
    public void Negative_ratings_are_refused() =>
        Assert.Contains("-1", Assert.Throws<TrainingException>(() => new RatingNmf(new()).Train(RatingKnnTests.Ratings((0, 0, -1)), new())).Message, StringComparison.Ordinal);
}
