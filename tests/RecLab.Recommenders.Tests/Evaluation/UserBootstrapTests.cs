using RecLab.Recommenders.Evaluation;
using Xunit;

namespace RecLab.Recommenders.Tests.Evaluation;

public sealed class UserBootstrapTests
{
    [Fact]
    public void The_interval_of_a_mean_is_that_of_the_normal_law_where_users_are_many()
    {
        // 4,000 values 0 and 1, half each: the standard error of the mean is 0.5 / sqrt(4000) = 0.0079057; 95 % is 1.96 of them.
        double[] values = [.. Enumerable.Range(0, 4000).Select(i => (double)(i % 2))];
        var interval = UserBootstrap.Results([values], [0.5], 4000, seed: 1, level: 0.95)[0]!.Interval;
        // The ends of 4,000 resamples vary by about 0.04 standard errors.
        Assert.Equal(0.5 - 1.96 * 0.0079057, interval.Lower, 0.0013);
        Assert.Equal(0.5 + 1.96 * 0.0079057, interval.Upper, 0.0013);
    }

    [Fact]
    public void Users_without_a_value_weigh_nothing()
    {
        double[] values = [3, double.NaN, 3, double.NaN, 3];
        foreach (var mean in UserBootstrap.Means([values], 100, seed: 2)[0]) Assert.True(double.IsNaN(mean) || Math.Abs(mean - 3) < 1e-12);
    }

    [Fact]
    public void All_series_share_the_draws_and_the_seed_decides_them()
    {
        double[] a = [1, 2, 3, 4, 5], b = [2, 4, 6, 8, 10];
        var means = UserBootstrap.Means([a, b], 50, seed: 3, threads: 1);
        for (var r = 0; r < 50; r++) Assert.Equal(2 * means[0][r], means[1][r], 1e-12);
        Assert.Equal(means[0], UserBootstrap.Means([a], 50, seed: 3, threads: 5)[0]);
        Assert.NotEqual(means[0], UserBootstrap.Means([a], 50, seed: 4)[0]);
    }

    [Fact]
    public void Agrees_with_the_bootstrap_of_one_series()
    {
        double[] values = [.. Enumerable.Range(0, 900).Select(i => Math.Sqrt(i % 37))];
        var one = RecLab.Statistics.Bootstrap.Mean(values, seed: 5, resamples: 4000).Value;
        var many = UserBootstrap.Results([values], [values.Average()], 4000, seed: 5, level: 0.95)[0]!;
        Assert.Equal(one.Value, many.Value, 1e-12);
        Assert.Equal(one.StandardError, many.StandardError, 0.05 * one.StandardError); // a standard deviation of 4,000 draws varies by 1.1 %
        Assert.Equal(one.Interval.Lower, many.Interval.Lower, 0.15 * one.StandardError);
        Assert.Equal(one.Interval.Upper, many.Interval.Upper, 0.15 * one.StandardError);
    }
}
