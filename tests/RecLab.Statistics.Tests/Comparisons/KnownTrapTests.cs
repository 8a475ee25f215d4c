using RecLab.Statistics.Assignment;
using RecLab.Statistics.Comparisons;
using RecLab.Statistics.Planning;
using Xunit;

namespace RecLab.Statistics.Tests.Comparisons;

/// <summary>Mistakes found in other experiment platforms, each with the number that shows it is not made here.</summary>
public sealed class KnownTrapTests
{
    [Fact]
    public void Trap_0_a_chance_to_win_of_96_percent_decides_nothing()
    {
        // z = 1.75: chance to win 0.9599, two-sided p 0.080. At 97.5 % the rule agrees with the 95 % interval beside it.
        var lift = BayesianLift.Of(new Estimate(1.75, 1, double.PositiveInfinity));
        Assert.Equal(0.95994, lift.ChanceToWin, 1e-5);
        Assert.True(lift.Interval.Contains(0));
        var arms = (Moments.Proportion(1000, 100), Moments.Proportion(1000, 124));
        var verdict = Assert.IsType<Difference>(new BayesianComparison(scale: EffectScale.Absolute).Compare(arms.Item1, arms.Item2));
        Assert.InRange(verdict.ChanceToWin!.Value, 0.95, 0.96); // D = 0.024, SE = 0.01410: z = 1.702
        Assert.False(verdict.Significant);
    }

    [Fact]
    public void Trap_1_similar_keys_divide_users_independently_under_version_2_and_the_check_sees_version_1()
    {
        static Dependence Between(int version)
        {
            var (first, second) = (new Assigner(new("exp-1", 2) { HashVersion = version }), new Assigner(new("exp-2", 2) { HashVersion = version }));
            var table = new long[2, 2];
            for (var user = 0; user < 100_000; user++) table[first.Decide($"user-{user}").Variation, second.Decide($"user-{user}").Variation]++;
            return Dependence.Test(table).Value;
        }
        Assert.Equal(2, new AssignmentRule("new", 2).HashVersion);
        Assert.Equal(0.51958, Between(2).ChiSquare, 1e-5);
        Assert.Equal(273.327829, Between(1).ChiSquare, 1e-5);
        Assert.True(Between(1).PValue < 1e-50);
    }

    [Fact]
    public void Trap_2_an_arm_without_weight_counts_neither_its_users_nor_a_degree_of_freedom()
    {
        Assert.Equal(1, SampleRatio.Test([5000, 5000, 900], [0.5, 0.5, 0]).Value.PValue);
        var two = SampleRatio.Test([500, 510, 0], [0.5, 0.5, 0]).Value;
        Assert.Equal(1, two.Degrees);
        Assert.Equal(0.75302, two.PValue, 1e-5); // chi-square 100/1010 on one degree
    }

    [Fact]
    public void Trap_3_a_p_value_far_out_is_small_and_not_zero()
    {
        // phi(20)/20 (1 - 1/400 + 3/160000 - ...) = 2.7536e-89 (distributions reference); 1 - cdf would be exactly 0.
        var test = TTest.Of(new Estimate(20, 1, double.PositiveInfinity), 0.05);
        Assert.Equal(2 * 2.7536241186061556e-89, test.PValue, 1e-97);
        Assert.Equal(2.7536241186061556e-89, test.PGreater, 1e-97);
    }

    [Fact]
    public void Trap_4_where_lower_is_better_the_lowest_arm_gets_the_traffic_also_with_two_arms()
    {
        NormalPosterior[] latency = [new(100, 1), new(95, 1)];
        var weights = BestArm.FlooredWeights(GaussianBestArm.ProbabilityBest(latency, lowerIsBetter: true));
        Assert.True(weights[1] > 0.98 && weights[0] >= 0.01);
        Assert.Equal(1, weights.Sum(), 1e-12);
        var rates = BetaBinomial.ProbabilityBest([BetaBinomial.Posterior(50, 100), BetaBinomial.Posterior(10, 100)], lowerIsBetter: true);
        Assert.True(rates[1] > 0.999);
    }

    [Fact]
    public void Trap_4_a_prior_on_one_scale_is_stretched_on_the_other()
    {
        // A control of 0.2: an absolute belief of 0.02 -/+ 0.01 is a relative one of 0.1 -/+ 0.05.
        Assert.Equal(new LiftPrior(0.02, 0.01, EffectScale.Absolute), new LiftPrior(0.1, 0.05).On(EffectScale.Absolute, -0.2) with { Mean = 0.02, StandardDeviation = 0.01 });
        var relative = new LiftPrior(0.02, 0.01, EffectScale.Absolute).On(EffectScale.Relative, 0.2);
        Assert.Equal(0.1, relative.Mean, 1e-15);
        Assert.Equal(0.05, relative.StandardDeviation, 1e-15);
        // The posterior is then the same statement on both scales, up to the different standard errors of the scales: equal arms make them proportional.
        var arm = Moments.Proportion(1000, 200);
        var absolute = BayesianLift.Of(arm, arm, scale: EffectScale.Absolute, prior: new LiftPrior(0.02, 0.01, EffectScale.Absolute)).Value;
        Assert.Equal(absolute.ChanceToWin, BayesianLift.Of(arm, arm, prior: new LiftPrior(0.02, 0.01, EffectScale.Absolute)).Value.ChanceToWin, 1e-12);
    }

