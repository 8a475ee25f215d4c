using RecLab.Events;
using RecLab.Experiments;

namespace RecLab.Results.Metrics;

/// <summary>A metric as one experiment measures it in one reading.</summary>
/// <param name="Cap">What a user counts for at most; null where nothing is capped.</param>
public sealed record AskedMetric(IOutcomeMetric Metric, FixedCap? Cap)
{
    /// <summary>What is added up of each user.</summary>
    public UnitMeasure Measure => Metric.Measure.CappedAt(Cap?.Parts);

    /// <summary>Under which sums of the same metric without its cap are kept beside those that judge.</summary>
    public static string Uncapped(string key) => key + Bare;

    /// <summary>The metric whose sums are kept under a key, with its cap or without.</summary>
    public static string KeyOf(string sums) => sums.EndsWith(Bare, StringComparison.Ordinal) ? sums[..^Bare.Length] : sums;

    private const string Bare = " uncapped";

    /// <summary>Everything an experiment's numbers are read for: what is kept of every experiment, and what this one asks for.</summary>
    public static IReadOnlyList<AskedMetric> Of(string goal, ExperimentSettings settings, bool simulated) =>
        [.. OutcomeMetricCatalog.PerUser.Where(m => m.Measure.Number >= 0).Concat(Own(goal, settings)).Select(m => Of(m, settings, simulated))];

    public static AskedMetric Of(IOutcomeMetric metric, ExperimentSettings settings, bool simulated) =>
        new(metric, settings.FixedCaps.FirstOrDefault(c => c.Metric == metric.Key && c.Simulated == simulated));

    /// <summary>The metrics over the shop's own events that an experiment asks for.</summary>
    public static IEnumerable<IOutcomeMetric> Own(string goal, ExperimentSettings settings) =>
        Keys(goal, settings).Select(OutcomeMetricCatalog.Find).OfType<IOutcomeMetric>().Where(m => m.Measure.Aspect is not null);

    /// <summary>The keys of everything asked, each once.</summary>
    public static IEnumerable<string> Keys(string goal, ExperimentSettings settings) =>
        settings.Guardrails.Select(g => g.Metric).Concat(settings.Secondary).Prepend(goal).Distinct(StringComparer.Ordinal);
}
