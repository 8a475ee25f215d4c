using RecLab.Events;
using RecLab.Results;
using RecLab.Results.Metrics;
using RecLab.Statistics;
using RecLab.Statistics.Comparisons;
using Xunit;
using Direction = RecLab.Controls.Charts.Direction;

namespace RecLab.Tests.Results.Metrics;

/// <summary>Metrics over ratings, a shop's own events and the time to the first click, as goal and as guardrail.</summary>
public sealed class OwnEventMetricTests
{
    private static readonly JudgementRules Rules = new(0.05, 5000, AtPlannedEnd: true);

    /// <summary>An arm of users who did this, one after the other.</summary>
    private static ArmTotals Arm(int position, IOutcomeMetric metric, IEnumerable<UnitTotal> users)
    {
        var all = users.ToArray();
        var arm = ArmTotals.Of(position, all);
        return arm with { Sums = new Dictionary<string, UnitSums>(arm.Sums) { [metric.Key] = all.Aggregate(default(ExactSums), (sum, u) => sum + metric.Measure.Of(u, default)).Rounded } };
    }

    private static UnitTotal Saved(long count, double value = 0) => new() { Lists = 1, Own = count, Kinds = [new("save", count, count, OwnTotal.InParts(value)!.Value)] };

    private static UnitTotal Rated(params double[] stars) => new() { Lists = 1, Ratings = stars.Length, Stars = stars.Sum(s => OwnTotal.InParts(s)!.Value) };

    private static UnitTotal Clicked(double? seconds) => new() { Lists = 1, Clicked = seconds is null ? 0 : 1, FirstAt = 1_000_000, FirstClickAt = seconds is { } s ? 1_000_000 + (long)(s * 1000) : null };

