using Xunit;

namespace RecLab.Statistics.Tests;

public sealed class BootstrapTests
{
    [Fact]
    public void The_same_seed_gives_the_same_interval_and_another_seed_a_different_one()
    {
        double[] values = [0.1, 0.4, 0.2, 0.9, 0.3, 0.5, 0.0, 1.0];
        var first = Bootstrap.Mean(values, seed: 7).Value;
        Assert.Equal(first, Bootstrap.Mean(values, seed: 7).Value);
        Assert.NotEqual(first.Interval, Bootstrap.Mean(values, seed: 8).Value.Interval);
        Assert.Equal(3.4 / 8, first.Value, 1e-15);
    }

    [Fact]
    public void Its_standard_error_is_that_of_the_mean()
    {
        // The bootstrap variance of a mean is (n-1)/n times the usual s^2/n: Efron, Tibshirani (1993), equation 5.12. 20,000 resamples leave about 0.5 % noise.
        var random = new Xoshiro256(3);
        var values = new double[400];
        for (var i = 0; i < values.Length; i++) values[i] = random.NextNormal();
        var expected = Math.Sqrt(Moments.OfValues(values).Estimate().Value.Variance * 399 / 400);
        Assert.Equal(1, Bootstrap.Mean(values, seed: 11, resamples: 20_000).Value.StandardError / expected, 0.03);
    }

    [Fact]
    public void A_paired_difference_keeps_the_values_of_one_user_together()
    {
        // b is a + 0.5 for everybody: whatever is drawn, the difference is 0.5 without any spread.
        double[] a = [1, 5, 9, 2, 7];
        double[] b = [1.5, 5.5, 9.5, 2.5, 7.5];
        var result = Bootstrap.PairedDifference(a, b, seed: 1).Value;
        Assert.Equal(new Interval(0.5, 0.5, 0.95), result.Interval);
        Assert.Equal(1, result.ShareAboveZero);
    }

    [Fact]
    public void A_ratio_is_drawn_by_user()
    {
        // Everybody's click rate is 1/4 at different numbers of impressions, so every resample has the ratio 1/4.
        Assert.Equal(new Interval(0.25, 0.25, 0.95), Bootstrap.Ratio([1, 2, 5], [4, 8, 20], seed: 5).Value.Interval);
    }

    [Fact]
    public void Says_why_there_is_no_interval()
    {
        Assert.Equal(NotComputable.NoUnits, Bootstrap.Mean([], seed: 1).Reason);
        Assert.Equal(NotComputable.TooFewUnits, Bootstrap.Mean([1.0], seed: 1).Reason);
        Assert.Equal(NotComputable.ZeroDenominator, Bootstrap.Ratio([0, 0], [0, 0], seed: 1).Reason);
    }
}
