using RecLab.Recommenders.Evaluation.Metrics;

namespace RecLab.Recommenders.Evaluation;

/// <summary>Every metric over lists, one line each: those per user over what was relevant, and those of a whole run.</summary>
public static class RankingMetricCatalog
{
    /// <summary>Per user, against what the user turned to later.</summary>
    public static IReadOnlyList<IRankingMetric> All { get; } =
    [
        new Ndcg(), new Recall(), new Precision(), new HitRate(), new ReciprocalRank(), new AveragePrecision(), new GradedNdcg(),
    ];

    /// <summary>Over all lists of a run: how broad, how new, how varied.</summary>
    public static IReadOnlyList<IRunMetric> OfRuns { get; } =
    [
        new Coverage(), new Gini(), new ShannonEntropy(), new AveragePopularity(), new Novelty(), new IntraListDiversity(), new Personalisation(), new Serendipity(), new Calibration(),
    ];

    /// <exception cref="KeyNotFoundException">No metric has this key.</exception>
    public static IRankingMetric Get(string key) =>
        All.FirstOrDefault(m => m.Key == key) ?? throw new KeyNotFoundException($"There is no ranking metric '{key}'. Known: {string.Join(", ", All.Select(m => m.Key))}.");
}
