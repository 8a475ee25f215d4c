using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Factors;
using Xunit;

namespace RecLab.Recommenders.Tests.Models;

public sealed class BprTests : RecommenderContract
{
    protected override string Key => "bpr";
    protected override RecommenderOptions Options => new BprOptions { Factors = 8, Epochs = 60, LearningRate = 0.1 };

    [Fact]
    public void The_loss_falls_from_that_of_a_coin()
    {
        var losses = new List<double>();
        Train(context: new() { Progress = new Each(p => losses.Add(p.Curve!["loss"])) });
        Assert.Equal(Math.Log(2), losses[0], 0.05); // vectors near zero: every pair is even, -ln(1/2)
        Assert.InRange(losses[^1], 0, 0.3);
    }

    private sealed class Each(Action<TrainingProgress> each) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => each(value);
    }
}
