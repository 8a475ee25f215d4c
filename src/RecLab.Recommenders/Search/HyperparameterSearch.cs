using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Evaluation;

namespace RecLab.Recommenders.Search;

/// <summary>What a search looks for.</summary>
/// <param name="Metric">Key in <see cref="RankingMetricCatalog"/>.</param>
/// <param name="K">Places looked at.</param>
/// <param name="Seed">Of the draws; every training uses the context's own.</param>
public sealed record SearchGoal(string Metric = "ndcg", int K = 10, int Seed = 42);

/// <summary>Trains and judges trial after trial on train and validation; the test slice is never looked at.</summary>
public static class HyperparameterSearch
{
    /// <summary>Runs a search to its end.</summary>
    /// <param name="family">What is tuned.</param>
    /// <param name="defaults">Give everything that is not varied.</param>
    /// <param name="split">Train and validation are used.</param>
    /// <param name="context">Circumstances of each training; its progress is not used, its cancellation stops the search between and inside trainings.</param>
    /// <param name="soFar">Finished trials of an earlier, interrupted search; null for a new one.</param>
    /// <param name="finished">Receives each trial as it ends, to be stored.</param>
    /// <returns>All trials in order.</returns>
    /// <exception cref="ArgumentException">Nothing may be tuned, or there is no validation slice.</exception>
    public static IReadOnlyList<Trial> Run(RecommenderFamily family, RecommenderOptions defaults, Split split, ISearchStrategy strategy, SearchGoal goal, TrainingContext context,
        IReadOnlyList<Trial>? soFar = null, Action<Trial>? finished = null)
    {
        if (split.Validation.Count == 0) throw new ArgumentException("A search needs a validation slice; this split has none.", nameof(split));
        var space = SearchSpace.Of(family.OptionsType, strategy is SuccessiveHalving);
        if (strategy is SuccessiveHalving && !space.HasBudget) throw new ArgumentException($"{family.Name} has no length of training to begin small with; search at random or by TPE.", nameof(strategy));
        List<Trial> trials = [.. soFar ?? []];
        while (strategy.Next(space, trials, goal.Seed) is { } trial)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            var ended = Tried(trial, family, space.Apply(defaults, trial.Point, trial.Budget), split, goal, context);
            trials.Add(ended);
            finished?.Invoke(ended);
        }
        return trials;
    }

    /// <summary>The best trial at full budget, or null where none succeeded.</summary>
    public static Trial? Best(IReadOnlyList<Trial> trials) =>
        trials.Where(t => t.Value is not null && t.Budget >= 1).OrderByDescending(t => t.Value).ThenBy(t => t.Number).FirstOrDefault();

    private static Trial Tried(Trial trial, RecommenderFamily family, RecommenderOptions options, Split split, SearchGoal goal, TrainingContext context)
    {
        try
        {
            var model = family.Create(options).Train(split.Train, new TrainingContext { Device = context.Device, Seed = context.Seed, Threads = context.Threads, Cancellation = context.Cancellation, Validation = split.Validation });
            var result = Evaluator.Evaluate(model, split.ForTuning(), new() { Ks = [goal.K], Resamples = 0, WithRunMetrics = false, WithSlices = false, Threads = context.Threads }, null, context.Cancellation);
            return result[goal.Metric, goal.K]?.Mean is { } value ? trial with { Value = value } : trial with { Failure = $"Validation gave no {goal.Metric}@{goal.K}." };
        }
        catch (TrainingException e) { return trial with { Failure = e.Message }; }
    }
}
