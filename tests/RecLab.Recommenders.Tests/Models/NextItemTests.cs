using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Neighbours;
using Xunit;

namespace RecLab.Recommenders.Tests.Models;

public sealed class NextItemTests : RecommenderContract
{
    protected override string Key => "next-item";
    protected override RecommenderOptions Options => new NextItemOptions { Reach = 1, Lift = 0, HistoryDecay = 0.1 };
    protected override bool KnowsUsers => false;

    [Fact]
    public void A_markov_chain_gives_the_share_of_those_who_went_on_so()
    {
        // After item 0 came item 1 twice and item 2 once.
        var data = new Interactions(Vocabulary.OfNumbers(3), Vocabulary.OfNumbers(3), [0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 0, 2], [1, 1, 1, 1, 1, 1], [0, 1, 0, 1, 0, 1]);
        var scores = new float[3];
        Assert.True(new NextItem(new() { Reach = 1, Lift = 0 }).Train(data, new()).Score(Query.Of(-1, [0]), scores));
        Assert.Equal(2 / 3.0, scores[1], 1e-6);
        Assert.Equal(1 / 3.0, scores[2], 1e-6);
    }
}
