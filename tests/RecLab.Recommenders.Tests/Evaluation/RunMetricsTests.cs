using RecLab.Recommenders.Evaluation;
using RecLab.Recommenders.Evaluation.Metrics;
using Xunit;

namespace RecLab.Recommenders.Tests.Evaluation;

/// <summary>The metrics of whole runs the reference has no cases for, by hand.</summary>
public sealed class RunMetricsTests
{
    private static readonly ItemFacts Facts = new([9, 5, 3, 1], [[0], [0, 1], [1], []]);

    [Fact]
    public void Personalisation_is_the_mean_distance_of_two_lists()
    {
        // Lists {0,1}, {0,2}, {0,1}: pairs share 1, 2 and 1 of 2 places: 1 - (0.5 + 1 + 0.5) / 3 = 1/3. The empty list is no user.
        var run = RunLists.Of(Facts, [[0, 1], [0, 2], [1, 0], []]);
        Assert.Equal(1.0 / 3, new Personalisation().At(run, 2)!.Value, 1e-12);
        Assert.Null(new Personalisation().At(RunLists.Of(Facts, [[0, 1]]), 2));
    }

    [Fact]
    public void Serendipity_counts_relevant_items_that_popularity_would_not_have_shown()
    {
        // User 0 knows item 0: popularity shows 1, 2. Of the list 2, 3 both are relevant, 3 alone surprises: 1/2.
        // User 1 knows nothing: popularity shows 0, 1. List 2, 0: 2 is relevant and surprises: 1/2. User 2 has nothing relevant.
        int[][] histories = [[0], [], []];
        var run = new RunLists(Facts, 2, [2, 3, 2, 0, 0, 1], [2, 2, 2]) { Grades = [1, 1, 1, 0, 0, 0], HasRelevant = [true, true, false], History = u => histories[u] };
        Assert.Equal([0.5, 0.5, double.NaN], new Serendipity().PerUser(run, 2)!);
        Assert.Equal(0.5, new Serendipity().At(run, 2));
    }

    [Fact]
    public void Miscalibration_is_the_divergence_of_categories()
    {
        // History {0}: p = (1, 0). List {1}: q = (1/2, 1/2), q~(0) = 0.99 / 2 + 0.01 = 0.505: ln(1 / 0.505) = 0.683197.
        // The list {0} mirrors it: 0. The list {3} names no category: left out.
        var run = new RunLists(Facts, 1, [1, 0, 3], [1, 1, 1]) { History = _ => [0] };
        var values = new Calibration().PerUser(run, 1)!;
        Assert.Equal(0.6831968, values[0], 1e-6);
        Assert.Equal(0, values[1], 1e-12);
        Assert.True(double.IsNaN(values[2]));
    }

    [Fact]
    public void What_cannot_be_known_has_no_value()
    {
        var run = RunLists.Of(Facts, [[], []]);
        foreach (var metric in RankingMetricCatalog.OfRuns.Where(m => m.Key != "coverage")) Assert.Null(metric.At(run, 5));
        Assert.Equal(0, new Coverage().At(run, 5));
    }

    [Fact]
    public void Keys_are_unique() =>
        Assert.Distinct(RankingMetricCatalog.All.Select(m => m.Key).Concat(RankingMetricCatalog.OfRuns.Select(m => m.Key)));

    [Fact]
    public void Diversity_is_the_same_with_few_categories_and_with_many()
    {
        int[][] few = [[0], [0, 1], [1, 2], []];
        var lists = new[] { new[] { 0, 1, 2, 3 }, [2, 1] };
        double? With(int shift) => new IntraListDiversity().At(RunLists.Of(new([1, 1, 1, 1], [.. few.Select(f => f.Select(c => c + shift).ToArray())]), lists), 4);
        Assert.Equal(With(0)!.Value, With(100)!.Value, 1e-15);
    }
}
