using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Content;
using Xunit;

namespace RecLab.Recommenders.Tests.Models;

public sealed class ContentBasedTests : RecommenderContract
{
    protected override string Key => "content";

    /// <summary>Each colour is a half of the items; titles with their running numbers would add nothing.</summary>
    protected override RecommenderOptions Options => new ContentOptions { MostShare = 0.6 };
    protected override bool KnowsUsers => false;

    private static readonly Catalogue Films = new(
    [
        new("a", "Night train", ["thriller"]), new("b", "Night boat", ["thriller"]), new("c", "Sunny boat", ["comedy"]), new("d", "Sunny day", ["comedy"]), new("e", "", []),
    ]);

    private static Interactions Data(Catalogue catalogue) => new(Vocabulary.OfNumbers(1), new Vocabulary(["a", "b", "c", "d", "e"]), [0], [0], [1], [0], catalogue);

    [Fact]
    public void The_cosine_of_two_items_is_that_of_their_weighted_words()
    {
        // Four described by words of two items each: idf = ln(5/2) for all ('train', 'day' occur once and are left out). Item a: night and thriller, one unit vector per
        // field, so a = (1, 1) / sqrt 2 over (night, thriller); b = night and boat share the title's unit vector: (1/sqrt 2, 1/sqrt 2, 1) / sqrt 2. Cosine (1/sqrt 2 + 1) / 2.
        var scores = Scores(Films, new() { TitleWeight = 1, CategoryWeight = 1 }, [0]);
        Assert.Equal(1, scores[0], 1e-6);
        Assert.Equal((1 / Math.Sqrt(2) + 1) / 2, scores[1], 1e-6);
        Assert.Equal(0, scores[2]);
        Assert.True(float.IsNaN(scores[4]), "nothing is known of the last item");
    }

    [Fact]
    public void A_bag_of_words_counts_how_often_a_word_occurs()
    {
        // Titles as bags over (ship, sea): a = (2, 1), b = (1, 1), so the cosine is 3 / (sqrt 5 sqrt 2); tf-idf would have taken logarithms.
        var data = Data(new([new("a", "ship ship sea", []), new("b", "sea ship", [])]));
        var scores = new float[5];
        Assert.True(new ContentBased(new() { TermWeight = TermWeight.Count, MostShare = 1 }).Train(data, new()).Score(Query.Of(-1, [0]), scores));
        Assert.Equal(3 / Math.Sqrt(10), scores[1], 1e-6);
    }

    [Fact]
    public void The_newest_touches_shape_the_profile_most()
    {
        var recent = Scores(Films, new() { HalfLife = 1 }, [0, 3]);
        Assert.True(recent[2] > recent[1]);
        var alike = Scores(Films, new() { HalfLife = 0 }, [0, 3]);
        Assert.Equal(alike[1], alike[2], 1e-6);
    }

    [Fact]
    public void Without_any_description_training_is_refused_in_one_sentence() =>
        Assert.StartsWith("No item of this data set has a title", Assert.Throws<TrainingException>(() => new ContentBased(new()).Train(Data(Catalogue.Empty), new())).Message, StringComparison.Ordinal);

    [Fact]
    public void Words_are_runs_of_letters_and_digits() => Assert.Equal(["schindler", "list", "1993", "élan"], TermMatrix.Words("Schindler's  List (1993): a Élan"));

    private static float[] Scores(Catalogue catalogue, ContentOptions options, int[] history)
    {
        var scores = new float[5];
        Assert.True(new ContentBased(options).Train(Data(catalogue), new()).Score(Query.Of(-1, history), scores));
        return scores;
    }
}
