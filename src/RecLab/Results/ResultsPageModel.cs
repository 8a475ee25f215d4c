using RecLab.Events;
using RecLab.Experiments;
using RecLab.Results.Metrics;

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

    /// <summary>"day 18 of 21" while it runs; null otherwise.</summary>
    public string? DayOf => Experiment.State != ExperimentState.Running || View.Input.PhaseStartedAt is null ? null
        : View.Progress.PlannedDays > 0 ? $"day {(int)View.Progress.Days + 1} of {View.Progress.PlannedDays}" : $"day {(int)View.Progress.Days + 1}";
}

/// <summary>Reads everything the results page shows.</summary>
public sealed class ResultsPageReader(ExperimentReader experiments, ResultsReader results, TotalsReader totals, UnitTotals units)
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
        var detail = metric is not null && OutcomeMetricCatalog.Find(metric) is { } found ? await DetailAsync(file.Experiment.Id, view, found, cancellation) : null;
        return new(file, view) { Detail = detail, Asked = detail is null ? metric : null };
    }

    private Task<MetricDetail?> DetailAsync(int experiment, ResultsView view, IOutcomeMetric metric, CancellationToken cancellation)
    {
        var scope = new UnitScope(experiment, view.Input.Phase, view.Input.Simulated);
        return Task.Run(() => MetricDetail.Of(view, metric.Key, units.ByAge(scope, metric.Measure), units.ByPosition(scope)), cancellation);
    }
}
