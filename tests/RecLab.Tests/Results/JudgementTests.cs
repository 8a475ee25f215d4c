using RecLab.Controls.Charts;
using RecLab.Results;
using RecLab.Results.Metrics;
using RecLab.Statistics.Comparisons;
using Xunit;
using static RecLab.Tests.Results.Readings;

namespace RecLab.Tests.Results;

public sealed class JudgementTests
{
    private static readonly JudgementRules Rules = new(0.05, 5000, AtPlannedEnd: false);

    [Fact]
    public void Click_through_is_a_ratio_of_sums_with_users_as_clusters_worked_by_hand()
    {
        // Control: users (viewable, clicked) = (10,1), (20,4), (30,3), (40,4). Treatment: (10,2), (10,2), (20,5), (40,7).
        ArmTotals control = ArmTotals.Of(0, [User(10, 1), User(20, 4), User(30, 3), User(40, 4)]), treatment = ArmTotals.Of(1, [User(10, 2), User(10, 2), User(20, 5), User(40, 7)]);
        // R = 12/100 and 16/80. Delta method: v = (vM - 2 R cov + R^2 vD) / mD^2, all with n - 1 = 3:
        // control:   mM 3, mD 25, vM = ((-2)^2+1+0+1)/3 = 2,      vD = (225+25+25+225)/3 = 500/3, cov = ((-15)(-2)+(-5)(1)+0+(15)(1))/3 = 40/3
        // treatment: mM 4, mD 20, vM = (4+4+1+9)/3 = 6,           vD = (100+100+0+400)/3 = 200,   cov = ((-10)(-2)+(-10)(-2)+0+(20)(3))/3 = 100/3
        var vc = (2 - 2 * 0.12 * 40 / 3 + 0.12 * 0.12 * 500 / 3) / (25.0 * 25);
        var vt = (6 - 2 * 0.2 * 100 / 3 + 0.2 * 0.2 * 200) / (20.0 * 20);
        var se = Math.Sqrt(vt / (4 * 0.12 * 0.12) + vc * 0.2 * 0.2 / (4 * Math.Pow(0.12, 4)));

        var judged = Judgement.Of(new ClickThrough(), control, treatment, Rules);

        Assert.Equal(0.12, judged.Baseline, 12);
        Assert.Equal(0.2, judged.Value, 12);
        Assert.Equal(0.2 / 0.12 - 1, judged.Change!.Value, 12);
        Assert.Equal(se, judged.Fixed!.Effect.StandardError, 12);
        // Always-valid half width: rho^2 = (-2 ln a + ln(1 - 2 ln a)) / N*, k = n rho^2, SE sqrt(n) sqrt(2(k+1) ln(sqrt(k+1)/a) / (n rho)^2).
        var rho2 = (-2 * Math.Log(0.05) + Math.Log(1 - 2 * Math.Log(0.05))) / 5000;
        var k = 8 * rho2;
        var half = se * Math.Sqrt(8) * Math.Sqrt(2 * (k + 1) * Math.Log(Math.Sqrt(k + 1) / 0.05) / (64 * rho2));
        Assert.Equal(judged.Change.Value + half, judged.Always!.Interval.Upper, 9);
        Assert.Equal("12 / 100", new ClickThrough().Counts(control).Replace(",", ""));
    }

    [Fact]
    public void A_share_of_users_uses_the_binomial_variance()
    {
        var judged = Judgement.Of(new Clickers(), Arm(0, 200, 0.30), Arm(1, 200, 0.45), Rules);
        var (p, q) = (0.30, 0.45);
        Assert.Equal(Math.Sqrt(q * (1 - q) / (200 * p * p) + p * (1 - p) * q * q / (200 * Math.Pow(p, 4))), judged.Fixed!.Effect.StandardError, 12);
        Assert.Equal("45.0%", new Clickers().Write(judged.Value));
    }

    [Fact]
    public void Means_divide_by_users()
    {
        var judged = Judgement.Of(new RevenuePerUser(), ArmTotals.Of(0, [User(5, 1, 1, 300), User(5, 0), User(5, 0, 1, 600)]), ArmTotals.Of(1, [User(5, 0, 1, 900), User(5, 0, 0, 0), User(5, 1, 1, 0)]), Rules);
        Assert.Equal((300.0, 300.0), (judged.Baseline, judged.Value));
        Assert.Equal("€3.00", new RevenuePerUser().Write(judged.Value));
    }

