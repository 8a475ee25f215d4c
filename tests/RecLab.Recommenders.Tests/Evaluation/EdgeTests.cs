using RecLab.Recommenders.Evaluation;
using RecLab.Recommenders.Evaluation.Metrics;
using Xunit;

namespace RecLab.Recommenders.Tests.Evaluation;

/// <summary>Inputs at the edges, by the definitions of the reference.</summary>
public sealed class EdgeTests
{
    private static double? At(string metric, float[] grades, float[] ideal, int k) => RankingMetricCatalog.Get(metric).At(new(grades, ideal), k);

    [Fact]
    public void A_list_shorter_than_k_has_misses_in_its_missing_places()
    {
        // One hit in a list of two, three relevant, k = 10: precision 1/10, recall 1/3, AP = (1/2) / 3, NDCG = (1 / log2 3) / (1 + 1 / log2 3 + 1/2).
        Assert.Equal(0.1, At("precision", [0, 1], [1, 1, 1], 10));
        Assert.Equal(1 / 3.0, At("recall", [0, 1], [1, 1, 1], 10));
        Assert.Equal(0.5 / 3, At("map", [0, 1], [1, 1, 1], 10)!.Value, 1e-15);
        Assert.Equal(1 / Math.Log2(3) / (1 + 1 / Math.Log2(3) + 0.5), At("ndcg", [0, 1], [1, 1, 1], 10)!.Value, 1e-15);
        Assert.Equal(0.5, At("mrr", [0, 1], [1, 1, 1], 10));
    }

    [Fact]
    public void An_empty_list_finds_nothing_and_an_empty_set_has_no_value()
    {
        foreach (var metric in RankingMetricCatalog.All)
        {
            Assert.Equal(0, metric.At(new([], [1]), 5));
            Assert.Null(metric.At(new([0, 0], []), 5));
        }
    }

    [Fact]
    public void More_relevant_items_than_places_are_measured_against_the_places()
    {
        Assert.Equal(1, At("map", [1, 1], [1, 1, 1, 1], 2));
        Assert.Equal(1, At("ndcg", [1, 1], [1, 1, 1, 1], 2));
        Assert.Equal(0.5, At("recall", [1, 1], [1, 1, 1, 1], 2));
    }

    [Fact]
    public void Places_beyond_a_thousand_are_discounted_like_the_others()
    {
        var grades = new float[3000];
        grades[2999] = 1;
        Assert.Equal(1 / Math.Log2(3001), At("ndcg", grades, [1], 3000)!.Value, 1e-15);
        Assert.Equal(1, At("ndcg", [.. Enumerable.Repeat(1f, 3000)], [.. Enumerable.Repeat(1f, 3000)], 3000)!.Value, 1e-12);
    }

    [Theory]
    [InlineData(0.1), InlineData(3.3), InlineData(1e-9)]
    public void A_truth_that_does_not_vary_has_nothing_to_explain_however_its_mean_is_rounded(double truth)
    {
        // 0.1 + 0.1 + 0.1 over 3 is not 0.1 in binary; the mean squares around it are not quite 0.
        var rows = new PredictedRows([truth, truth, truth], [1, 2, 3]);
        Assert.Null(new RSquared().Of(rows));
        Assert.Null(new ExplainedVariance().Of(rows));
        Assert.Equal(Math.Sqrt(((1 - truth) * (1 - truth) + (2 - truth) * (2 - truth) + (3 - truth) * (3 - truth)) / 3), new RootMeanSquaredError().Of(rows)!.Value, 1e-12);
    }

    [Fact]
    public void Without_rows_nothing_has_a_value()
    {
        foreach (var metric in RowMetricCatalog.OfRatings.Concat(RowMetricCatalog.OfLabels)) Assert.Null(metric.Of(new([], [])));
    }

    [Fact]
    public void One_class_alone_has_no_area_and_equal_scores_are_a_coin()
    {
        Assert.Null(new Auc().Of(new([0, 0], [0.1, 0.9])));
        Assert.Null(new Auc().Of(new([1, 1], [0.1, 0.9])));
        Assert.Equal(0.5, new Auc().Of(new([0, 1, 0, 1], [0.3, 0.3, 0.3, 0.3])));
    }

    [Fact]
    public void Scores_that_are_no_probabilities_have_no_log_loss()
    {
        var rows = new PredictedRows([0, 1], [0.5, 1.5]);
        Assert.Null(new LogLoss().Of(rows));
        Assert.Null(new Brier().Of(rows));
        Assert.Equal(1, new Auc().Of(rows)); // the one positive has the higher score
    }

    [Fact]
    public void A_category_named_twice_counts_once()
    {
        var once = new ItemFacts([1, 1], [[0, 1], [1, 2]]);
        var twice = new ItemFacts([1, 1], [[1, 0, 1], [2, 1, 1]]);
        Assert.Equal(1 - 1 / 3.0, new IntraListDiversity().At(RunLists.Of(twice, [[0, 1]]), 2)!.Value, 1e-15);
        Assert.Equal(new IntraListDiversity().At(RunLists.Of(once, [[0, 1]]), 2), new IntraListDiversity().At(RunLists.Of(twice, [[0, 1]]), 2));
    }

    [Fact]
    public void An_item_never_trained_on_has_no_finite_novelty_but_a_popularity()
    {
        var run = RunLists.Of(new([3, 0], [[], []]), [[0, 1]]);
        Assert.Null(new Novelty().At(run, 2));
        Assert.Equal(0, new Novelty().At(run, 1)); // -log2(3 / 3)
        Assert.Equal(1.5, new AveragePopularity().At(run, 2));
    }

    [Fact]
    public void A_positive_that_cannot_be_scored_is_last_and_counts_itself_once_among_its_negatives()
    {
        Assert.Equal(3, SampledLeaveOneOut.Rank(7, float.NaN, [1, 2], [0, 0]));
        Assert.Equal(1, SampledLeaveOneOut.Rank(7, 0.5f, [7, 9, 8], [0.5f, 0.5f, float.NaN])); // itself, a tie of higher id, one without score
        Assert.Equal(2, SampledLeaveOneOut.Rank(7, 0.5f, [3], [0.5f])); // a tie of lower id
    }

    [Fact]
    public void Values_over_several_cuts_are_averaged_for_each_user_alone()
    {
        UserValues Of(string[] users, double[] values)
        {
            var own = new UserValues(users);
            own.Add("ndcg", 10, values);
            return own;
        }
        var mean = UserValues.MeanOf([Of(["a", "b"], [1, double.NaN]), Of(["b", "a"], [0.5, 0]), Of(["c"], [double.NaN])]);
        Assert.Equal(["a", "b", "c"], mean.Users);
        Assert.Equal([0.5f, 0.5f, float.NaN], mean["ndcg", 10].ToArray());
    }
}
