using System.Diagnostics;
using RecLab.Recommenders;
using RecLab.Recommenders.Evaluation;

namespace RecLab.Training;

/// <summary>What a training's own evaluation found.</summary>
/// <param name="Test">All metrics on the offline test slice: all items ranked, train and validation excluded.</param>
/// <param name="Validation">NDCG@10 on the validation slice, 0..1; null where the slice has no question.</param>
/// <param name="ScoringMicroseconds">Mean time to score all items for one user alone.</param>
public sealed record Judgement(EvaluationResult Test, double? Validation, double? ScoringMicroseconds);

/// <summary>Judges a freshly trained model. The hidden slice is never looked at.</summary>
public static class OfflineEvaluation
{
    private const int TimedUsers = 200;

    public static Judgement Judge(IModel model, Split split, int threads, IProgress<double> progress, CancellationToken cancellation)
    {
        var validation = Validation(model, split, threads, new Half(progress, 0), cancellation);
        var test = Evaluator.Evaluate(model, split, new() { Threads = threads }, new Half(progress, 0.5), cancellation);
        return new(test, validation, ScoringTime(model, split, cancellation));
    }

    /// <summary>NDCG@10 on the validation slice, or null where it asks nothing.</summary>
    public static double? Validation(IModel model, Split split, int threads, IProgress<double>? progress, CancellationToken cancellation) => split.Validation.Count == 0 ? null
        : Evaluator.Evaluate(model, split.ForTuning(), new() { Ks = [10], WithRunMetrics = false, Resamples = 0, Threads = threads }, progress, cancellation)["ndcg", 10]?.Mean;

    /// <summary>Microseconds per user, one user at a time, as serving asks.</summary>
    internal static double? ScoringTime(IModel model, Split split, CancellationToken cancellation)
    {
        var users = split.Train.User.Distinct().Take(TimedUsers).ToArray();
        if (users.Length == 0) return null;
        var queries = users.Select(u => Query.Of(u, split.Train.History(u))).ToArray();
        var scores = new float[model.Items.Count];
        foreach (var query in queries.Take(20)) model.Score(query, scores); // warm
        var watch = Stopwatch.StartNew();
        foreach (var query in queries)
        {
            cancellation.ThrowIfCancellationRequested();
            model.Score(query, scores);
        }
        return watch.Elapsed.TotalMicroseconds / queries.Length;
    }

    private sealed class Half(IProgress<double> whole, double from) : IProgress<double>
    {
        public void Report(double value) => whole.Report(from + value / 2);
    }
}
