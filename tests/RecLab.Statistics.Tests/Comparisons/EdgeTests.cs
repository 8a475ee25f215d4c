using RecLab.Statistics.Comparisons;
using RecLab.Statistics.Planning;
using Xunit;

namespace RecLab.Statistics.Tests.Comparisons;

/// <summary>Inputs at the edge of what can be computed: either the first reason that applies, or finite numbers that hold together.</summary>
public sealed class EdgeTests
{
    private static Moments Arm(MetricKind kind, long n, Func<int, (double Y, double D)> unit)
    {
        var builder = default(UnitSums);
        for (var i = 0; i < n; i++) builder += unit(i) is var (y, d) ? UnitSums.Of(y, kind == MetricKind.Ratio ? d : 0) : default;
        return Moments.Of(kind, builder);
    }

    /// <summary>Arms by name: what they are, and the reason they bring in as control and as treatment on the relative scale.</summary>
    private static Dictionary<string, (Moments Arm, string? AsControl, string? AsTreatment)> Arms(MetricKind kind)
    {
        var share = kind == MetricKind.Proportion;
        return new()
        {
            ["nobody"] = (Arm(kind, 0, _ => (0, 0)), "no_units", "no_units"),
            ["one user"] = (Arm(kind, 1, _ => (1, 2)), "too_few_units", "too_few_units"),
            ["nothing ever"] = (Arm(kind, 50, i => (0, 1 + i % 3)), "zero_variance", "zero_variance"),
            ["all the same"] = (Arm(kind, 50, i => kind == MetricKind.Ratio ? (3 * (1 + i % 3), 7 * (1 + i % 3)) : (1, 0)), "zero_variance", "zero_variance"),
            ["ordinary"] = (Arm(kind, 50, i => (i % 3 == 0 ? 1 : 0, 1 + i % 2)), null, null),
            ["unequal"] = (Arm(kind, 50_000, i => (i % 4 == 0 ? 1 : 0, 1 + i % 5)), null, null),
            ["balanced around 0"] = share ? (Arm(kind, 50, i => (i % 2, 1)), null, null) : (Arm(kind, 50, i => (i % 2 == 0 ? 1 : -1, 2)), "zero_baseline", null),
            ["negative"] = share ? (Arm(kind, 50, i => (i % 5 == 0 ? 1 : 0, 1)), null, null) : (Arm(kind, 50, i => (-3 - i % 4, 2 + i % 2)), null, null),
        };
    }

    public static TheoryData<MetricKind> Kinds => [MetricKind.Mean, MetricKind.Proportion, MetricKind.Ratio];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_pair_of_arms_has_the_first_reason_that_applies_or_finite_numbers(MetricKind kind)
    {
        string[] order = ["no_units", "too_few_units", "zero_variance", "zero_baseline"];
        var arms = Arms(kind);
        foreach (var (controlName, control) in arms)
            foreach (var (treatmentName, treatment) in arms)
                foreach (var scale in new[] { EffectScale.Absolute, EffectScale.Relative })
                {
                    var pair = $"{kind}, {scale}: {treatmentName} against {controlName}";
                    var expected = new[] { scale == EffectScale.Absolute && control.AsControl == "zero_baseline" ? null : control.AsControl, treatment.AsTreatment }.OfType<string>().OrderBy(r => Array.IndexOf(order, r)).FirstOrDefault();
                    var answer = Effect.Between(control.Arm, treatment.Arm, scale);
                    Assert.True(answer.Reason?.Code == expected, $"{pair}: {answer}");
                    foreach (var method in new IComparison[] { new WelchTest(0.05, scale), new AlwaysValid(0.05, scale), new BayesianComparison(0.05, scale), new CupedTest(0.05, scale) })
                    {
                        var verdict = method.Compare(control.Arm, treatment.Arm);
                        if (expected is not null) { Assert.Equal(expected, Assert.IsType<Undecided>(verdict).Reason.Code); continue; }
                        var found = Assert.IsType<Difference>(verdict);
                        Assert.True(double.IsFinite(found.Effect.Value) && found.Effect.Variance > 0 && double.IsFinite(found.Interval.Lower) && found.Interval.Lower < found.Effect.Value && found.Effect.Value < found.Interval.Upper, $"{pair}, {method.GetType().Name}");
                        Assert.True(found.PValue is null or (>= 0 and <= 1), pair);
                    }
                }
    }

    [Fact]
    public void A_lift_divides_by_the_size_of_a_negative_control()
    {
        var (c, t) = (Moments.Mean(100, -200, 450), Moments.Mean(100, -100, 250));
        Assert.Equal(0.5, Effect.Between(c, t, EffectScale.Relative).Value.Value, 15); // from -2 up to -1
        // vT/(n mC^2) + vC mT^2/(n mC^4), vC = 50/99, vT = 150/99
        Assert.Equal((150.0 / 99 / 4 + 50.0 / 99 / 16) / 100, Effect.Between(c, t, EffectScale.Relative).Value.Variance, 15);
    }

    [Fact]
    public void A_past_that_says_everything_leaves_no_variance_and_no_answer()
    {
        static Moments Follows(MetricKind kind, int n, double slope)
        {
            var sums = default(UnitSums);
            for (var i = 0; i < n; i++) sums += kind == MetricKind.Ratio ? UnitSums.Of(0.1 * i % 1.7, 3, 0.1 * i % 1.7, 3) : UnitSums.Of(slope * (i % 7 * 0.1), 0, i % 7 * 0.1);
            return Moments.Of(kind, sums);
        }
        foreach (var slope in new[] { 1.0, 3, 0.7 })
            Assert.Equal(NotComputable.ZeroVariance, new Cuped(Follows(MetricKind.Mean, 40, slope), Follows(MetricKind.Mean, 61, slope)).Effect(EffectScale.Absolute).Reason);
        Assert.Equal(NotComputable.ZeroVariance, new Cuped(Follows(MetricKind.Ratio, 40, 1), Follows(MetricKind.Ratio, 61, 1)).Effect(EffectScale.Relative).Reason);
    }

