using Xunit;

namespace RecLab.Statistics.Tests;

public sealed class MomentsTests
{
    [Fact]
    public void Parts_add_up_to_the_whole_whatever_they_were_made_from()
    {
        var random = new Xoshiro256(5);
        var (whole, left, right, sums) = (new MomentsBuilder(MetricKind.Ratio), new MomentsBuilder(MetricKind.Ratio), new MomentsBuilder(MetricKind.Ratio), new UnitSums());
        for (var i = 0; i < 500; i++)
        {
            int[] unit = [random.NextIndex(5), 1 + random.NextIndex(20), random.NextIndex(5), random.NextIndex(20)];
            whole.Add(unit[0], unit[1], unit[2], unit[3]);
            (i % 3 == 0 ? left : right).Add(unit[0], unit[1], unit[2], unit[3]);
            sums += UnitSums.Of(unit[0], unit[1], unit[2], unit[3]);
        }
        foreach (var other in new[] { left.Build() + right.Build(), right.Build() + left.Build(), Moments.Of(MetricKind.Ratio, sums) })
        {
            Assert.Equal(whole.Build().Units, other.Units);
            foreach (var a in Enum.GetValues<Quantity>())
            {
                Assert.Equal(whole.Build().Average(a), other.Average(a), 1e-12);
                foreach (var b in Enum.GetValues<Quantity>()) Assert.Equal(whole.Build().Covariance(a, b), other.Covariance(a, b), 1e-10);
            }
        }
    }

    [Fact]
    public void A_units_old_contribution_can_be_taken_out_of_stored_sums_exactly()
    {
        var before = UnitSums.Of(3, 10) + UnitSums.Of(1, 7);
        Assert.Equal(UnitSums.Of(3, 10) + UnitSums.Of(2, 9), before - UnitSums.Of(1, 7) + UnitSums.Of(2, 9));
    }

    [Fact]
    public void A_large_common_offset_costs_no_digits()
    {
        // 1e9 + {4, 7, 13, 16}: mean 1e9 + 10, variance 30 (sum of squares 36 + 9 + 9 + 36 = 90 over 3).
        var moments = Moments.OfValues([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]);
        Assert.Equal(1e9 + 10, moments.Value);
        Assert.Equal(30, moments.UnitVariance);
    }

    [Fact]
    public void Arms_in_which_everybody_is_the_same_have_no_variance_though_their_sums_were_rounded()
    {
        static Moments Constant(int users, double value)
        {
            var sums = new UnitSums();
            for (var i = 0; i < users; i++) sums += UnitSums.Of(value);
            return Moments.Of(MetricKind.Mean, sums);
        }
        var (control, arm) = (Constant(100, 0.1), Constant(100, 1.0 / 3));
        Assert.Equal((0, 0), (control.UnitVariance, arm.UnitVariance));
        Assert.Equal(NotComputable.ZeroVariance, Effect.Between(control, arm, EffectScale.Relative).Reason);
        Assert.Equal(0, Constant(100_000, 0.7).UnitVariance);
        // a spread of a hundred-thousandth of the value is no rounding: 50 users of 0.1 and 50 of 0.100001 have the variance 1e-12 / 4 * 100/99
        var spread = new UnitSums();
        for (var i = 0; i < 100; i++) spread += UnitSums.Of(i % 2 == 0 ? 0.1 : 0.100001);
        Assert.Equal(2.5e-13 * 100 / 99, Moments.Of(MetricKind.Mean, spread).UnitVariance, 1e-15);
        // whole numbers are added without rounding: of a million users with 1,000 one has 1,001, and the squares about the mean sum to 1 - 1e-6
        Assert.Equal(1e-6, Moments.Mean(1_000_000, 1_000_000_001, 1_000_000_002_001).UnitVariance, 1e-12);
    }

    [Fact]
    public void One_impression_for_everybody_makes_a_ratio_a_mean()
    {
        var (ratio, mean) = (new MomentsBuilder(MetricKind.Ratio), new MomentsBuilder(MetricKind.Mean));
        foreach (var click in new[] { 0, 1, 1, 0, 1, 0, 0 })
        {
            ratio.Add(click, 1);
            mean.Add(click);
        }
        Assert.Equal(mean.Build().Value, ratio.Build().Value, 1e-15);
        Assert.Equal(mean.Build().UnitVariance, ratio.Build().UnitVariance, 1e-15);
    }

    [Fact]
    public void A_ratio_whose_denominators_do_not_vary_is_the_mean_over_that_number()
    {
        // 1, 3, 5 clicks of 10 impressions each: ratio 0.3, variance of (0.1, 0.3, 0.5) = 0.04.
        var ratio = Moments.Ratio(3, 9, 35, 30, 300, 90);
        Assert.Equal(0.3, ratio.Value, 1e-15);
        Assert.Equal(0.04, ratio.UnitVariance, 1e-15);
    }

    [Fact]
    public void An_arm_alone_says_why_it_has_no_estimate()
    {
        Assert.Equal(NotComputable.NoUnits, Moments.Empty(MetricKind.Mean).Estimate().Reason);
        Assert.Equal(NotComputable.TooFewUnits, Moments.OfValues([4]).Estimate().Reason);
        Assert.Equal(NotComputable.ZeroDenominator, Moments.Ratio(3, 0, 0, 0, 0, 0).Estimate().Reason);
        Assert.Throws<ArgumentException>(() => Moments.Empty(MetricKind.Mean) + Moments.Empty(MetricKind.Ratio));
        Assert.Throws<ArgumentOutOfRangeException>(() => Moments.Proportion(10, 11));
    }
}
