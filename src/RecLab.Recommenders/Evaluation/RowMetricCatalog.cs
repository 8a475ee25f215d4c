using RecLab.Recommenders.Evaluation.Metrics;

namespace RecLab.Recommenders.Evaluation;

/// <summary>Every metric over predicted rows, one line each.</summary>
public static class RowMetricCatalog
{
    /// <summary>For predicted ratings.</summary>
    public static IReadOnlyList<IRowMetric> OfRatings { get; } = [new RootMeanSquaredError(), new MeanAbsoluteError(), new MeanSquaredError(), new RSquared(), new ExplainedVariance()];

    /// <summary>For scores of rows labelled 0 or 1.</summary>
    public static IReadOnlyList<IRowMetric> OfLabels { get; } =
    [
        new Auc(), new GroupedAuc(GroupWeight.Positives), new GroupedAuc(GroupWeight.Impressions), new LogLoss(), new Brier(),
        new Accuracy(), new LabelPrecision(), new LabelRecall(), new F1(), new StepwiseAveragePrecision(),
    ];
}