    [Fact]
    public void A_past_that_says_nothing_changes_nothing()
    {
        // X = 1 for half of those with Y = 0 and half of those with Y = 1: covariance 0
        static Moments Unrelated(int n)
        {
            var sums = default(UnitSums);
            for (var i = 0; i < 4 * n; i++) sums += UnitSums.Of(i % 2, 0, i / 2 % 2);
            return Moments.Of(MetricKind.Mean, sums);
        }
        var (c, t) = (Unrelated(30), Unrelated(70));
        var cuped = new Cuped(c, t);
        Assert.Equal(0, cuped.Theta, 15);
        Assert.Equal(Effect.Between(c, t, EffectScale.Relative).Value.Variance, cuped.Effect(EffectScale.Relative).Value.Variance, 15);
        Assert.Equal(0, cuped.VarianceReduction().Value, 12);
    }

    [Fact]
    public void A_thousand_million_users_lose_no_digit_and_p_values_far_out_stay_above_zero()
    {
        const long n = 1_000_000_000;
        var test = TTest.Of(Effect.Between(Moments.Proportion(n, 100_000_000), Moments.Proportion(n, 100_400_000), EffectScale.Absolute).Value, 0.05);
        // SE = sqrt(0.1 * 0.9 / n + 0.1004 * 0.8996 / n)
        Assert.Equal(0.0004 / Math.Sqrt((0.09 + 0.1004 * 0.8996) / n), test.Statistic, 8);
        Assert.InRange(test.PValue, 1e-200, 1e-190); // z = 29.8: 2 phi(z)/z = 6e-195
        Assert.True(test.PLesser > 0.999);
    }

    [Theory]
    [InlineData(1e-9)]
    [InlineData(0.4999)]
    [InlineData(0.999)]
    public void Intervals_exist_for_every_alpha_and_a_stricter_one_is_wider(double alpha)
    {
        var (c, t) = (Moments.Proportion(1000, 100), Moments.Proportion(900, 120));
        double Width(IComparison method) => ((Difference)method.Compare(c, t)).Interval.Width;
        Assert.True(Width(new WelchTest(alpha)) > Width(new WelchTest(Math.Min(0.9999, alpha * 1.5))));
        Assert.True(Width(new AlwaysValid(alpha)) > Width(new WelchTest(alpha)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    public void An_alpha_outside_0_and_1_is_refused(double alpha) => Assert.ThrowsAny<ArgumentException>(() => new AlwaysValid(alpha).Compare(Moments.Proportion(100, 10), Moments.Proportion(100, 12)));

    [Fact]
    public void One_test_needs_no_correction_and_ties_share_theirs()
    {
        foreach (var correct in new Func<IReadOnlyList<double>, double[]>[] { MultipleTesting.Holm, MultipleTesting.BenjaminiHochberg, MultipleTesting.BenjaminiYekutieli, MultipleTesting.Bonferroni })
        {
            Assert.Equal([0.03], correct([0.03]));
            Assert.Empty(correct([]));
            var tied = correct([0.02, 0.5, 0.02, 1]);
            Assert.Equal(tied[0], tied[2]);
            Assert.Equal(1, tied[3]);
        }
        Assert.Equal([0.08, 1, 0.08, 1], MultipleTesting.Holm([0.02, 0.5, 0.02, 1]));
        Assert.Equal([0.04, 2.0 / 3, 0.04, 1], MultipleTesting.BenjaminiHochberg([0.02, 0.5, 0.02, 1]));
    }

    [Fact]
    public void A_ratio_whose_denominators_are_all_0_has_no_variance()
    {
        var none = Arm(MetricKind.Ratio, 50, i => (i % 2, 0));
        Assert.Equal(0, none.UnitVariance);
        Assert.Equal(NotComputable.ZeroVariance, Effect.Between(none, Arms(MetricKind.Ratio)["ordinary"].Arm, EffectScale.Relative).Reason);
    }

    [Fact]
    public void Guardrails_and_sample_ratio_say_why_they_have_no_answer()
    {
        Assert.Equal(NotComputable.NoUnits, NonInferiority.Test(Moments.Proportion(0, 0), Moments.Proportion(10, 1), 0.02).Reason);
        Assert.Equal(NotComputable.ZeroVariance, NonInferiority.Test(Moments.Proportion(10, 0), Moments.Proportion(10, 1), 0.02).Reason);
        Assert.Equal(NotComputable.NoUnits, SampleRatio.Test([0, 0, 12], [1, 1, 0]).Reason);
        Assert.Equal(1, SampleRatio.Test([5, 5, 12], [1, 1, 0]).Value.PValue, 12);
        Assert.Equal(NotComputable.NoUnits, Preference.PerUser([0, 0], [0, 0]).Reason);
        Assert.Equal(NotComputable.TooFewUnits, Preference.PerUser([1, 0], [0, 0]).Reason);
        Assert.Equal(NotComputable.ZeroVariance, Preference.PerUser([1, 2], [0, 0]).Reason);
    }

    [Fact]
    public void A_hopeless_or_reached_plan_has_a_reason_or_nothing_left() =>
        Assert.Equal((LiftPower.OutOfReach, true), (new LiftPower(0.01, 0.0099, 30).DetectableLift().Reason!, new RemainingUsersPlan { TargetEffect = 0.5 }.Remaining(new(0.4, 1e-6, 100), 1000).Value.AdditionalUsers is null));
}
