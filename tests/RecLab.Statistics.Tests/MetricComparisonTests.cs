using RecLab.Statistics.Comparisons;
using RecLab.Statistics.Tests.Comparisons;
using Xunit;

namespace RecLab.Statistics.Tests;

public sealed class MetricComparisonTests
{
    private static readonly Moments Control = Moments.Proportion(10_000, 1000);
    private static readonly Moments Treatment = Moments.Proportion(10_000, 1200);

    [Fact]
    public void One_call_answers_what_its_parts_answer()
    {
        var reading = MetricComparison.Of(Control, Treatment);
        Assert.Equal(0.1, reading.Control.Value.Value);
        Assert.Equal(0.02, reading.Difference.Value.Value, 1e-15);
        Assert.Equal(0.2, reading.Lift.Value.Value, 1e-14);
        Assert.Equal(new AlwaysValid().Compare(Control, Treatment), reading.AlwaysValid);
        Assert.Equal(new WelchTest().Compare(Control, Treatment), reading.FixedHorizon);
        Assert.Same(reading.AlwaysValid, reading.Verdict);
        Assert.Equal(BayesianLift.Of(Control, Treatment).Value, reading.Posterior.Value);
        Assert.Equal(Direction.Better, reading.Direction);
    }

    [Fact]
    public void The_always_valid_interval_wraps_the_fixed_one_like_wings()
    {
        var reading = MetricComparison.Of(Control, Treatment);
        var (wings, inner) = (((Difference)reading.AlwaysValid).Interval, ((Difference)reading.FixedHorizon).Interval);
        Assert.True(wings.Lower < inner.Lower && inner.Upper < wings.Upper);
    }

    [Fact]
    public void Where_lower_is_better_a_rise_is_worse_and_the_chance_to_win_turns_round()
    {
        var (higher, lower) = (MetricComparison.Of(Control, Treatment), MetricComparison.Of(Control, Treatment, new() { LowerIsBetter = true }));
        Assert.Equal(Direction.Worse, lower.Direction);
        Assert.Equal(1, higher.ChanceToWin!.Value + lower.ChanceToWin!.Value, 1e-12);
    }

    [Fact]
    public void Cuped_narrows_the_interval_and_keeps_the_plain_answer_beside_it()
    {
        var (control, treatment) = ComparisonContract.Arms(MetricKind.Ratio);
        var settings = new ComparisonSettings { Cuped = true, AlwaysValid = false };
        var reading = MetricComparison.Of(control, treatment, settings);
        Assert.Equal(new CupedTest().Compare(control, treatment), reading.Verdict);
        Assert.Equal(new WelchTest().Compare(control, treatment), reading.Cuped!.Unadjusted);
        Assert.True(reading.Cuped.VarianceReduction.Value > 0);
        Assert.True(((Difference)reading.Verdict).Interval.Width < ((Difference)reading.Cuped.Unadjusted).Interval.Width);
    }

    [Fact]
    public void Without_history_cuped_says_nothing_and_the_answer_is_the_plain_one()
    {
        var reading = MetricComparison.Of(Control, Treatment, new() { Cuped = true });
        Assert.Null(reading.Cuped);
        Assert.Equal(MetricComparison.Of(Control, Treatment).Verdict, reading.Verdict);
        Assert.Equal(Effect.Between(Control, Treatment, EffectScale.Relative).Value, new Cuped(Control, Treatment).Effect(EffectScale.Relative).Value);
    }

    [Fact]
    public void Where_control_has_no_success_the_exact_test_still_answers()
    {
        // 0 of 1,000 against 12 of 1,000: Fisher p = 0.00047234, Newcombe (0.005606, 0.020857); case two_proportion-p032.
        var reading = MetricComparison.Of(Moments.Proportion(1000, 0), Moments.Proportion(1000, 12));
        Assert.Equal(new Undecided(NotComputable.ZeroVariance), reading.Verdict);
        var exact = Assert.IsType<Difference>(reading.Exact);
        Assert.Equal(0.0004723406974635946, exact.PValue!.Value, 1e-12);
        Assert.Equal(0.0056060518846325616, exact.Interval.Lower, 1e-12);
    }

    [Fact]
    public void A_flat_prior_makes_the_chance_to_win_the_complement_of_a_one_sided_p_value()
    {
        var effect = Effect.Between(Control, Treatment, EffectScale.Relative).Value;
        Assert.Equal(1 - RecLab.Statistics.Distributions.Normal.UpperTail(effect.Statistic), MetricComparison.Of(Control, Treatment).ChanceToWin!.Value, 1e-12);
    }
}
