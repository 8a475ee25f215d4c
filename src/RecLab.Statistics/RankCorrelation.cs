using RecLab.Statistics.Distributions;

namespace RecLab.Statistics;

/// <summary>Whether two numbers per unit order the units alike: Spearman's rho and Kendall's tau-b, ties counted by mid-ranks and out of the pairs.</summary>
/// <param name="Units">Pairs of numbers.</param>
/// <param name="Spearman">Pearson's correlation of the ranks, -1 to 1.</param>
/// <param name="Kendall">(concordant - discordant) / sqrt((pairs - ties in x)(pairs - ties in y)), -1 to 1 (Kendall, Biometrika 33, 1945).</param>
/// <param name="SpearmanInterval">On Fisher's z with standard error sqrt((1 + rho^2/2)/(n - 3)) (Bonett, Wright, Psychometrika 65, 2000).</param>
/// <param name="KendallInterval">On Fisher's z with standard error sqrt(0.437/(n - 4)) (Fieller, Hartley, Pearson, Biometrika 44, 1957).</param>
public sealed record RankCorrelation(int Units, double Spearman, double Kendall, Answer<Interval> SpearmanInterval, Answer<Interval> KendallInterval)
{
    /// <summary>Fewest pairs of numbers of which an order means anything.</summary>
    public const int Fewest = 3;

    /// <param name="alpha">Two-sided error of the intervals.</param>
    /// <returns>No answer below three units, or where one of the numbers is the same everywhere.</returns>
    public static Answer<RankCorrelation> Of(IReadOnlyList<double> x, IReadOnlyList<double> y, double alpha = 0.05)
    {
        if (x.Count != y.Count) throw new ArgumentException($"{x.Count} units have a first number and {y.Count} a second one.", nameof(y));
        if (x.Count == 0) return NotComputable.NoUnits;
        if (x.Count < Fewest) return NotComputable.TooFewUnits;
        if (x.Concat(y).Any(v => !double.IsFinite(v))) throw new ArgumentException("Ranks need finite numbers.", nameof(x));
        var (rho, tau) = (Pearson(Ranks(x), Ranks(y)), Tau(x, y));
        if (double.IsNaN(rho) || double.IsNaN(tau)) return NotComputable.ZeroVariance;
        return new RankCorrelation(x.Count, rho, tau, Fisher(rho, x.Count > 3 ? (1 + rho * rho / 2) / (x.Count - 3) : null, alpha), Fisher(tau, x.Count > 4 ? 0.437 / (x.Count - 4) : null, alpha));
    }

    /// <summary>Ranks from 1; equal values share the middle of theirs.</summary>
    public static double[] Ranks(IReadOnlyList<double> values)
    {
        int[] order = [.. Enumerable.Range(0, values.Count).OrderBy(i => values[i])];
        var ranks = new double[values.Count];
        for (var from = 0; from < order.Length;)
        {
            var to = from;
            while (to + 1 < order.Length && values[order[to + 1]] == values[order[from]]) to++;
            for (var i = from; i <= to; i++) ranks[order[i]] = (from + to) / 2.0 + 1;
            from = to + 1;
        }
        return ranks;
    }

    private static double Pearson(double[] a, double[] b)
    {
        double ma = a.Average(), mb = b.Average(), aa = 0, bb = 0, ab = 0;
        for (var i = 0; i < a.Length; i++)
        {
            aa += (a[i] - ma) * (a[i] - ma);
            bb += (b[i] - mb) * (b[i] - mb);
            ab += (a[i] - ma) * (b[i] - mb);
        }
        return aa == 0 || bb == 0 ? double.NaN : Math.Clamp(ab / Math.Sqrt(aa * bb), -1, 1);
    }

    private static double Tau(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        long score = 0, untiedX = 0, untiedY = 0;
        for (var i = 1; i < x.Count; i++)
            for (var j = 0; j < i; j++)
            {
                var (dx, dy) = (Math.Sign(x[i].CompareTo(x[j])), Math.Sign(y[i].CompareTo(y[j])));
                score += dx * dy;
                untiedX += dx != 0 ? 1 : 0;
                untiedY += dy != 0 ? 1 : 0;
            }
        return untiedX == 0 || untiedY == 0 ? double.NaN : Math.Clamp(score / Math.Sqrt((double)untiedX * untiedY), -1, 1);
    }

    /// <summary>tanh(atanh r -/+ z SE). A perfect order has no interval on this scale.</summary>
    private static Answer<Interval> Fisher(double r, double? variance, double alpha)
    {
        if (variance is not { } v) return NotComputable.TooFewUnits;
        if (Math.Abs(r) > 1 - 1e-12) return NotComputable.ZeroVariance;
        var (centre, reach) = (Math.Atanh(r), Normal.UpperQuantile(alpha / 2) * Math.Sqrt(v));
        return new Interval(Math.Tanh(centre - reach), Math.Tanh(centre + reach), 1 - alpha);
    }
}
