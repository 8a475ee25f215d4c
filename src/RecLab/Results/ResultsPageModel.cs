using RecLab.Experiments;

namespace RecLab.Results;

/// <summary>One experiment with one of its readings.</summary>
public sealed record ResultsPageModel(ExperimentFile File, ResultsView View)
{
    public Experiment Experiment => File.Experiment;

    /// <summary>The move that decided it; null before.</summary>
    public ExperimentMove? Decision => File.Moves.FirstOrDefault(m => m.Verb == "decide");

    /// <summary>"day 18 of 21" while it runs; null otherwise.</summary>
    public string? DayOf => Experiment.State != ExperimentState.Running || View.Input.PhaseStartedAt is null ? null
        : View.Progress.PlannedDays > 0 ? $"day {(int)View.Progress.Days + 1} of {View.Progress.PlannedDays}" : $"day {(int)View.Progress.Days + 1}";
}

/// <summary>Reads everything the results page shows.</summary>
public sealed class ResultsPageReader(ExperimentReader experiments, ResultsReader results, TotalsReader totals)
{
    /// <param name="simulated">Which reading; null takes live where anybody live was counted, else simulated where there is one.</param>
    /// <param name="phase">An earlier phase; null for the present one.</param>
    /// <param name="band">Position of the arm whose bands are drawn; null leaves the choice to the view.</param>
    /// <returns>Null where there is no such experiment.</returns>
    public async Task<ResultsPageModel?> ReadAsync(string key, bool? simulated, int? phase, int? band, CancellationToken cancellation = default)
    {
        if (await experiments.ReadAsync(key, cancellation) is not { } file) return null;
        var reading = simulated ?? (!totals.Any(file.Experiment.Id, simulated: false) && totals.Any(file.Experiment.Id, simulated: true));
        var known = phase is { } n && file.Phases.Any(p => p.Number == n) ? phase : null;
        var input = await results.ReadAsync(key, reading, known == file.Experiment.Phase ? null : known, cancellation);
        return input is null ? null : new(file, ResultsView.Of(input, band));
    }
}
