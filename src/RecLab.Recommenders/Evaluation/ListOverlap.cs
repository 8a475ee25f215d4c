namespace RecLab.Recommenders.Evaluation;

/// <summary>How much two ranked lists have in common. Items are distinct within a list.</summary>
public static class ListOverlap
{
    /// <summary>The share of its weight that <see cref="RankBiased"/> gives to the first ten ranks at p = 0.9 is 86 % (Webber, Moffat, Zobel 2010, equation 21).</summary>
    public const double Persistence = 0.9;

    /// <summary>|A and B| / |A or B|, whatever the order; null for two empty lists.</summary>
    public static double? Jaccard<T>(IReadOnlyList<T> a, IReadOnlyList<T> b) where T : notnull
    {
        if (a.Count + b.Count == 0) return null;
        var both = a.ToHashSet();
        both.IntersectWith(b);
        return (double)both.Count / (a.Count + b.Count - both.Count);
    }

    /// <summary>Rank-biased overlap, extrapolated from the ranks seen (Webber, Moffat, Zobel, "A similarity measure for indefinite rankings", ACM TOIS 28(4), 2010, equation 32): with X_d items in
    /// common among the first d, s and l the lengths of the shorter and the longer list, (1 - p)/p (sum over d = 1..l of X_d/d p^d + sum over d = s+1..l of X_s (d - s)/(s d) p^d)
    /// + ((X_l - X_s)/l + X_s/s) p^l. 1 for equal lists, 0 for lists without a common item; null where a list is empty.</summary>
    /// <param name="p">How likely a reader goes on to the next rank, in (0, 1).</param>
    public static double? RankBiased<T>(IReadOnlyList<T> a, IReadOnlyList<T> b, double p = Persistence) where T : notnull
    {
        if (!(p > 0 && p < 1)) throw new ArgumentOutOfRangeException(nameof(p), p, "Persistence lies between 0 and 1.");
        var (shorter, longer) = a.Count <= b.Count ? (a, b) : (b, a);
        var (s, l) = (shorter.Count, longer.Count);
        if (s == 0) return null;
        var (above, below) = (new HashSet<T>(), new HashSet<T>());
        int common = 0, atShort = 0;
        double sum = 0, weight = 1;
        for (var d = 1; d <= l; d++)
        {
            weight *= p;
            var (one, other) = (longer[d - 1], d <= s ? shorter[d - 1] : default);
            if (d <= s && EqualityComparer<T>.Default.Equals(one, other)) common++;
            else
            {
                if (below.Contains(one)) common++;
                if (d <= s && above.Contains(other!)) common++;
            }
            above.Add(one);
            if (d <= s) below.Add(other!);
            if (d == s) atShort = common;
            sum += (double)common / d * weight;
            if (d > s) sum += (double)atShort * (d - s) / ((double)s * d) * weight;
        }
        return (1 - p) / p * sum + ((double)(common - atShort) / l + (double)atShort / s) * weight;
    }
}
