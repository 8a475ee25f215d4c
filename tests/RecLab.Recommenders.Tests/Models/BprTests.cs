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

/// <summary>With several untouched items against each touched one.</summary>
public sealed class BprOfManyTests : RecommenderContract
{
    protected override string Key => "bpr";
    protected override RecommenderOptions Options => new BprOptions { Factors = 8, Epochs = 60, LearningRate = 0.1, Negatives = 5 };

    [Fact]
    public void Their_mean_begins_as_even_as_one_and_is_settled_as_far()
    {
        double[] Losses(int negatives)
        {
            var losses = new List<double>();
            new Bpr(new() { Factors = 8, Epochs = 60, LearningRate = 0.1, Negatives = negatives }).Train(Toy, new TrainingContext { Seed = 1, Progress = new Each(p => losses.Add(p.Curve!["loss"])) });
            return [.. losses];
        }
        var (one, five) = (Losses(1), Losses(5));
        Assert.Equal(Math.Log(2), five[0], 0.05); // the mean of -ln(1/2), not its sum
        Assert.InRange(five[^1], 0, 1.1 * one[^1]); // a steadier gradient of the same loss
    }

    private sealed class Each(Action<TrainingProgress> each) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => each(value);
    }
}