    [Theory]
    [InlineData("custom:save:count", MetricKind.Mean, true, true)]
    [InlineData("custom:save:users", MetricKind.Proportion, true, false)]
    [InlineData("custom:wish.list-2:mean", MetricKind.Ratio, true, false)]
    [InlineData("custom:complaint:total:lower", MetricKind.Ratio, false, true)]
    public void A_key_names_event_aspect_and_direction(string key, MetricKind kind, bool higher, bool canCap)
    {
        var metric = OutcomeMetricCatalog.Get(key);
        Assert.Equal((key, kind, higher, canCap, true), (metric.Key, metric.Kind, metric.HigherIsBetter, metric.CanCap, metric.IsPerUser));
        Assert.Contains($"custom:{((OwnEventMetric)metric).Event}", metric.Definition, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("custom:save")]
    [InlineData("custom:save:median")]
    [InlineData("custom::count")]
    [InlineData("custom:Save:count")]
    [InlineData("custom:save:Count")]
    [InlineData("custom:save:0")]
    [InlineData("custom:save:count:higher")]
    [InlineData("save:count")]
    public void What_is_no_key_names_no_metric(string key) => Assert.Null(OutcomeMetricCatalog.Find(key));

    [Fact]
    public void Every_metric_says_which_way_is_better_and_what_it_counts()
    {
        Assert.Equal(["time-to-click", "popularity"], OutcomeMetricCatalog.All.Where(m => !m.HigherIsBetter).Select(m => m.Key));
        Assert.Equal(["clicks", "purchases", "revenue", "ratings", "time-to-click"], OutcomeMetricCatalog.All.Where(m => m.CanCap).Select(m => m.Key));
        Assert.All(OutcomeMetricCatalog.All, m => Assert.True(m.Definition.Length > 10 && m.Noun.Length > 0));
        Assert.Equal(OutcomeMetricCatalog.All.Count, OutcomeMetricCatalog.All.DistinctBy(m => m.Key).Count());
    }

    [Fact]
    public void A_better_mean_rating_is_found_as_the_goal_with_users_as_clusters()
    {
        var metric = new MeanRating();
        // one in two rates once with 3 and one twice with 4 and 5; in B everybody half a star higher
        var (a, b) = (Arm(0, metric, Enumerable.Range(0, 400).Select(i => i % 2 == 0 ? Rated(3) : Rated(4, 5))), Arm(1, metric, Enumerable.Range(0, 400).Select(i => i % 2 == 0 ? Rated(3.5) : Rated(4.5, 5.5))));
        Assert.Equal(4.0, a.Of(metric).Value);
        var judged = Judgement.Of(metric, a, b, Rules);
        Assert.Equal(0.5 / 4, judged.Change!.Value, 12);
        Assert.Equal(Direction.Better, judged.Look);
        Assert.Equal(("4.000", "600 ratings"), (metric.Write(4), metric.Counts(a)));
    }

    [Fact]
    public void A_lower_mean_rating_breaches_its_guardrail()
    {
        var metric = new MeanRating();
        ArmTotals Arms(int position, double stars) => Arm(position, metric, Enumerable.Range(0, 400).Select(i => Rated(stars + i % 2)));
        Assert.Equal(GuardrailOutcome.Breached, Judgement.Of(metric, Arms(0, 4), Arms(1, 3), Rules, margin: 0.05).Guard);
        Assert.Equal(GuardrailOutcome.Holds, Judgement.Of(metric, Arms(0, 4), Arms(1, 4.1), Rules, margin: 0.05).Guard);
    }

    [Fact]
    public void A_longer_time_to_the_first_click_is_worse_and_breaches_its_guardrail()
    {
        var metric = new TimeToClick();
        ArmTotals Arms(int position, double seconds) => Arm(position, metric, Enumerable.Range(0, 600).Select(i => Clicked(i % 3 == 0 ? null : seconds + i % 7)));
        var judged = Judgement.Of(metric, Arms(0, 10), Arms(1, 20), Rules, margin: 0.1);
        Assert.Equal((Direction.Worse, GuardrailOutcome.Breached), (judged.Look, judged.Guard));
        Assert.Equal(GuardrailOutcome.Holds, Judgement.Of(metric, Arms(0, 20), Arms(1, 20), Rules, margin: 0.1).Guard);
        Assert.Equal(Direction.Better, Judgement.Of(metric, Arms(0, 20), Arms(1, 10), Rules).Look); // faster, as a goal
        Assert.Equal(("12.3 s", "400 users who click"), (metric.Write(12.34), metric.Counts(Arms(0, 10))));
    }

    [Fact]
    public void Nobody_who_clicks_has_no_time_rather_than_none()
    {
        var metric = new TimeToClick();
        var nobody = Arm(0, metric, Enumerable.Repeat(Clicked(null), 50));
        Assert.Equal(NotComputable.ZeroDenominator, nobody.Of(metric).Estimate().Reason);
    }

    [Fact]
    public void Own_events_are_goals_by_count_share_mean_and_sum()
    {
        // A: every second user saves three times, with 2 and 1 each in turn; B: everybody, 2 and 3 times in turn, with 2.50 each
        (string Aspect, double A, double B)[] expected = [("count", 1.5, 2.5), ("users", 0.5, 0.75), ("mean", 1.5, 2.5), ("total", 2.25, 6.25)];
        foreach (var (aspect, inA, inB) in expected)
        {
            var metric = OutcomeMetricCatalog.Get($"custom:save:{aspect}");
            var a = Arm(0, metric, Enumerable.Range(0, 400).Select(i => i % 2 == 0 ? Saved(3, i % 4 == 0 ? 6 : 3) : Saved(0)));
            var b = aspect == "users" ? Arm(1, metric, Enumerable.Range(0, 400).Select(i => Saved(i % 4 == 0 ? 0 : 1)))
                : Arm(1, metric, Enumerable.Range(0, 400).Select(i => Saved(2 + i % 2, (i % 4 < 2 ? 2 : 3) * (2 + i % 2))));
            var judged = Judgement.Of(metric, a, b, Rules);
            Assert.Equal((inA, inB), (Math.Round(judged.Baseline, 12), Math.Round(judged.Value, 12)));
            Assert.Equal(inB / inA - 1, judged.Change!.Value, 12);
            Assert.Equal(Direction.Better, judged.Look);
        }
    }

    [Fact]
    public void More_complaints_breach_a_guardrail_whose_metric_is_better_lower()
    {
        var metric = OutcomeMetricCatalog.Get("custom:save:users:lower");
        ArmTotals Arms(int position, int every) => Arm(position, metric, Enumerable.Range(0, 2_000).Select(i => Saved(i % every == 0 ? 1 : 0)));
        var judged = Judgement.Of(metric, Arms(0, 10), Arms(1, 4), Rules, margin: 0.2);
        Assert.Equal((1.5, Direction.Worse, GuardrailOutcome.Breached), (Math.Round(judged.Change!.Value, 12), judged.Look, judged.Guard));
        Assert.Equal("200 / 2,000", metric.Counts(Arms(0, 10)));
    }
}
