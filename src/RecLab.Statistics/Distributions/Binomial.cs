namespace RecLab.Statistics.Distributions;

/// <summary>The binomial distribution, exact at any size.</summary>
public static class Binomial
{
    /// <summary>P(X = successes).</summary>
    public static double Probability(long successes, long trials, double p) =>
        successes < 0 || successes > trials ? 0 : Math.Exp(Expansions.LogBinomial(successes, trials, p, 1 - p));

    /// <summary>P(X &lt;= successes).</summary>
    public static double Cdf(long successes, long trials, double p) =>
        successes < 0 ? 0 : successes >= trials ? 1 : Beta.UpperTail(p, successes + 1, trials - successes);

    /// <summary>P(X >= successes).</summary>
    public static double AtLeast(long successes, long trials, double p) =>
        successes <= 0 ? 1 : successes > trials ? 0 : Beta.Cdf(p, successes, trials - successes + 1);

    /// <summary>Exact two-sided test of a success rate: the probability of all outcomes that are no more likely than the observed one (relative slack 1e-7 for ties).</summary>
    /// <exception cref="ArgumentOutOfRangeException">Successes outside 0..trials, or p outside [0, 1].</exception>
    public static double TwoSidedTest(long successes, long trials, double p = 0.5)
    {
        if (successes < 0 || successes > trials) throw new ArgumentOutOfRangeException(nameof(successes), successes, $"Of {trials} trials between 0 and {trials} can succeed.");
        if (!(p >= 0 && p <= 1)) throw new ArgumentOutOfRangeException(nameof(p), p, "A probability lies between 0 and 1.");
        var limit = Math.Log(1 + 1e-7) + Expansions.LogBinomial(successes, trials, p, 1 - p);
        bool Likely(long x) => Expansions.LogBinomial(x, trials, p, 1 - p) > limit;
        if (double.IsNegativeInfinity(limit)) return 0;
        var mode = Math.Clamp((long)Math.Floor((trials + 1) * p), 0, trials);
        if (!Likely(mode)) return 1;
        // Likelihoods rise to the mode and fall after it: one search on each side bounds the outcomes that are more likely.
        var (low, high) = (mode, mode);
        for (long below = -1; low - below > 1;)
        {
            var middle = below + (low - below) / 2;
            if (Likely(middle)) low = middle; else below = middle;
        }
        for (var above = trials + 1; above - high > 1;)
        {
            var middle = high + (above - high) / 2;
            if (Likely(middle)) high = middle; else above = middle;
        }
        return Math.Min(1, Cdf(low - 1, trials, p) + AtLeast(high + 1, trials, p));
    }
}
