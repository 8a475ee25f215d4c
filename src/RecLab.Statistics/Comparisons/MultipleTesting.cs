namespace RecLab.Statistics.Comparisons;

/// <summary>Adjusted p values for m tests looked at together, in the order of the input. A test is rejected where its adjusted p value is at most alpha.</summary>
public static class MultipleTesting
{
    /// <summary>min(1, m p).</summary>
    public static double[] Bonferroni(IReadOnlyList<double> p) => [.. Check(p).Select(one => Math.Min(1, p.Count * one))];

    /// <summary>Holm (1979), step-down: running maximum of min(1, (m - r) p_(r)); holds the chance of any false alarm at alpha.</summary>
    public static double[] Holm(IReadOnlyList<double> p)
    {
        var (adjusted, largest) = (new double[p.Count], 0.0);
        foreach (var (index, rank) in Ascending(p)) adjusted[index] = largest = Math.Max(largest, Math.Min(1, (p.Count - rank) * p[index]));
        return adjusted;
    }

    /// <summary>Benjamini, Hochberg (1995), step-up: running minimum of min(1, m p_(r)/(r + 1)); holds the expected share of false alarms among the rejected.</summary>
    public static double[] BenjaminiHochberg(IReadOnlyList<double> p) => StepUp(p, 1);

    /// <summary>Benjamini, Yekutieli (2001): the same under any dependence, times the sum of 1/k for k = 1..m.</summary>
    public static double[] BenjaminiYekutieli(IReadOnlyList<double> p) => StepUp(p, Enumerable.Range(1, p.Count).Sum(k => 1.0 / k));

    /// <summary>The alpha of each of m intervals that hold together with confidence 1 - alpha: what to draw beside adjusted p values, since an interval
    /// backed out of an adjusted p value is undefined at p = 1.</summary>
    public static double IntervalAlpha(double alpha, int tests) => tests >= 1 ? alpha / tests : throw new ArgumentOutOfRangeException(nameof(tests), tests, "At least one test is needed.");

    private static double[] StepUp(IReadOnlyList<double> p, double factor)
    {
        var (adjusted, smallest) = (new double[p.Count], 1.0);
        foreach (var (index, rank) in Ascending(p).Reverse()) adjusted[index] = smallest = Math.Min(smallest, factor * p.Count * p[index] / (rank + 1));
        return adjusted;
    }

    private static IEnumerable<(int Index, int Rank)> Ascending(IReadOnlyList<double> p) => Enumerable.Range(0, Check(p).Count).OrderBy(i => p[i]).Select((index, rank) => (index, rank));

    private static IReadOnlyList<double> Check(IReadOnlyList<double> p)
    {
        foreach (var one in p)
            if (!(one >= 0 && one <= 1)) throw new ArgumentOutOfRangeException(nameof(p), one, "A p value lies between 0 and 1.");
        return p;
    }
}
