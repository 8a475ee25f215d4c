using RecLab.Events;
using RecLab.Results;
using RecLab.Results.Metrics;
using RecLab.Statistics;
using Xunit;
using static RecLab.Tests.Results.Readings;

namespace RecLab.Tests.Results;

public sealed class MetricDetailTests
{
    private static readonly Dictionary<(int, int), UnitSums> NoAges = [];

    /// <summary>Users whose clicks after exposure are their clicks before plus a lift and a wobble that has nothing to do with the past.</summary>
    private static ArmTotals WithPast(int arm, int n, int lift)
    {
        var sums = Enumerable.Range(0, n).Select(i => (Before: i % 5, After: i % 5 + lift + i / 5 % 2)).Select(u => UnitSums.Of(u.After, 0, u.Before)).Aggregate((a, b) => a + b);
        return ArmTotals.Empty(arm) with { Sums = ArmTotals.Empty(arm).Sums.ToDictionary(s => s.Key, s => s.Key == "clicks" ? sums : s.Value with { Units = n }) };
    }

    [Fact]
    public void What_users_did_before_narrows_the_interval_around_the_same_change()
    {
        var effect = AdjustedEffect.Of(new ClicksPerUser(), WithPast(0, 1000, 2), WithPast(1, 1000, 3), 0.05);
        // control mean 2 + 2 + 1/2 = 4.5, treatment 5.5; both arms had the same past, so the adjusted difference is the same
        Assert.Equal(1 / 4.5, effect.Plain.Value.Effect.Value, 10);
        Assert.Equal(1 / 4.5, effect.Adjusted.Value.Effect.Value, 10);
        // of the variance per user 2 (past, uniform on 0..4) + 1/4 (wobble) the past explains 2; theta = 1 would need cov = var, which the pooled data have
        Assert.Equal(2 / 2.25, effect.Explained.Value, 2);
        Assert.True(effect.Adjusted.Value.Interval.Width < 0.75 * effect.Plain.Value.Interval.Width);
    }

    [Fact]
    public void Without_a_past_there_is_a_reason_and_no_number()
    {
        var effect = AdjustedEffect.Of(new ClickThrough(), Arm(0, 500, 0.3), Arm(1, 500, 0.4), 0.05);
        Assert.True(effect.Plain.IsKnown);
        Assert.Equal("no_history", effect.Adjusted.Reason!.Code);
        Assert.Equal("no_history", effect.Explained.Reason!.Code);
    }

    [Fact]
    public void Without_an_effect_the_reason_is_the_effects_own()
    {
        var effect = AdjustedEffect.Of(new ClickThrough(), Arm(0, 0, 0), Arm(1, 500, 0.4), 0.05);
        Assert.Equal(("no_units", "no_units"), (effect.Plain.Reason!.Code, effect.Adjusted.Reason!.Code));
    }

    [Fact]
    public void Each_day_since_the_first_list_compares_the_same_day_of_both_arms()
    {
        UnitSums Day(int n, int clickers) => Arm(0, n, (double)clickers / n).Sums["ctr"];
        var ages = new Dictionary<(int, int), UnitSums> { [(0, 0)] = Day(100, 40), [(1, 0)] = Day(100, 60), [(0, 1)] = Day(100, 40), [(1, 1)] = Day(100, 44), [(0, 2)] = Day(19, 8), [(1, 2)] = Day(100, 50) };
        var detail = MetricDetail.Of(ResultsView.Of(Input(Arm(0, 300, 0.4), Arm(1, 300, 0.5))), "ctr", ages, [])!;
        // +50 % on the first day, +10 % on the second; the third has too few users in control
        Assert.Equal([(0.0, 0.5), (1, 0.1)], detail.Ages[0].Points.Select(p => (p.X, Math.Round(p.Y, 12))));
        Assert.Equal(2, detail.Ages[0].Band.Count);
        Assert.True(detail.Ages[0].Band[0].Low < 0.5 && detail.Ages[0].Band[0].High > 0.5);
    }

    [Fact]
    public void Positions_share_out_an_arms_clicks()
    {
        SpotTotal[] spots = [new(0, 1, 10, 10, 6), new(0, 2, 10, 8, 2), new(1, 1, 10, 10, 0)];
        var detail = MetricDetail.Of(ResultsView.Of(Input(Arm(0, 300, 0.4), Arm(1, 300, 0.5))), "ctr", NoAges, spots)!;
        Assert.Equal([0.75, 0.25], Assert.Single(detail.Positions).Points.Select(p => p.Y));
    }

    [Fact]
    public void A_metric_that_is_not_on_the_scorecard_has_no_detail() =>
        Assert.Null(MetricDetail.Of(ResultsView.Of(Input(Arm(0, 300, 0.4), Arm(1, 300, 0.5))), "revenue", NoAges, []));
}
