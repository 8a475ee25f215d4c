using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models;
using Xunit;

namespace RecLab.Recommenders.Tests.Models;

public sealed class PopularityTests : RecommenderContract
{
    protected override string Key => "popularity";
    protected override RecommenderOptions Options => new PopularityOptions();
    protected override bool IsPersonal => false;

    private static readonly Interactions Fads = new(Vocabulary.OfNumbers(4), Vocabulary.OfNumbers(2), [0, 1, 2, 3], [0, 0, 0, 1], [1, 1, 1, 1], [0, 0, 0, 20 * 86400]);

    [Fact]
    public void Counts_touches() => Assert.Equal([3f, 1f], Scores(new PopularityOptions()));

    [Fact]
    public void With_decay_a_touch_counts_half_after_the_half_life() =>
        // Three touches twenty days ago at a half-life of ten days: 3 * 2^-2 = 0.75.
        Assert.Equal([0.75f, 1f], Scores(new PopularityOptions { HalfLifeDays = 10 }));

    private static float[] Scores(PopularityOptions options)
    {
        var scores = new float[2];
        Assert.True(new Popularity(options).Train(Fads, new()).Score(new Query(-1, default), scores));
        return scores;
    }
}
