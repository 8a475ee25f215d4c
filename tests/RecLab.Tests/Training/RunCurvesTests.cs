using RecLab.Controls.Charts;
using RecLab.Training;
using Xunit;

namespace RecLab.Tests.Training;

public sealed class RunCurvesTests
{
    [Fact]
    public void Losses_and_scores_are_parted_and_the_best_epoch_is_ringed_in_both()
    {
        var curves = RunCurves.Of([.. Series("loss", 3, 2, 1), .. Series("validation loss", 3, 2.5, 2.75), .. Series("validation ndcg@10", 0.1, 0.3, 0.2)]);
        Assert.Equal(["loss", "validation loss"], curves.Losses.Select(s => s.Name));
        Assert.Equal((new ChartPoint(2, 0.3), 3), (curves.Best!.Value, curves.Epochs));
        Assert.Equal(new ChartPoint(2, 2.5), curves.Losses[1].Ring);
        Assert.Equal(LineKind.Dashed, curves.Losses[0].Kind);
        Assert.Equal(["validation ndcg@10"], curves.Scores.Select(s => s.Name));
    }

    [Fact]
    public void Of_equal_scores_the_first_is_best() => Assert.Equal(1, RunCurves.Of(Series("validation ndcg@10", 0.2, 0.2)).Best!.Value.X);

    [Fact]
    public void Without_points_there_is_no_best() => Assert.Null(RunCurves.Of([]).Best);

    [Fact]
    public void Smoothing_is_the_bias_corrected_moving_average()
    {
        // w = 0.5 over 4, 2, 0: m = 2, 2, 1; divided by 1 - 0.5^t = 0.5, 0.75, 0.875.
        var smooth = RunCurves.Smooth([new(1, 4), new(2, 2), new(3, 0)], 0.5);
        Assert.Equal([4, 2 / 0.75, 1 / 0.875], smooth.Select(p => p.Y));
    }

    private static RunPoint[] Series(string name, params double[] values) => [.. values.Select((v, i) => new RunPoint { Series = name, Epoch = i + 1, Value = v })];
}
