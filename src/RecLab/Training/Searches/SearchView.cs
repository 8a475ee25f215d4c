using RecLab.Controls;
using RecLab.Controls.Charts;

namespace RecLab.Training.Searches;

/// <summary>Everything the page of one search shows, computed from its rows.</summary>
/// <param name="Trials">In the order they were begun.</param>
/// <param name="Runs">Those of open trials.</param>
/// <param name="Variants">Of the searched families, for promoting into one.</param>
public sealed record SearchView(Search Search, string Dataset, IReadOnlyList<SearchTrial> Trials, IReadOnlyList<TrainingRun> Runs, IReadOnlyList<Variant> Variants)
{
    private SearchPlan? _plan;

    public SearchPlan Plan => _plan ??= new(Search, Trials);

    /// <summary>"NDCG@10".</summary>
    public string Metric => LeaderboardWords.Metric(Search.Metric, Search.K);

    /// <summary>The best trial of all families at full length of training; null while there is none.</summary>
    public SearchTrial? Best => Plan.Families.Select(f => f.Best).OfType<SearchTrial>().OrderByDescending(t => t.Value).ThenBy(t => t.Id).FirstOrDefault();

    /// <summary>The run of an open trial.</summary>
    public TrainingRun? RunOf(SearchTrial trial) => Runs.FirstOrDefault(r => r.Id == trial.RunId);

    /// <summary>Done, 0..1, of the budgets of all families.</summary>
    public double Fraction => Search.State is SearchState.Finished or SearchState.Failed ? 1
        : Math.Min(1, Plan.Families.Sum(f => Math.Min(Search.Trials, f.Trials.Sum(t => t.Budget * (t.IsOver() ? 1 : RunOf(t)?.Fraction ?? 0)))) / (Search.Trials * Plan.Families.Count));

    /// <summary>From what whole trainings of each family took so far (of all of them where it has none), spread over what runs at a time; null until one is over.</summary>
    public double? SecondsLeft
    {
        get
        {
            if (Search.State != SearchState.Running) return null;
            var known = Plan.Families.Select(f => (Family: f, Done: f.Trials.Where(t => t.Seconds is not null).Sum(t => t.Budget), f.Seconds)).ToArray();
            if (known.Sum(k => k.Done) is not > 0) return null;
            var mean = known.Sum(k => k.Seconds) / known.Sum(k => k.Done);
            var left = known.Sum(k =>
            {
                var whole = Math.Max(0, Search.Trials - k.Family.Trials.Sum(t => t.Budget * (t.IsOver() ? 1 : RunOf(t)?.Fraction ?? 0)));
                var seconds = whole * (k.Done > 0 ? k.Seconds / k.Done : mean);
                return Search.Minutes is { } minutes ? Math.Min(seconds, Math.Max(0, 60 * minutes - k.Seconds)) : seconds;
            });
            return left / Math.Max(1, Runs.Count(r => r.State == RunState.Running));
        }
    }

    /// <summary>The one sentence.</summary>
    public string Sentence => (Search.State, Best) switch
    {
        (SearchState.Running, null) => $"{Search.Name} is looking; nothing is known yet.",
        (SearchState.Running, { } best) => $"{Search.Name}: {Named(best)} leads so far with {Metric} {Figures.Metric(best.Value!.Value)} on validation.",
        (SearchState.Cancelled, null) => $"{Search.Name} was cancelled before anything was known.",
        (SearchState.Failed, _) => $"{Search.Name} found nothing.",
        (_, { } best) => $"{Named(best)} is best on validation: {Metric} {Figures.Metric(best.Value!.Value)}{Gain(best)}.",
        _ => $"{Search.Name} is over.",
    };

    /// <summary>"Implicit ALS, trial 7".</summary>
    public static string Named(SearchTrial trial) => $"{LeaderboardWords.Family(trial.Family)}, trial {trial.Number + 1}";

    /// <summary>Best value so far over the whole trainings spent, one curve a family.</summary>
    public IReadOnlyList<ChartSeries> BestSoFar => [.. Plan.Families.Select((family, i) =>
    {
        var (spent, best, points) = (0.0, double.NegativeInfinity, new List<ChartPoint>());
        foreach (var trial in family.Trials.Where(t => t.IsOver()).OrderBy(t => t.EndedAt).ThenBy(t => t.Number))
        {
            spent += trial.Budget;
            if (trial.Value > best) best = trial.Value.Value;
            if (double.IsFinite(best)) points.Add(new(Math.Round(spent, 4), best));
        }
        return new ChartSeries(family.Family.Name, points) { Arm = i };
    }).Where(s => s.Points.Count > 0)];

    private string Gain(SearchTrial best) =>
        Trials.FirstOrDefault(t => t.Family == best.Family && t is { Configuration: 0, Budget: >= 1, Value: > 0 }) is { } first && first.Id != best.Id
            ? $", {Figures.Change(best.Value!.Value / first.Value!.Value - 1)} against the options it started from" : "";
}
