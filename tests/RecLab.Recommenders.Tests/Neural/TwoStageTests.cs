using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Neural;
using RecLab.Recommenders.Neural.Models;
using RecLab.Recommenders.Tests.Models;
using Xunit;
using static TorchSharp.torch;

namespace RecLab.Recommenders.Tests.Neural;

public sealed class TwoStageTests : NeuralContract
{
    protected override string Key => "two-stage";
    protected override RecommenderOptions Options => Small;

    private static TwoStageOptions Small => new() { MaxLength = 14, Width = 16, HiddenWidth = 32, Epochs = 60, BatchSize = 8, LearningRate = 0.01, Dropout = 0, Candidates = 10, Drawn = 16, Patience = 0 };

    /// <summary>A user is their history; without one there is nothing to read.</summary>
    protected override bool KnowsUsers => false;

    [Fact]
    public void Candidates_are_ranked_again_and_stay_above_all_others()
    {
        var (two, one) = (Train(), new TwoStage(Small with { Candidates = 0 }).Train(Toy, new() { Seed = 7, Threads = 1 }));
        float[] scores = new float[Checkerboard.Size], plain = new float[Checkerboard.Size];
        Assert.True(two.Score(Query.Of(-1, [1, 3]), scores));
        Assert.True(one.Score(Query.Of(-1, [1, 3]), plain));
        // Ten candidates and as many more as were touched lie within two of each other, above the rest.
        var sorted = scores.OrderDescending().ToArray();
        Assert.InRange(sorted[0] - sorted[11], 0, 2);
        Assert.True(sorted[11] > sorted[12]);
        Assert.NotEqual(plain, scores);
    }

    [Fact]
    public void Running_means_are_those_of_each_sequence_up_to_each_row()
    {
        using var scope = NewDisposeScope();
        var rows = tensor(new float[] { 1, 10, 3, 20, 5, 60, 7, 8 }, [4, 2], requires_grad: true);
        var means = RecLab.Recommenders.Neural.Kernels.RunningMeans(rows, [0, 3, 4]);
        Assert.Equal([1, 10, 2, 15, 3, 30, 7, 8], means.Copied());
        means.sum().backward();
        // Row 0 of a sequence of three counts 1 + 1/2 + 1/3, row 1 1/2 + 1/3, row 2 1/3.
        Assert.Equal([11f / 6, 11f / 6, 5f / 6, 5f / 6, 1f / 3, 1f / 3, 1, 1], rows.grad!.data<float>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-6f);
    }
}
