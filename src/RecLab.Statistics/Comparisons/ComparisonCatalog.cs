namespace RecLab.Statistics.Comparisons;

/// <summary>One way of comparing two arms.</summary>
/// <param name="Key">Stable lower-case key: "welch".</param>
/// <param name="Name">The field's name for it.</param>
/// <param name="Summary">One sentence for the page.</param>
/// <param name="Source">Author, year, venue.</param>
/// <param name="Kinds">Kinds of metric it can compare.</param>
/// <param name="Create">Makes it for these settings.</param>
public sealed record ComparisonMethod(string Key, string Name, string Summary, string Source, IReadOnlyList<MetricKind> Kinds, Func<ComparisonSettings, IComparison> Create);

/// <summary>Every way of comparing two arms, one line each.</summary>
public static class ComparisonCatalog
{
    private static readonly MetricKind[] Every = [MetricKind.Mean, MetricKind.Proportion, MetricKind.Ratio];
    private static readonly MetricKind[] Shares = [MetricKind.Proportion];

    public static IReadOnlyList<ComparisonMethod> All { get; } =
    [
        new("always-valid", "Always-valid interval", "May be looked at any number of times.", "Waudby-Smith et al., arXiv 2103.06476", Every, s => new AlwaysValid(s.Alpha, s.Scale, s.Tuning)),
        new("welch", "Welch's t test", "For the one look at the planned end; ratios by the delta method.", "Welch, Biometrika 1947; Deng, Knoblich, Lu, KDD 2018", Every, s => new WelchTest(s.Alpha, s.Scale)),
        new("cuped", "CUPED", "Welch's test after taking out what users did before exposure.", "Deng, Xu, Kohavi, Walker, WSDM 2013", Every, s => new CupedTest(s.Alpha, s.Scale)),
        new("bayesian", "Posterior of the effect", "Chance to win, decided at 97.5 %.", "Normal posterior, flat or with a prior on the lift", Every, s => new BayesianComparison(s.Alpha, s.Scale, s.Prior, s.LowerIsBetter)),
        new("pooled-z", "Pooled z test", "The classic test of two shares, with Wald's interval.", "Textbook normal approximation", Shares, s => new PooledZTest(s.Alpha)),
        new("exact", "Fisher's exact test", "For rare events, with Newcombe's interval.", "Fisher 1935; Newcombe, Statistics in Medicine 1998", Shares, s => new ExactTest(s.Alpha)),
    ];

    /// <exception cref="KeyNotFoundException">No method has this key.</exception>
    public static ComparisonMethod Get(string key) =>
        All.FirstOrDefault(m => m.Key == key) ?? throw new KeyNotFoundException($"There is no comparison '{key}'. Known: {string.Join(", ", All.Select(m => m.Key))}.");
}
