using System.Diagnostics;
using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Evaluation;

/// <summary>The one ruler: ranks all items for every user with test rows and takes every metric at every k from that one pass.</summary>
public static class Evaluator
{
    /// <summary>Judges a model on the test slice of a split: history and exclusion are what is known by then (train, validation, context).</summary>
    /// <inheritdoc cref="Evaluate(IModel, Interactions, Interactions, Interactions, EvaluationOptions, IProgress{double}, CancellationToken)"/>
    public static EvaluationResult Evaluate(IModel model, Split split, EvaluationOptions? options = null, IProgress<double>? progress = null, CancellationToken cancellation = default) =>
        Evaluate(model, split.Train, split.Known, split.Test, options, progress, cancellation);

    /// <param name="model">Trained on <paramref name="train"/>, with its vocabularies.</param>
    /// <param name="train">What popularity and novelty are counted on.</param>
    /// <param name="known">What is known of the users when the questions are asked.</param>
    /// <param name="test">The questions: what the users turned to.</param>
    /// <param name="progress">Receives the share done, 0..1, never going backwards.</param>
    /// <exception cref="ArgumentException">The model and the data do not speak of the same items and users, or an option is out of range.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; answered within a block of users.</exception>
    public static EvaluationResult Evaluate(IModel model, Interactions train, Interactions known, Interactions test, EvaluationOptions? options = null, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        options ??= new();
        Check(model, test, options);
        var clock = Stopwatch.StartNew();
        var questions = Questions.Of(known, test, options);
        var lists = new Ranking(model, questions, options).Run(progress, cancellation);
        var scored = clock.Elapsed.TotalSeconds;
        var run = new RunLists(options.WithRunMetrics ? ItemFacts.Of(train) : new([], []), lists.Width, lists.Items, lists.Lengths)
        {
            Grades = lists.Grades, HasRelevant = questions.HasRelevant, History = u => questions.Histories[u],
        };
        var series = lists.Series;
        List<(string Metric, int K, double? Mean, double[]? PerUser)> values =
            [.. series.Select(s => (s.Metric, s.K, RunLists.Mean(s.Values), (double[]?)s.Values)), .. options.WithRunMetrics ? OfRun(run, options, cancellation) : []];
        var perUser = values.Where(v => v.PerUser is not null).ToArray();
        var intervals = UserBootstrap.Intervals([.. perUser.Select(v => v.PerUser!)], options.Resamples, options.Seed, options.Level, options.Threads, cancellation);
        var ends = perUser.Select((v, i) => (Key: (v.Metric, v.K), Ends: intervals[i])).ToDictionary(p => p.Key, p => p.Ends);
        var kept = new UserValues([.. questions.Users.Select(u => test.Users[u])]);
        foreach (var v in perUser) kept.Add(v.Metric, v.K, v.PerUser!);
        progress?.Report(1);
        return new()
        {
            Values = [.. values.Select(v => ends.GetValueOrDefault((v.Metric, v.K)) is var e && v.Mean is { } mean
                ? new MetricValue(v.Metric, v.K, mean, e.Low, e.High, v.PerUser?.Count(x => !double.IsNaN(x)) ?? questions.Users.Length)
                : new MetricValue(v.Metric, v.K, null, null, null, 0))],
            Users = questions.HasRelevant.Count(r => r),
            UsersWithoutRelevant = questions.HasRelevant.Count(r => !r),
            UsersUnanswered = lists.Unanswered,
            Items = model.Items.Count,
            Options = options,
            ScoringSeconds = scored,
            Seconds = clock.Elapsed.TotalSeconds,
            PerUser = kept,
        };
    }

    private static IEnumerable<(string, int, double?, double[]?)> OfRun(RunLists run, EvaluationOptions options, CancellationToken cancellation)
    {
        var asked = RankingMetricCatalog.OfRuns.SelectMany(m => options.Ks.Select(k => (Metric: m, K: k))).ToArray();
        var answers = new (string, int, double?, double[]?)[asked.Length];
        Parallel.For(0, asked.Length, new() { MaxDegreeOfParallelism = options.Threads > 0 ? options.Threads : -1, CancellationToken = cancellation }, i =>
        {
            var (metric, k) = asked[i];
            var perUser = metric.PerUser(run, k);
            var mean = perUser is null ? metric.At(run, k) : RunLists.Mean(perUser);
            answers[i] = (metric.Key, k, mean, mean is null ? null : perUser);
        });
        return answers;
    }

    private static void Check(IModel model, Interactions test, EvaluationOptions options)
    {
        if (options.Ks.Count == 0 || options.Ks.Any(k => k < 1) || options.Ks.Distinct().Count() != options.Ks.Count) throw new ArgumentException("The cut-offs are distinct numbers from 1 on, and at least one.", nameof(options));
        if (options.Resamples < 0 || options.Level is <= 0 or >= 1) throw new ArgumentException("An interval needs 0 or more resamples and a level between 0 and 1.", nameof(options));
        if (!Same(model.Items, test.Items)) throw new ArgumentException("The model was trained on another vocabulary of items than the test rows use.", nameof(model));
        if (!Same(model.Users, test.Users)) throw new ArgumentException("The model was trained on another vocabulary of users than the test rows use.", nameof(model));
    }

    private static bool Same(Vocabulary a, Vocabulary b) => ReferenceEquals(a, b) || (a.Count == b.Count && a.Ids.SequenceEqual(b.Ids));
}
