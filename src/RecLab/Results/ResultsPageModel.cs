using RecLab.Events;
using RecLab.Experiments;
using RecLab.Results.Metrics;
using RecLab.Serving;
using RecLab.Statistics;

namespace RecLab.Results;

/// <summary>One experiment with one of its readings.</summary>
public sealed record ResultsPageModel(ExperimentFile File, ResultsView View)
{
    public Experiment Experiment => File.Experiment;

    /// <summary>The metric that was asked for in depth; null without one, or where the scorecard has none of this key.</summary>
    public MetricDetail? Detail { get; init; }

    /// <summary>A metric that was asked for and is not there.</summary>
    public string? Asked { get; init; }

    /// <summary>The move that decided it; null before.</summary>
    public ExperimentMove? Decision => File.Moves.FirstOrDefault(m => m.Verb == "decide");

    /// <summary>What was decided on its way to everybody; null without a decision for an arm.</summary>
    public RolloutReading? Rollout { get; init; }

    /// <summary>The kill switch of the placement, while it is on, whatever is frozen.</summary>
    public PlacementHalt? Halt { get; init; }

    /// <summary>The placement serves what this experiment's decision promoted.</summary>
    public bool Served { get; init; }

    /// <summary>"day 18 of 21" while it runs, "switched off" while its placement is; null otherwise.</summary>
    public string? DayOf => Experiment.State != ExperimentState.Running || View.Input.PhaseStartedAt is null ? null
        : Halt is not null ? "switched off"
        : View.Progress.PlannedDays > 0 ? $"day {(int)View.Progress.Days + 1} of {View.Progress.PlannedDays}" : $"day {(int)View.Progress.Days + 1}";
}

/// <summary>Reads everything the results page shows.</summary>
public sealed class ResultsPageReader(ExperimentReader experiments, ResultsReader results, TotalsReader totals, UnitTotals units, RolloutReader rollouts, PlacementShelf placements)
{
    /// <param name="simulated">Which reading; null takes live where anybody live was counted, else simulated where there is one.</param>
    /// <param name="phase">An earlier phase; null for the present one.</param>
    /// <param name="band">Position of the arm whose bands are drawn; null leaves the choice to the view.</param>
    /// <param name="metric">Key of the metric to show in depth.</param>
    /// <returns>Null where there is no such experiment.</returns>
    public async Task<ResultsPageModel?> ReadAsync(string key, bool? simulated, int? phase, int? band, string? metric = null, CancellationToken cancellation = default)
    {
        if (await experiments.ReadAsync(key, cancellation) is not { } file) return null;
        var reading = simulated ?? (!totals.Any(file.Experiment.Id, simulated: false) && totals.Any(file.Experiment.Id, simulated: true));
        var known = phase is { } n && file.Phases.Any(p => p.Number == n) ? phase : null;
        var input = await results.ReadAsync(key, reading, known == file.Experiment.Phase ? null : known, cancellation);
        if (input is null) return null;
        var view = ResultsView.Of(input, band);
        var detail = metric is not null && OutcomeMetricCatalog.Find(metric) is { } found ? await DetailAsync(file.Experiment, view, found, phase: known, cancellation) : null;
        var placement = (await placements.FindAsync(file.Experiment.Placement, cancellation))?.Placement;
        return new(file, view)
        {
            Detail = detail, Asked = detail is null ? metric : null, Rollout = await rollouts.ReadAsync(key, cancellation), Served = placement?.DefaultExperiment == key,
            Halt = placement?.HaltedAt is { } at ? new(placement.Name, at, placement.HaltedBy, placement.HaltedWhy) : null,
        };
    }

    /// <summary>From the frozen sums where the page shows a frozen reading, else from the log.</summary>
    private async Task<MetricDetail?> DetailAsync(Experiment experiment, ResultsView view, IOutcomeMetric metric, int? phase, CancellationToken cancellation)
    {
        if ((phase is null || phase == experiment.Phase) && experiment.Snapshot is { Length: > 2 } frozen && ResultsSnapshot.FromJson(frozen) is var snapshot && snapshot.Reading(view.Input.Simulated) is not null)
            return MetricDetail.Of(view, metric.Key, snapshot.Depth(view.Input.Simulated)?.AgesOf(metric.Key) ?? new Dictionary<(int, int), UnitSums>(), snapshot.Depth(view.Input.Simulated)?.Spots ?? []);
        var scope = new UnitScope(experiment.Id, view.Input.Phase, view.Input.Simulated);
        return await Task.Run(() => MetricDetail.Of(view, metric.Key, units.ByAge(scope, AskedMetric.Of(metric, view.Input.Settings, view.Input.Simulated).Measure), units.ByPosition(scope)), cancellation);
    }
}
