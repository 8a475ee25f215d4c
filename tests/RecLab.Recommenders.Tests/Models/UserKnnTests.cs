using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Neighbours;
using Xunit;

namespace RecLab.Recommenders.Tests.Models;

public sealed class UserKnnTests : RecommenderContract
{
    protected override string Key => "user-knn";
    protected override RecommenderOptions Options => new UserKnnOptions { Neighbours = 10 };

    [Fact]
    public void A_score_is_the_likeness_of_the_neighbours_who_touched_the_item()
    {
        // User 0: items 0, 1; user 1: items 1, 2, 3; a stranger touched item 1: cosine 1 / sqrt 2 to user 0, 1 / sqrt 3 to user 1.
        var data = new Interactions(Vocabulary.OfNumbers(2), Vocabulary.OfNumbers(5), [0, 0, 1, 1, 1], [0, 1, 1, 2, 3], [1, 1, 1, 1, 1], new long[5]);
        var scores = new float[5];
        Assert.True(new UserKnn(new() { Shrinkage = 0 }).Train(data, new()).Score(Query.Of(-1, [1]), scores));
        Assert.Equal(1 / Math.Sqrt(2), scores[0], 1e-6);
        Assert.Equal(1 / Math.Sqrt(2) + 1 / Math.Sqrt(3), scores[1], 1e-6);
        Assert.Equal(1 / Math.Sqrt(3), scores[2], 1e-6);
        Assert.True(float.IsNaN(scores[4]));
    }

    [Fact]
    public void Nobody_is_the_own_neighbour()
    {
        var data = new Interactions(Vocabulary.OfNumbers(2), Vocabulary.OfNumbers(2), [0, 1], [0, 1], [1, 1], new long[2]);
        Assert.False(new UserKnn(new()).Train(data, new()).Score(Query.Of(0, [0]), new float[2]));
    }
}
