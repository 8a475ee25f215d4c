using RecLab.Events;
using RecLab.Results;
using RecLab.Results.Metrics;
using RecLab.Statistics;
using Xunit;

namespace RecLab.Tests.Results.Metrics;

public sealed class ListMetricsTests
{
    private static readonly JudgementRules Rules = new(0.05, 5000, AtPlannedEnd: true);

    private static UnitTotal User(long seen, long reciprocal, long gain = 0, long known = 0, long head = 0, long varied = 0, long variety = 0) =>
        new() { Lists = seen, Seen = seen, Reciprocal = reciprocal, Gain = gain, Known = known, Head = head, Varied = varied, Variety = variety };

    [Fact]
    public void The_mrr_of_the_first_click_is_a_ratio_with_users_as_clusters()
    {
        // one user with lists of 1 and 1/2, one with two lists without a click: (1 + 1/2)/4
        var arm = ArmTotals.Of(0, [User(2, 3780), User(2, 0)]);
        var moments = arm.Of(new FirstClickRank());
        Assert.Equal(0.375, moments.Value);
        // equal list counts: the variance of the users' means 3/4 and 0 is 9/32, over two users 9/64
        Assert.Equal(9.0 / 64, moments.Estimate().Value.Variance, 12);
        Assert.Equal("4 seen lists", new FirstClickRank().Counts(arm));
    }

    [Fact]
    public void Ndcg_diversity_and_popularity_divide_by_their_own_lists_and_items()
    {
        var arm = ArmTotals.Of(0, [User(3, 0, gain: 2520, known: 30, head: 12, varied: 2, variety: 1260), User(1, 0, gain: 2520, known: 10, head: 0, varied: 1, variety: 2520)]);
        Assert.Equal(0.5, arm.Of(new ClickGain()).Value);
        Assert.Equal(0.3, arm.Of(new PopularityShare()).Value);
        Assert.Equal(0.5, arm.Of(new ListDiversity()).Value);
        Assert.Equal("12 / 40", new PopularityShare().Counts(arm));
    }

    [Fact]
    public void More_of_the_popular_is_worse_and_breaches_the_guardrail()
    {
        ArmTotals Arm(int position, int head) => ArmTotals.Of(position, Enumerable.Range(0, 400).Select(i => User(1, 0, known: 10, head: head + i % 2)));
        var judged = Judgement.Of(new PopularityShare(), Arm(0, 3), Arm(1, 5), Rules, margin: 0.05);
        // 3.5 of 10 against 5.5 of 10
        Assert.Equal(2.0 / 3.5, judged.Change!.Value, 12);
        Assert.Equal(RecLab.Controls.Charts.Direction.Worse, judged.Look);
        Assert.Equal(Statistics.Comparisons.GuardrailOutcome.Breached, judged.Guard);
        Assert.True(judged.ChanceToWin < 1e-6);
    }

    [Fact]
    public void Coverage_counts_different_items_with_the_jackknife_variance_whatever_the_number_of_users()
    {
        var lost = new long[32];
        (lost[3], lost[9]) = (2, 1);
        foreach (var users in new[] { 50L, 1_000_000 })
        {
            var moments = Moments.Of(MetricKind.Mean, CatalogueCoverage.Sums(new(1_234, lost), users));
            Assert.Equal(1_234, moments.Value, 9);
            Assert.Equal(4.571289, moments.Estimate().Value.Variance, 4);
        }
        Assert.Equal("1,234 items", new CatalogueCoverage().Write(1_234));
    }

    [Fact]
    public void Coverage_without_any_variation_is_not_computable()
    {
        ArmTotals Arm(int position, long items) => ArmTotals.Of(position, Enumerable.Repeat(User(1, 0), 50)) is var arm
            ? arm with { Sums = new Dictionary<string, UnitSums>(arm.Sums) { ["coverage"] = CatalogueCoverage.Sums(new(items, new long[32]), 50) } } : throw new InvalidOperationException();
        Assert.Equal(NotComputable.ZeroVariance, Judgement.Of(new CatalogueCoverage(), Arm(0, 100), Arm(1, 90), Rules).Reason);
    }

    [Fact]
    public void Only_metrics_over_users_can_be_planned_or_grow_by_day() => Assert.Equal(["coverage"], OutcomeMetricCatalog.All.Except(OutcomeMetricCatalog.PerUser).Select(m => m.Key));
}
