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
        var questions = Questions.Of(train, known, test, options);
        var lists = new Ranking(model, questions, options, model.ScenariosOf(test)).Run(progress, cancellation);
        var scored = clock.Elapsed.TotalSeconds;
        var run = new RunLists(options.WithRunMetrics ? ItemFacts.Of(train) : new([], []), lists.Width, lists.Items, lists.Lengths)
        {
            Grades = lists.Grades, HasRelevant = questions.HasRelevant, History = u => questions.Histories[u],
        };
        MetricSeries[] series =
        [
            .. lists.Series.Select(v => MetricSeries.OfUsers("", v.Metric, v.K, v.Values)),
            .. options.WithRunMetrics ? OfRun(run, options, cancellation) : [],
            .. options.WithSlices ? Slices.Of(questions, run, train, options) : [],
        ];
        var values = Summarised(series, questions.Users.Length, options, cancellation);
        var kept = new UserValues([.. questions.Users.Select(u => test.Users[u])]);
        foreach (var v in series) if (v is { Slice: "", PerUser: { } own }) kept.Add(v.Metric, v.K, own);
        var ratings = model is IRatingModel rater ? RatingEvaluator.Evaluate(rater, train, test, options, cancellation) : [];
        progress?.Report(1);
        return new()
        {
            Ratings = ratings,
            Values = [.. values.Where(v => v.Slice == "").Select(v => v.Value)],
            Slices = [.. values.Where(v => v.Slice != "").GroupBy(v => v.Slice).Select(g => new SliceResult(g.Key, [.. g.Select(v => v.Value)]))],
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

    private static (string Slice, MetricValue Value)[] Summarised(MetricSeries[] series, int users, EvaluationOptions options, CancellationToken cancellation)
    {
        MetricSeries[] means = [.. series.Where(s => s.PerUser is not null)];
        var drawn = UserBootstrap.Results([.. means.Select(s => s.PerUser!)], [.. means.Select(s => s.Mean!.Value)], options.Resamples, options.Seed, options.Level, options.Threads, cancellation);
        var intervals = means.Zip(drawn).ToDictionary(p => p.First, p => p.Second?.Interval);
        return [.. series.Select(s => (s.Slice, intervals.GetValueOrDefault(s) is var interval && s.Mean is { } mean
            ? new MetricValue(s.Metric, s.K, mean, interval?.Lower, interval?.Upper, s.PerUser?.Count(x => !double.IsNaN(x)) ?? users)
            : new MetricValue(s.Metric, s.K, null, null, null, 0)))];
    }

    private static MetricSeries[] OfRun(RunLists run, EvaluationOptions options, CancellationToken cancellation)
    {
        var asked = RankingMetricCatalog.OfRuns.SelectMany(m => options.Ks.Select(k => (Metric: m, K: k))).ToArray();
        var answers = new MetricSeries[asked.Length];
        Parallel.For(0, asked.Length, new() { MaxDegreeOfParallelism = options.Threads > 0 ? options.Threads : -1, CancellationToken = cancellation }, i =>
        {
            var (metric, k) = asked[i];
            answers[i] = metric.PerUser(run, k) is { } perUser ? MetricSeries.OfUsers("", metric.Key, k, perUser) : new("", metric.Key, k, metric.At(run, k), null);
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

/// <summary>A metric at a k before it is summarised.</summary>
/// <param name="Slice">Empty for the whole.</param>
/// <param name="PerUser">Null where the metric is no mean over users, or has none.</param>
internal sealed record MetricSeries(string Slice, string Metric, int K, double? Mean, double[]? PerUser)
{
    public static MetricSeries OfUsers(string slice, string metric, int k, double[] values) =>
        RunLists.Mean(values) is { } mean ? new(slice, metric, k, mean, values) : new(slice, metric, k, null, null);
}
