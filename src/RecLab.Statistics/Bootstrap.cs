namespace RecLab.Statistics;

/// <summary>Percentile bootstrap over users (Efron, 1979; Efron, Tibshirani, "An introduction to the bootstrap", 1993, chapter 13): users are drawn with replacement, the seed
/// decides the draws, so the same data and seed give the same interval everywhere.</summary>
public static class Bootstrap
{
    public const int DefaultResamples = 1000;

    /// <summary>Interval for the mean of one value per user.</summary>
    /// <param name="resamples">How many times the users are drawn anew.</param>
    /// <param name="alpha">Two-sided error, 0 to 1.</param>
    /// <returns>No answer for no user or a single one.</returns>
    public static Answer<BootstrapResult> Mean(ReadOnlySpan<double> values, ulong seed, int resamples = DefaultResamples, double alpha = 0.05)
    {
        if (values.Length == 0) return NotComputable.NoUnits;
        if (values.Length == 1) return NotComputable.TooFewUnits;
        Check(resamples, alpha);
        var random = new Xoshiro256(seed);
        var means = new double[resamples];
        for (var r = 0; r < resamples; r++)
        {
            var sum = 0.0;
            for (var i = 0; i < values.Length; i++) sum += values[random.NextIndex(values.Length)];
            means[r] = sum / values.Length;
        }
        return BootstrapResult.From(Average(values), means, alpha);
    }

    /// <summary>Interval for a ratio of sums, users as clusters; resamples whose denominators sum to 0 are drawn again.</summary>
    public static Answer<BootstrapResult> Ratio(ReadOnlySpan<double> numerators, ReadOnlySpan<double> denominators, ulong seed, int resamples = DefaultResamples, double alpha = 0.05)
    {
        if (numerators.Length != denominators.Length) throw new ArgumentException("Numerators and denominators belong to the same users.", nameof(denominators));
        if (numerators.Length == 0) return NotComputable.NoUnits;
        var whole = Average(denominators);
        if (whole == 0) return NotComputable.ZeroDenominator;
        if (numerators.Length == 1) return NotComputable.TooFewUnits;
        Check(resamples, alpha);
        var random = new Xoshiro256(seed);
        var ratios = new double[resamples];
        for (var r = 0; r < resamples;)
        {
            double top = 0, bottom = 0;
            for (var i = 0; i < numerators.Length; i++)
            {
                var drawn = random.NextIndex(numerators.Length);
                top += numerators[drawn];
                bottom += denominators[drawn];
            }
            if (bottom != 0) ratios[r++] = top / bottom;
        }
        return BootstrapResult.From(Average(numerators) / whole, ratios, alpha);
    }

    /// <summary>Interval for the mean of b - a over the same users: each draw takes both values of a user.</summary>
    public static Answer<BootstrapResult> PairedDifference(ReadOnlySpan<double> a, ReadOnlySpan<double> b, ulong seed, int resamples = DefaultResamples, double alpha = 0.05) =>
        Mean(Paired.Differences(a, b), seed, resamples, alpha);

    private static void Check(int resamples, double alpha)
    {
        if (resamples < 1) throw new ArgumentOutOfRangeException(nameof(resamples), resamples, "At least one resample is needed.");
        if (!(alpha > 0 && alpha < 1)) throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "Alpha lies between 0 and 1.");
    }

    private static double Average(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        foreach (var value in values) sum += value;
        return sum / values.Length;
    }
}

/// <summary>What the bootstrap found.</summary>
/// <param name="Value">The statistic of the data itself.</param>
/// <param name="Interval">Between the alpha/2 and 1 - alpha/2 quantiles of the resamples.</param>
/// <param name="StandardError">Standard deviation of the resamples.</param>
/// <param name="ShareAboveZero">Share of resamples above 0, half of the ties: how sure a difference is of its sign.</param>
public sealed record BootstrapResult(double Value, Interval Interval, double StandardError, double ShareAboveZero)
{
    /// <summary>From the statistic of each resample, however drawn; sorts them.</summary>
    public static BootstrapResult From(double value, double[] resamples, double alpha)
    {
        Array.Sort(resamples);
        double above = 0;
        foreach (var resample in resamples) above += resample > 0 ? 1 : resample == 0 ? 0.5 : 0;
        var spread = Math.Sqrt(Moments.OfValues(resamples).Variance(Quantity.Numerator));
        return new(value, new(Quantile(resamples, alpha / 2), Quantile(resamples, 1 - alpha / 2), 1 - alpha), spread, above / resamples.Length);
    }

    /// <summary>Linear between order statistics (Hyndman, Fan, 1996, type 7).</summary>
    private static double Quantile(double[] sorted, double p)
    {
        var at = p * (sorted.Length - 1);
        var below = (int)at;
        return below + 1 < sorted.Length ? sorted[below] + (at - below) * (sorted[below + 1] - sorted[below]) : sorted[below];
    }
}
