namespace RecLab.Recommenders.Evaluation.Metrics;

/// <summary>mse = mean (predicted - truth)^2.</summary>
public sealed class MeanSquaredError : IRowMetric
{
    public string Key => "mse";
    public string Name => "MSE";
    public string Summary => "Mean squared error of predicted ratings.";
    public double? Of(PredictedRows rows) => rows.Mean((truth, predicted) => (predicted - truth) * (predicted - truth));
}

/// <summary>rmse = square root of the mean squared error (Bennett and Lanning, "The Netflix prize", 2007).</summary>
public sealed class RootMeanSquaredError : IRowMetric
{
    public string Key => "rmse";
    public string Name => "RMSE";
    public string Summary => "Root of the mean squared error of predicted ratings, in rating points.";
    public double? Of(PredictedRows rows) => new MeanSquaredError().Of(rows) is { } mse ? Math.Sqrt(mse) : null;
}

/// <summary>mae = mean |predicted - truth| (Herlocker et al., "Evaluating collaborative filtering recommender systems", TOIS 2004).</summary>
public sealed class MeanAbsoluteError : IRowMetric
{
    public string Key => "mae";
    public string Name => "MAE";
    public string Summary => "Mean absolute error of predicted ratings, in rating points.";
    public double? Of(PredictedRows rows) => rows.Mean((truth, predicted) => Math.Abs(predicted - truth));
}

/// <summary>r2 = 1 - sum (truth - predicted)^2 / sum (truth - mean truth)^2; no meaning where the truth does not vary.</summary>
public sealed class RSquared : IRowMetric
{
    public string Key => "r2";
    public string Name => "R²";
    public string Summary => "Share of the ratings' variation that is predicted.";

    public double? Of(PredictedRows rows)
    {
        if (rows.IsConstant) return null; // told by the numbers themselves: their mean is rounded
        var mean = rows.Mean((truth, _) => truth)!.Value;
        return 1 - new MeanSquaredError().Of(rows) / rows.Mean((truth, _) => (truth - mean) * (truth - mean));
    }
}

/// <summary>explained variance = 1 - Var(truth - predicted) / Var(truth): as R², forgiving a constant offset; no meaning where the truth does not vary.</summary>
public sealed class ExplainedVariance : IRowMetric
{
    public string Key => "explained_variance";
    public string Name => "Explained variance";
    public string Summary => "Share of the ratings' variance that is predicted, a constant offset forgiven.";

    public double? Of(PredictedRows rows)
    {
        if (rows.IsConstant) return null;
        var mean = rows.Mean((truth, _) => truth)!.Value;
        var offset = rows.Mean((truth, predicted) => truth - predicted)!.Value;
        return 1 - rows.Mean((truth, predicted) => (truth - predicted - offset) * (truth - predicted - offset)) / rows.Mean((truth, _) => (truth - mean) * (truth - mean));
    }
}