    [Fact]
    public void Trap_5_joint_intervals_come_from_a_stricter_alpha_and_never_from_an_adjusted_p_value()
    {
        double[] p = [0.9, 0.8, 0.01];
        Assert.Equal(1, MultipleTesting.Holm(p)[0]);
        var interval = new Estimate(0.1, 1, double.PositiveInfinity).Interval(MultipleTesting.IntervalAlpha(0.05, p.Length));
        Assert.True(double.IsFinite(interval.Lower) && double.IsFinite(interval.Upper));
        Assert.Equal(2.3940 * 2, interval.Width, 1e-3); // z(1 - 0.05/6) = 2.39398
    }

    [Fact]
    public void Trap_6_weights_that_do_not_sum_to_one_are_refused_with_their_sum()
    {
        Assert.Equal([new(0, 0.5), new(0.5, 1)], Bucketing.Ranges(2, 1, [0.7, 0.6])); // what a peer does silently
        Assert.Contains("1.3", Bucketing.CheckWeights([0.7, 0.6]), StringComparison.Ordinal);
        Assert.NotNull(Bucketing.CheckWeights([1]));
        Assert.NotNull(Bucketing.CheckWeights([1.5, -0.5]));
        Assert.Null(Bucketing.CheckWeights([0.5, 0.3, 0.2]));
    }

    [Fact]
    public void Trap_7_an_empty_arm_is_undecided_and_has_no_number_that_looks_like_no_effect()
    {
        var reading = MetricComparison.Of(Moments.Proportion(0, 0), Moments.Proportion(100, 5));
        Assert.Equal(new Undecided(NotComputable.NoUnits), reading.Verdict);
        Assert.Null(reading.ChanceToWin);
        Assert.Equal(Direction.Unknown, reading.Direction);
        Assert.Throws<InvalidOperationException>(() => reading.Lift.Value);
    }

    [Fact]
    public void Trap_8_the_scale_is_a_setting_and_the_verdict_follows_it_alone()
    {
        // Sums of the clustered-CTR case in which the absolute test gives p = 0.0465 and the relative one 0.0427: at alpha 0.045 they disagree.
        var control = Moments.Ratio(10494, 13697, 59477, 155006, 3908366, 345392);
        var treatment = Moments.Ratio(10465, 13510, 58758, 158355, 4110333, 352028);
        Verdict On(EffectScale scale) => MetricComparison.Of(control, treatment, new() { Alpha = 0.045, Scale = scale, AlwaysValid = false }).Verdict;
        Assert.False(((Difference)On(EffectScale.Absolute)).Significant);
        Assert.True(((Difference)On(EffectScale.Relative)).Significant);
    }

    [Fact]
    public void Trap_9_users_and_not_impressions_decide_about_click_through()
    {
        var control = Moments.Ratio(10494, 13697, 59477, 155006, 3908366, 345392);
        var treatment = Moments.Ratio(10465, 13510, 58758, 158355, 4110333, 352028);
        var naive = NaiveBinomial.Contrast(control, treatment).Value;
        var found = Assert.IsType<Difference>(new WelchTest(scale: EffectScale.Absolute).Compare(control, treatment));
        Assert.Equal(found.Effect.Variance / (naive.StandardError * naive.StandardError), naive.DesignEffect, 1e-12);
        Assert.True(naive.DesignEffect > 2);
    }

    [Fact]
    public void Trap_10_planning_takes_the_variance_of_past_traffic()
    {
        // Clicks per user with mean 2 and variance 20: a guess of twice the mean (4) would plan with a fifth of the users.
        double Users(double variance) => new LiftPower(2, variance, 1).UsersFor(0.1);
        Assert.Equal(5, Users(20) / Users(4), 1e-12);
    }

    [Fact]
    public void Trap_11_a_new_phase_with_a_new_seed_divides_users_anew_and_the_same_phase_never_does()
    {
        var (first, again, next) = (new Assigner(new("home", 2) { Seed = "home/1" }), new Assigner(new("home", 2) { Seed = "home/1" }), new Assigner(new("home", 2) { Seed = "home/2" }));
        var moved = 0;
        for (var user = 0; user < 10_000; user++)
        {
            Assert.Equal(first.Decide($"u{user}"), again.Decide($"u{user}"));
            if (first.Decide($"u{user}").Variation != next.Decide($"u{user}").Variation) moved++;
        }
        Assert.InRange(moved, 4800, 5200); // half of 10,000, four standard deviations of 50
    }
}