    [Fact]
    public void Without_a_baseline_there_is_a_reason_and_no_number()
    {
        var judged = Judgement.Of(new ClicksPerUser(), Arm(0, 10, 0), Arm(1, 10, 0.5), Rules);
        Assert.Null(judged.P);
        Assert.Null(judged.Change);
        Assert.Equal("zero_variance", judged.Reason!.Code);
        Assert.Equal(Direction.Neutral, judged.Look);
    }

    [Theory]
    [InlineData(0.30, 0.30, 0.10, GuardrailOutcome.Holds)]
    [InlineData(0.30, 0.30, 0.001, GuardrailOutcome.Inconclusive)]
    [InlineData(0.30, 0.15, 0.10, GuardrailOutcome.Breached)]
    public void Guardrails_hold_break_or_stay_open(double control, double arm, double margin, GuardrailOutcome expected) =>
        Assert.Equal(expected, Judgement.Of(new Clickers(), Arm(0, 8000, control), Arm(1, 8000, arm), Rules, margin).Guard);

    [Fact]
    public void Holm_counts_every_arm_of_the_goal()
    {
        ArmTotals[] arms = [Arm(0, 2000, 0.40), Arm(1, 2000, 0.46), Arm(2, 2000, 0.47)];
        var alone = Judgement.Of(new ClickThrough(), arms[0], arms[1], Rules).P!.Value;
        var best = Judgement.Of(new ClickThrough(), arms[0], arms[2], Rules).P!.Value;
        var goal = Scorecard.Of(arms, new ClickThrough(), [], [], Rules).Goal;
        // Holm by hand for two tests: the smaller p doubles, the larger becomes at least that.
        Assert.Equal(Math.Min(1, 2 * best), goal.Judgements[1].P!.Value, 12);
        Assert.Equal(Math.Max(Math.Min(1, 2 * best), alone), goal.Judgements[0].P!.Value, 12);
    }

    [Fact]
    public void Intervals_of_secondary_metrics_leave_zero_out_exactly_where_a_difference_is_called()
    {
        static ArmTotals With(int arm, double clickers, double buyers) => ArmTotals.Of(arm, Enumerable.Range(0, 4000).Select(i => User(10, i % 1000 < 1000 * clickers ? 2 : 0, purchases: i % 997 < 997 * buyers ? 1 : 0)));
        var card = Scorecard.Of([With(0, 0.40, 0.30), With(1, 0.43, 0.30), With(2, 0.50, 0.33)], new ClickThrough(), [], [new Clickers(), new Conversion(), new PurchasesPerUser()], Rules);
        var judged = card.Of(MetricRole.Secondary).SelectMany(r => r.Judgements).ToArray();
        Assert.Equal(judged.Select(j => j.Significant), judged.Select(j => !j.Deciding!.Value.Contains(0)));
        var found = judged.Count(j => j.Significant);
        Assert.InRange(found, 1, 5);
        Assert.All(judged, j => Assert.Equal(1 - 0.05 * found / 6, j.Deciding!.Value.Level, 12));
        Assert.All(card.Goal.Judgements, j => Assert.Equal(0.975, j.Deciding!.Value.Level, 12));
    }

    [Fact]
    public void The_lift_clears_zero_where_the_always_valid_interval_leaves_it_for_good()
    {
        Step At(double day, int n) => new(day, [Arm(0, n, 0.40), Arm(1, n, 0.50)]);
        var curve = LiftCurve.Of([At(1, 100), At(2, 400), At(3, 4000), At(4, 5000)], Input(Arm(0, 1, 0), Arm(1, 1, 0)).Arms, new ClickThrough(), Rules, 1);
        Assert.Equal(3, curve.ClearsZeroAt);
        Assert.Equal([0.25, 0.25, 0.25, 0.25], curve.Series[0].Points.Select(p => Math.Round(p.Y, 12)));
        Assert.True(curve.Series[0].OuterBand[0].High > curve.Series[0].Band[0].High);
    }
}
