namespace RecLab.Statistics.Distributions;

/// <summary>The hypergeometric distribution: how many of <c>drawn</c> balls are marked when <c>marked</c> of <c>marked + plain</c> are. Probabilities in Loader's saddle-point form, exact at any size.</summary>
public static class Hypergeometric
{
    /// <summary>P(X = x), in logarithms.</summary>
    public static double LogProbability(long x, long marked, long plain, long drawn)
    {
        if (x < Math.Max(0, drawn - plain) || x > Math.Min(drawn, marked)) return double.NegativeInfinity;
        double total = marked + plain;
        var (p, q) = (drawn / total, (total - drawn) / total);
        return Expansions.LogBinomial(x, marked, p, q) + Expansions.LogBinomial(drawn - x, plain, p, q) - Expansions.LogBinomial(drawn, total, p, q);
    }

    /// <summary>Fisher's exact test of a two-by-two table, two-sided: the probability of all tables with these margins that are no more likely than the
    /// observed one (relative slack 1e-7 for ties).</summary>
    /// <param name="successesA">Of <paramref name="unitsA"/> units of the first arm.</param>
    public static double FisherTwoSided(long successesA, long unitsA, long successesB, long unitsB)
    {
        if (successesA < 0 || successesA > unitsA || successesB < 0 || successesB > unitsB)
            throw new ArgumentOutOfRangeException(nameof(successesA), $"{successesA} of {unitsA} and {successesB} of {unitsB} units cannot have succeeded.");
        var drawn = successesA + successesB;
        var (first, last) = (Math.Max(0, drawn - unitsB), Math.Min(drawn, unitsA));
        if (first == last) return 1;
        double Log(long x) => LogProbability(x, unitsA, unitsB, drawn);
        var limit = Log(successesA) + 1e-7;
        var mode = Math.Clamp((long)Math.Floor((drawn + 1.0) * (unitsA + 1.0) / (unitsA + unitsB + 2.0)), first, last);
        if (Log(mode) <= limit) return 1;
        var (low, high) = (mode, mode); // the run of tables that are more likely than the observed one
        for (var below = first - 1; low - below > 1;)
        {
            var middle = below + (low - below) / 2;
            if (Log(middle) > limit) low = middle; else below = middle;
        }
        for (var above = last + 1; above - high > 1;)
        {
            var middle = high + (above - high) / 2;
            if (Log(middle) > limit) high = middle; else above = middle;
        }
        double Up(double x) => (unitsA - x) * (drawn - x) / ((x + 1) * (unitsB - drawn + x + 1)); // P(x + 1) / P(x)
        double Tail(long from, int step)
        {
            double term = Math.Exp(Log(from)), sum = 0;
            for (var x = from; x >= first && x <= last && term > sum * 1e-18; x += step)
            {
                sum += term;
                term *= step > 0 ? Up(x) : 1 / Up(x - 1);
            }
            return sum;
        }
        return Math.Min(1, Tail(low - 1, -1) + Tail(high + 1, 1));
    }
}
