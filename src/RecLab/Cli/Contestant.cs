using System.Diagnostics;
using RecLab.Recommenders;
using RecLab.Recommenders.Evaluation;

namespace RecLab.Cli;

/// <summary>One family of a comparison: what it reached on each cut, per user, and what that cost.</summary>
/// <param name="Name">As it was asked for.</param>
/// <param name="Results">One per cut.</param>
/// <param name="Users">Each user's values, averaged over the cuts.</param>
/// <param name="Seconds">Of training, mean over the cuts.</param>
/// <param name="Microseconds">Scoring and ranking per user asked, all threads together busy, mean over the cuts.</param>
/// <param name="Bytes">Of the stored model, mean over the cuts.</param>
internal sealed record Contestant(string Name, IReadOnlyList<EvaluationResult> Results, UserValues Users, double Seconds, double Microseconds, double Bytes)
{
    public static Contestant Of(string name, IRecommender recommender, IReadOnlyList<Split> cuts, TrainingContext context, EvaluationOptions options)
    {
        var results = new List<EvaluationResult>();
        double seconds = 0, bytes = 0;
        foreach (var cut in cuts)
        {
            var clock = Stopwatch.StartNew();
            var model = recommender.Train(cut.Train, context with { Validation = cut.Validation.Count > 0 ? cut.Validation : null });
            seconds += clock.Elapsed.TotalSeconds / cuts.Count;
            results.Add(Evaluator.Evaluate(model, cut, options with { Resamples = 0 }, null, context.Cancellation));
            using var size = new MemoryStream();
            model.Save(size);
            bytes += (double)size.Length / cuts.Count;
        }
        return new(name, results, UserValues.MeanOf([.. results.Select(r => r.PerUser!)]), seconds, results.Average(r => 1e6 * r.ScoringSeconds / Math.Max(1, r.Users + r.UsersWithoutRelevant)), bytes);
    }

    /// <summary>The mean over users and its bootstrap interval.</summary>
    public (double? Mean, double? Low, double? High) Mean(string metric, int k, EvaluationOptions options)
    {
        if (!Users.Keys.Contains((metric, k))) return default;
        double[] values = [.. Users[metric, k].ToArray().Select(v => (double)v)];
        if (RunLists.Mean(values) is not { } mean) return default;
        var interval = UserBootstrap.Results([values], [mean], options.Resamples, options.Seed, options.Level, options.Threads)[0]?.Interval;
        return (mean, interval?.Lower, interval?.Upper);
    }
}
