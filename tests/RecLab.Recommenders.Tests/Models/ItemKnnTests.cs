using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Neighbours;
using Xunit;

namespace RecLab.Recommenders.Tests.Models;

public sealed class ItemKnnTests : RecommenderContract
{
    protected override string Key => "item-knn";
    protected override RecommenderOptions Options => new ItemKnnOptions { Neighbours = 20, Similarity = Similarity.Cosine };
    protected override bool KnowsUsers => false;

    /// <summary>Item 0 of users 0, 1, 2, 3; item 1 of 0, 1; item 2 of 3 and 4. User 4 has item 2 only.</summary>
    private static readonly Interactions Small = new(Vocabulary.OfNumbers(5), Vocabulary.OfNumbers(3), [0, 1, 2, 3, 0, 1, 3, 4], [0, 0, 0, 0, 1, 1, 2, 2], [1, 1, 1, 1, 1, 1, 1, 1], new long[8]);

    [Theory]
    [InlineData(Similarity.Cosine, 0, 0.5, 0.70710678, 0.35355339)] // 2 / sqrt(4 * 2), 1 / sqrt(4 * 2)
    [InlineData(Similarity.Cosine, 2, 0.5, 0.41421356, 0.20710678)] // 2 / (sqrt 8 + 2), 1 / (sqrt 8 + 2)
    [InlineData(Similarity.Jaccard, 0, 0.5, 0.5, 0.2)] // 2 / (4 + 2 - 2), 1 / (4 + 2 - 1)
    [InlineData(Similarity.AsymmetricCosine, 0, 0.25, 0.59460356, 0.29730178)] // 2 / (2^0.25 4^0.75): the target is item 1 (or 2), the touched one item 0
    public void Similarities_are_those_of_the_formulas(Similarity similarity, double shrinkage, double asymmetry, double ofOne, double ofTwo)
    {
        var scores = Scores(new() { Similarity = similarity, Shrinkage = shrinkage, Asymmetry = asymmetry }, [0]);
        Assert.True(float.IsNaN(scores[0]), "an item does not speak for itself");
        Assert.Equal(ofOne, scores[1], 1e-6);
        Assert.Equal(ofTwo, scores[2], 1e-6);
    }

    [Theory]
    [InlineData(Similarity.Cosine), InlineData(Similarity.TfIdf), InlineData(Similarity.Bm25), InlineData(Similarity.Jaccard)]
    public void Negative_weights_are_refused_in_one_sentence(Similarity similarity)
    {
        // Of one user's 5 and -5, sqrt(|-5|) and BM25's -5 / (-5 + 1.2) > 0 would both make the dislike a likeness.
        var data = new Interactions(Vocabulary.OfNumbers(2), Vocabulary.OfNumbers(2), [0, 0, 1], [0, 1, 0], [5, -5, 1], new long[3]);
        Assert.Equal("Item kNN needs weights of zero or more; some values of the data set are negative.",
            Assert.Throws<TrainingException>(() => new ItemKnn(new() { Similarity = similarity, UseValues = true }).Train(data, new())).Message);
        Assert.True(new ItemKnn(new() { Similarity = similarity }).Train(data, new()).Items.Count == 2, "touches alone carry no sign");
    }

    [Fact]
    public void Tf_idf_lets_busy_users_count_less()
    {
        // Three items: idf of a user with two items is ln 3 - ln 3 = 0, held at 0.01; with one item ln 3 - ln 2. Item 0: users 0, 1, 3 (two items each) and 2 (one).
        double busy = 0.01 * 0.01, quiet = Math.Pow(Math.Log(3) - Math.Log(2), 2);
        var scores = Scores(new() { Similarity = Similarity.TfIdf, Shrinkage = 0 }, [0]);
        Assert.Equal(2 * busy / Math.Sqrt((3 * busy + quiet) * (2 * busy)), scores[1], 1e-6);
        Assert.Equal(busy / Math.Sqrt((3 * busy + quiet) * (busy + quiet)), scores[2], 1e-6);
    }

    [Fact]
    public void Bm25_is_the_sum_of_the_products_of_term_weights()
    {
        // Mean length 8/3; b = 1 makes the length of item 0 count 4 / (8/3) = 1.5, of item 1 and 2 0.75; weight = idf * (k1 + 1) / (1 + k1 * length).
        double busy = 0.01 * 2.2, item0 = busy / (1 + 1.2 * 1.5), item1 = busy / (1 + 1.2 * 0.75);
        var scores = Scores(new() { Similarity = Similarity.Bm25, Bm25B = 1 }, [0]);
        Assert.Equal(2 * item0 * item1, scores[1], 1e-8);
        Assert.Equal(item0 * item1, scores[2], 1e-8);
    }

    [Fact]
    public void Only_the_nearest_items_speak()
    {
        // Item 0 is nearest to item 1 (0.71 against 0.35 for item 2); as the only neighbour kept of item 0 ...
        Assert.True(float.IsNaN(Scores(new() { Similarity = Similarity.Cosine, Neighbours = 1, Shrinkage = 0, Side = NeighbourSide.OfTouched }, [0])[2]));
        // ... it still speaks for item 2, whose nearest it is, when each target keeps its own.
        Assert.Equal(0.35355339, Scores(new() { Similarity = Similarity.Cosine, Neighbours = 1, Shrinkage = 0, Side = NeighbourSide.OfTarget }, [0])[2], 1e-6);
    }

    [Fact]
    public void A_history_that_leads_nowhere_cannot_be_answered()
    {
        var lonely = new Interactions(Vocabulary.OfNumbers(2), Vocabulary.OfNumbers(2), [0, 1], [0, 1], [1, 1], [0, 0]);
        Assert.False(new ItemKnn(new()).Train(lonely, new()).Score(Query.Of(0, [0]), new float[2]));
    }

    private static float[] Scores(ItemKnnOptions options, int[] history)
    {
        var scores = new float[3];
        Assert.True(new ItemKnn(options).Train(Small, new()).Score(Query.Of(-1, history), scores));
        return scores;
    }
}
