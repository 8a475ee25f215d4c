namespace RecLab.Recommenders.Search;

/// <summary>How much each hyper-parameter mattered in the trials made: the share of the variance of the value that lies between quarters of the parameter's range (adjusted for
/// chance, as R² is), 0..1. One parameter at a time; what only matters in combination is not seen (Hutter, Hoos and Leyton-Brown, ICML 2014, call it the main effect).</summary>
public static class Importance
{
    private const int Bins = 4;

    /// <summary>By dimension; null where there are too few trials (fewer than 12 at full budget) or their values do not vary.</summary>
    public static IReadOnlyDictionary<string, double?> Of(SearchSpace space, IReadOnlyList<Trial> trials)
    {
        var done = trials.Where(t => t.Value is not null && t.Budget >= 1).ToArray();
        return space.Dimensions.ToDictionary(d => d.Name, d => Share(done, d), StringComparer.Ordinal);
    }

    private static double? Share(Trial[] done, Dimension dimension)
    {
        if (done.Length < 3 * Bins) return null;
        var mean = done.Average(t => t.Value!.Value);
        var total = done.Sum(t => Math.Pow(t.Value!.Value - mean, 2));
        if (total == 0) return null;
        var groups = done.GroupBy(t => Math.Min(Bins - 1, (int)(Bins * dimension.Unit(t.Point[dimension.Name])))).ToArray();
        var between = groups.Sum(g => g.Count() * Math.Pow(g.Average(t => t.Value!.Value) - mean, 2));
        return Math.Max(0, 1 - (1 - between / total) * (done.Length - 1) / (done.Length - groups.Length));
    }
}
