using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Neural;
using RecLab.Recommenders.Neural.Models;
using RecLab.Recommenders.Tests.Models;
using Xunit;

namespace RecLab.Recommenders.Tests.Neural;

public sealed class MmoeTests : NeuralContract
{
    protected override string Key => "mmoe";
    protected override RecommenderOptions Options => new MmoeOptions { Width = 16, ExpertWidth = 8, Epochs = 50, BatchSize = 64, LearningRate = 0.02, Patience = 0, Regularization = 0 };

    [Fact]
    public void A_scenario_is_a_first_category_and_the_rare_ones_share_one()
    {
        ItemInfo Item(int i, params string[] categories) => new($"{i}", "", categories);
        var data = new Interactions(new(["u"]), new(["0", "1", "2", "3", "4", "5"]), [], [], [], [], new Catalogue([Item(0, "a", "b"), Item(1, "a"), Item(2, "b"), Item(3, "b", "a"), Item(4, "c"), Item(5)]));
        // a and b have two items each, c one; the sixth item has no category.
        var scenarios = Scenarios.Of(data, 3);
        Assert.Equal(3, scenarios.Count);
        Assert.Equal([0, 0, 1, 1, 2, 2], scenarios.OfItem);
        Assert.Equal(1, Scenarios.Of(data, 1).Count);
    }
}
