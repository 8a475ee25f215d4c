namespace RecLab.Recommenders.Evaluation.Metrics;

/// <summary>The four counts of labels at a threshold: a row is called positive where its score is at least 0.5.</summary>
internal readonly record struct Confusion(double TruePositives, double FalsePositives, double FalseNegatives, double TrueNegatives)
{
    public const double Threshold = 0.5;

    public static Confusion Of(PredictedRows rows)
    {
        double tp = 0, fp = 0, fn = 0, tn = 0;
        for (var i = 0; i < rows.Count; i++)
        {
            var (actual, called) = (rows.Truth[i] > 0, rows.Predicted[i] >= Threshold);
            if (called && actual) tp++; else if (called) fp++; else if (actual) fn++; else tn++;
        }
        return new(tp, fp, fn, tn);
    }

    /// <summary>0 where the denominator is 0, scikit-learn's convention.</summary>
    public static double Share(double part, double whole) => whole == 0 ? 0 : part / whole;
}

/// <summary>accuracy = rows called rightly at 0.5 / rows.</summary>
public sealed class Accuracy : IRowMetric
{
    public string Key => "accuracy";
    public string Name => "Accuracy";
    public string Summary => "Share of rows called rightly at a score of 0.5.";
    public double? Of(PredictedRows rows) => Confusion.Of(rows) is var c && rows.Count == 0 ? null : (c.TruePositives + c.TrueNegatives) / rows.Count;
}

/// <summary>precision = true positives / rows called positive at 0.5; 0 where none is.</summary>
public sealed class LabelPrecision : IRowMetric
{
    public string Key => "precision";
    public string Name => "Precision";
    public string Summary => "Share of the rows called positive at 0.5 that are.";
    public double? Of(PredictedRows rows) => Confusion.Of(rows) is var c && rows.Count == 0 ? null : Confusion.Share(c.TruePositives, c.TruePositives + c.FalsePositives);
}

/// <summary>recall = true positives / positive rows, at 0.5; 0 where there are none.</summary>
public sealed class LabelRecall : IRowMetric
{
    public string Key => "recall";
    public string Name => "Recall";
    public string Summary => "Share of the positive rows that are called so at 0.5.";
    public double? Of(PredictedRows rows) => Confusion.Of(rows) is var c && rows.Count == 0 ? null : Confusion.Share(c.TruePositives, c.TruePositives + c.FalseNegatives);
}

/// <summary>f1 = harmonic mean of precision and recall = 2 tp / (2 tp + fp + fn) (van Rijsbergen, Information Retrieval, 1979).</summary>
public sealed class F1 : IRowMetric
{
    public string Key => "f1";
    public string Name => "F1";
    public string Summary => "Harmonic mean of precision and recall at 0.5.";
    public double? Of(PredictedRows rows) => Confusion.Of(rows) is var c && rows.Count == 0 ? null : Confusion.Share(2 * c.TruePositives, 2 * c.TruePositives + c.FalsePositives + c.FalseNegatives);
}

/// <summary>average precision = sum over thresholds n of (R_n - R_(n-1)) P_n, equal scores forming one threshold
/// (scikit-learn, average_precision_score). No meaning with one class only.</summary>
public sealed class StepwiseAveragePrecision : IRowMetric
{
    public string Key => "average_precision";
    public string Name => "Average precision";
    public string Summary => "Area under the precision-recall steps.";

    public double? Of(PredictedRows rows)
    {
        var order = rows.ByPrediction();
        double positives = rows.Truth.Count(t => t > 0), found = 0, sum = 0;
        if (positives == 0 || positives == rows.Count) return null;
        for (int start = 0, end; start < order.Length; start = end)
        {
            var before = found;
            for (end = start; end < order.Length && rows.Predicted[order[end]] == rows.Predicted[order[start]]; end++)
                if (rows.Truth[order[end]] > 0) found++;
            sum += (found - before) / positives * (found / end);
        }
        return sum;
    }
}
