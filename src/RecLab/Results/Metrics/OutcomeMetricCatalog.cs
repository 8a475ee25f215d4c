namespace RecLab.Results.Metrics;

/// <summary>Every outcome metric, by key. A new one is a file beside these and a line here.</summary>
public static class OutcomeMetricCatalog
{
    public static IReadOnlyList<IOutcomeMetric> All { get; } =
    [
        new ClickThrough(),
        new ClicksPerUser(),
        new Clickers(),
        new BasketUsers(),
        new Conversion(),
        new PurchasesPerUser(),
        new RevenuePerUser(),
        new FirstClickRank(),
        new ClickGain(),
        new PopularityShare(),
        new ListDiversity(),
        new CatalogueCoverage(),
    ];

    /// <summary>Those made of sums over users.</summary>
    public static IReadOnlyList<IOutcomeMetric> PerUser { get; } = [.. All.Where(m => m.IsPerUser)];

    /// <summary>The metric with this key.</summary>
    /// <exception cref="KeyNotFoundException">There is none; the message names those there are.</exception>
    public static IOutcomeMetric Get(string key) => Find(key)
        ?? throw new KeyNotFoundException($"There is no outcome metric '{key}'. There are: {string.Join(", ", All.Select(m => m.Key))}.");

    public static IOutcomeMetric? Find(string key) => All.FirstOrDefault(m => m.Key == key);
}
