namespace RecLab.Recommenders.Evaluation.Metrics;

/// <summary>logloss = -mean (y ln p + (1 - y) ln (1 - p)), p kept within 1e-15 of 0 and 1; only where every prediction is a probability.</summary>
public sealed class LogLoss : IRowMetric
{
    private const double Clip = 1e-15;
    public string Key => "logloss";
    public string Name => "Log loss";
    public string Summary => "Mean surprise of the predicted probabilities at what happened, in nats; lower is better.";

    public double? Of(PredictedRows rows) => !rows.AreProbabilities ? null : rows.Mean((truth, predicted) =>
    {
        var p = Math.Clamp(predicted, Clip, 1 - Clip);
        return -(truth * Math.Log(p) + (1 - truth) * Math.Log(1 - p));
    });
}

/// <summary>brier = mean (p - y)^2 (Brier, Monthly Weather Review 1950); only where every prediction is a probability.</summary>
public sealed class Brier : IRowMetric
{
    public string Key => "brier";
    public string Name => "Brier score";
    public string Summary => "Mean squared error of the predicted probabilities; lower is better.";
    public double? Of(PredictedRows rows) => rows.AreProbabilities ? new MeanSquaredError().Of(rows) : null;
}
