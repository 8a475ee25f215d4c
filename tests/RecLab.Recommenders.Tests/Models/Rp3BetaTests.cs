using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Neighbours;
using Xunit;

namespace RecLab.Recommenders.Tests.Models;

public sealed class Rp3BetaTests : RecommenderContract
{
    protected override string Key => "rp3beta";
    protected override RecommenderOptions Options => new Rp3BetaOptions();
    protected override bool KnowsUsers => false;

    [Fact]
    public void A_weight_is_the_sum_over_the_walks_held_back_by_popularity()
    {
        // User 0 touched items 0 and 1, user 1 items 1 and 2. From item 0 (one user) over user 0 (two items) to item 1 (two users): 1^-a 2^-a 2^-b.
        var data = new Interactions(Vocabulary.OfNumbers(2), Vocabulary.OfNumbers(3), [0, 0, 1, 1], [0, 1, 1, 2], [1, 1, 1, 1], new long[4]);
        var scores = new float[3];
        Assert.True(new Rp3Beta(new() { Alpha = 0.7, Beta = 0.3 }).Train(data, new()).Score(Query.Of(-1, [0]), scores));
        Assert.Equal(Math.Pow(2, -0.7) * Math.Pow(2, -0.3), scores[1], 1e-6);
        Assert.True(float.IsNaN(scores[2]), "no walk of three steps leads there");
    }
}
