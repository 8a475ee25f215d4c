namespace RecLab.Results.Metrics;

/// <summary>Every outcome metric that has a name of its own, by key, and those over a shop's own events. A new one is a file beside these and a line here.</summary>
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
        new RatingsPerUser(),
        new Raters(),
        new MeanRating(),
        OwnEventMetric.Dwell,
        new TimeToClick(),
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
        ?? throw new KeyNotFoundException($"There is no outcome metric '{key}'. There are: {string.Join(", ", All.Select(m => m.Key))}, and custom:NAME:count, :users, :mean and :total for a shop's own events.");

    public static IOutcomeMetric? Find(string key) => All.FirstOrDefault(m => m.Key == key) ?? OwnEventMetric.Find(key);
}
