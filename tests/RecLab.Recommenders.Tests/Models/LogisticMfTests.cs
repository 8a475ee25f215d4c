using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Models.Factors;
using RecLab.Recommenders.Tests.Neural;
using Xunit;

namespace RecLab.Recommenders.Tests.Models;

public sealed class LogisticMfTests : RecommenderContract
{
    protected override string Key => "logistic-mf";
    protected override RecommenderOptions Options => new LogisticMfOptions { Factors = 8, Epochs = 60, LearningRate = 0.05, Negatives = 4 };

    [Fact]
    public void The_loss_begins_below_that_of_a_coin_and_falls()
    {
        var reports = new Reports();
        Train(context: new() { Seed = 1, Progress = reports });
        var losses = reports.Seen.Select(r => r.Curve?["loss"]).OfType<double>().ToArray();
        // One epoch leaves the vectors near zero, where every example costs ln 2, or has begun to tell touched from drawn.
        Assert.InRange(losses[0], 0, Math.Log(2));
        Assert.True(losses[^1] < 0.8 * losses[0], $"{losses[0]} -> {losses[^1]}");
    }
}
