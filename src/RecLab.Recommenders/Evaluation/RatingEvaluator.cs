using RecLab.Recommenders.Data;
using RecLab.Recommenders.Evaluation.Metrics;

namespace RecLab.Recommenders.Evaluation;

/// <summary>The ruler for predicted ratings: RMSE, MAE, MSE, R² and explained variance over test rows, with bootstrap intervals over users for those that are means over rows.</summary>
public static class RatingEvaluator
{
    /// <summary>Judges a model on test rows. Predictions are clipped to the range of the training ratings.</summary>
    /// <returns>One value per metric of <see cref="RowMetricCatalog.OfRatings"/>, with k = 0.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static IReadOnlyList<MetricValue> Evaluate(IRatingModel model, Interactions train, Interactions test, EvaluationOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new();
        var rows = Predict(model, train, test, options.Threads, cancellation);
        var (squared, absolute) = (Interval(rows, e => e * e, options, cancellation), Interval(rows, Math.Abs, options, cancellation));
        var users = rows.User.Distinct().Count();
        return [.. RowMetricCatalog.OfRatings.Select(metric =>
        {
            (double Low, double High)? interval = metric switch
            {
                MeanSquaredError => squared,
                RootMeanSquaredError when squared is { } s => (Math.Sqrt(s.Low), Math.Sqrt(s.High)),
                MeanAbsoluteError => absolute,
                _ => null,
            };
            return metric.Of(rows) is { } value ? new MetricValue(metric.Key, 0, value, interval?.Low, interval?.High, users) : new MetricValue(metric.Key, 0, null, null, null, 0);
        })];
    }

    /// <summary>What the model says of each test row beside what was given, users in order. Clipped to the range of the training ratings.</summary>
    public static PredictedRows Predict(IRatingModel model, Interactions train, Interactions test, int threads = 0, CancellationToken cancellation = default)
    {
        var (low, high) = train.Count == 0 ? (float.NegativeInfinity, float.PositiveInfinity) : (train.Value.Min(), train.Value.Max());
        var users = new int[test.Count];
        double[] truth = new double[test.Count], predicted = new double[test.Count];
        var starts = new int[test.Users.Count + 1];
        for (var u = 0; u < test.Users.Count; u++) starts[u + 1] = starts[u] + test.ByUser.Size(u);
        Parallel.For(0, test.Users.Count, new() { MaxDegreeOfParallelism = threads > 0 ? threads : -1, CancellationToken = cancellation }, u =>
        {
            var items = test.History(u);
            if (items.Length == 0) return;
            var ratings = new float[items.Length];
            model.Predict(u, items, ratings);
            for (var k = 0; k < items.Length; k++)
            {
                users[starts[u] + k] = u;
                truth[starts[u] + k] = test.Value[test.ByUser[u][k]];
                predicted[starts[u] + k] = Math.Clamp(ratings[k], low, high);
            }
        });
        return new(users, truth, predicted);
    }

    /// <summary>k-fold cross-validation: every row is predicted once by a model that did not see it; the metrics of the folds are averaged.</summary>
    /// <param name="folds">2 or more.</param>
    /// <param name="seed">Of the folds; the trainings take theirs from the context.</param>
    /// <exception cref="ArgumentException">The recommender does not predict ratings.</exception>
    /// <exception cref="ArgumentOutOfRangeException">So few rows cannot be dealt into so many folds.</exception>
    public static IReadOnlyDictionary<string, double> CrossValidate(IRecommender recommender, Interactions data, int folds, int seed, TrainingContext context)
    {
        var values = new Dictionary<string, List<double>>();
        foreach (var split in Splits.Folds(data, folds, seed))
        {
            if (recommender.Train(split.Train, context) is not IRatingModel model) throw new ArgumentException("The recommender predicts no ratings.", nameof(recommender));
            foreach (var value in Evaluate(model, split.Train, split.Test, new() { Resamples = 0, Threads = context.Threads }, context.Cancellation))
                if (value.Mean is { } mean) (values.TryGetValue(value.Metric, out var known) ? known : values[value.Metric] = []).Add(mean);
        }
        return values.ToDictionary(v => v.Key, v => v.Value.Average()); // over the folds that have one
    }

    /// <summary>Users are drawn with all their rows: the interval of sum of errors / number of rows (a ratio of two means over users).</summary>
    private static (double Low, double High)? Interval(PredictedRows rows, Func<double, double> error, EvaluationOptions options, CancellationToken cancellation)
    {
        if (rows.Count == 0 || options.Resamples == 0) return null;
        var place = new Dictionary<int, int>();
        foreach (var user in rows.User) place.TryAdd(user, place.Count);
        double[] errors = new double[place.Count], counts = new double[place.Count];
        for (var r = 0; r < rows.Count; r++)
        {
            errors[place[rows.User[r]]] += error(rows.Predicted[r] - rows.Truth[r]);
            counts[place[rows.User[r]]]++;
        }
        var drawn = UserBootstrap.Means([errors, counts], options.Resamples, options.Seed, options.Threads, cancellation);
        double[] ratios = [.. drawn[0].Zip(drawn[1], (e, n) => e / n)];
        var interval = Statistics.BootstrapResult.From(errors.Sum() / counts.Sum(), ratios, 1 - options.Level).Interval;
        return (interval.Lower, interval.Upper);
    }
}
