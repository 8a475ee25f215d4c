using RecLab.Statistics.Distributions;

namespace RecLab.Statistics;

/// <summary>Intervals for one proportion, x of n, all within [0, 1]. p = x/n, z = z(1 - alpha/2). Brown, Cai, DasGupta, "Interval estimation for a binomial proportion", 2001.</summary>
public static class ProportionIntervals
{
    /// <summary>Wilson's score interval (1927), without continuity correction: the one to show.</summary>
    public static Answer<Interval> Wilson(long successes, long units, double alpha = 0.05) => Make(successes, units, alpha, (x, n) =>
    {
        var (p, z) = (x / n, Normal.UpperQuantile(alpha / 2));
        var centre = p + z * z / (2 * n);
        var reach = z * Math.Sqrt(p * (1 - p) / n + z * z / (4 * n * n));
        var scale = 1 + z * z / n;
        // At the ends one bound is exactly 0 or 1; rounding would leave a crumb.
        return (x == 0 ? 0 : (centre - reach) / scale, x == n ? 1 : (centre + reach) / scale);
    });

    /// <summary>Agresti, Coull (1998): Wald on n + z^2 units with (x + z^2/2) successes.</summary>
    public static Answer<Interval> AgrestiCoull(long successes, long units, double alpha = 0.05) => Make(successes, units, alpha, (x, n) =>
    {
        var z = Normal.UpperQuantile(alpha / 2);
        return WaldBounds((x + z * z / 2) / (n + z * z), n + z * z, z);
    });

    /// <summary>Clopper, Pearson (1934): never below its confidence, from beta quantiles.</summary>
    public static Answer<Interval> ClopperPearson(long successes, long units, double alpha = 0.05) => Make(successes, units, alpha, (x, n) =>
        (x == 0 ? 0 : Beta.Quantile(alpha / 2, x, n - x + 1), x == n ? 1 : Beta.UpperQuantile(alpha / 2, x + 1, n - x)));

    /// <summary>Jeffreys: quantiles of Beta(x + 1/2, n - x + 1/2).</summary>
    public static Answer<Interval> Jeffreys(long successes, long units, double alpha = 0.05) => Make(successes, units, alpha, (x, n) =>
        (Beta.Quantile(alpha / 2, x + 0.5, n - x + 0.5), Beta.UpperQuantile(alpha / 2, x + 0.5, n - x + 0.5)));

    /// <summary>The normal approximation (Wald); too narrow near 0 and 1, kept for comparison.</summary>
    public static Answer<Interval> Wald(long successes, long units, double alpha = 0.05) => Make(successes, units, alpha, (x, n) =>
        WaldBounds(x / n, n, Normal.UpperQuantile(alpha / 2)));

    private static (double, double) WaldBounds(double p, double n, double z)
    {
        var reach = z * Math.Sqrt(p * (1 - p) / n);
        return (p - reach, p + reach);
    }

    private static Answer<Interval> Make(long successes, long units, double alpha, Func<double, double, (double Lower, double Upper)> bounds)
    {
        if (units < 0 || successes < 0 || successes > units) throw new ArgumentOutOfRangeException(nameof(successes), successes, $"Of {units} units between 0 and {units} can succeed.");
        if (units == 0) return NotComputable.NoUnits;
        var (lower, upper) = bounds(successes, units);
        return new Interval(Math.Clamp(lower, 0, 1), Math.Clamp(upper, 0, 1), 1 - alpha);
    }
}
