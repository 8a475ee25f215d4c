using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Neural.Models;
using RecLab.Recommenders.Tests.Models;
using Xunit;

namespace RecLab.Recommenders.Tests.Neural;

public sealed class MfTests : NeuralContract
{
    protected override string Key => "mf";
    protected override RecommenderOptions Options => With(FactorLoss.Softmax);

    private static MfOptions With(FactorLoss loss) => new() { Factors = 8, Epochs = 40, BatchSize = loss == FactorLoss.Softmax ? 8 : 64, LearningRate = 0.03, Patience = 0, Loss = loss, Regularization = 0.01 };

    [Theory]
    [InlineData(FactorLoss.Softmax, 3.4011973816621555)] // ln 30: all items alike
    [InlineData(FactorLoss.Bpr, 0.6931471805599453)] // ln 2: a pair alike
    [InlineData(FactorLoss.Logistic, 0.6931471805599453)]
    public void Every_loss_begins_at_chance_and_ranks_the_own_colour_first(FactorLoss loss, double chance)
    {
        var reports = new Reports();
        var model = RecommenderCatalog.Get(Key).Create(With(loss) with { Regularization = 0 }).Train(Toy, new() { Seed = 7, Threads = 1, Progress = reports });
        var losses = reports.Seen.Select(r => r.Curve).OfType<IReadOnlyDictionary<string, double>>().Select(c => c["loss"]).ToArray();
        Assert.Equal(chance, losses[0], 0.25 * chance);
        Assert.InRange(losses[^1], 0, 0.85 * losses[0]);
        for (var user = 0; user < Checkerboard.Size; user++) Assert.Equal(user, Best(model, Query.Of(user, Checkerboard.Circle(user)), Checkerboard.Circle(user))[0]);
    }
}
