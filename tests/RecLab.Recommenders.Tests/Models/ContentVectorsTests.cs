using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Content;
using Xunit;

namespace RecLab.Recommenders.Tests.Models;

public sealed class ContentVectorsTests : RecommenderContract
{
    protected override string Key => "content-vectors";
    protected override RecommenderOptions Options => new ContentVectorsOptions();
    protected override bool KnowsUsers => false;

    [Fact]
    public void Vectors_of_different_lengths_or_none_are_refused_in_one_sentence()
    {
        Assert.Equal("No item of this data set has a vector; give the items a vector column.", Refusal());
        Assert.Equal("The vector of item '1' has 3 numbers, the first has 2.", Refusal(new("0", "", [], Vector: [1, 2]), new("1", "", [], Vector: [1, 2, 3])));

        static string Refusal(params ItemInfo[] items) => Assert.Throws<TrainingException>(() =>
            new ContentVectors(new()).Train(new(Vocabulary.OfNumbers(1), Vocabulary.OfNumbers(2), [0], [0], [1], [0], new Catalogue(items)), new())).Message;
    }
}
