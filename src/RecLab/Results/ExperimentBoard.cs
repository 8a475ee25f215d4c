using RecLab.Controls.Charts;
using RecLab.Experiments;

namespace RecLab.Results;

/// <summary>One line of the list of experiments.</summary>
/// <param name="Simulated">Whose numbers these are: live where anybody live was counted.</param>
/// <param name="View">Null before the start.</param>
public sealed record BoardRow(Experiment Experiment, bool Simulated, ResultsView? View)
{
    /// <summary>The goal in the arm the verdict is about, else in the leading one; null without any effect.</summary>
    public Judgement? Main => View is null || View.Withheld ? null
        : View.Scorecard.Goal.Judgements.Where(j => j.Judged is not null).OrderByDescending(j => j.Arm == View.Verdict.Arm).ThenByDescending(j => j.Gain).FirstOrDefault();

    public long Users => View?.Scorecard.TotalUsers ?? 0;
}

/// <summary>The list of experiments after a filter, on one axis.</summary>
/// <param name="Total">How many there are without the filter.</param>
public sealed record ExperimentBoard(IReadOnlyList<BoardRow> Rows, int Total, EffectAxis Axis);

/// <summary>What the list shows.</summary>
/// <param name="State">Only this state; null shows all but archived ones.</param>
/// <param name="Search">Words that all occur in name, key, placement, owner, tags or hypothesis.</param>
public sealed record BoardFilter(ExperimentState? State, string Search)
{
    public bool IsOff => State is null && string.IsNullOrWhiteSpace(Search);

    public bool Passes(Experiment e)
    {
        if (State is { } state ? e.State != state : e.State == ExperimentState.Archived) return false;
        var text = $"{e.Name} {e.Key} {e.Placement} {e.Owner} {e.Tags} {e.Hypothesis}";
        return Search.Split(' ', StringSplitOptions.RemoveEmptyEntries).All(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));
    }
}

/// <summary>Reads the list of experiments with the state of each.</summary>
public sealed class BoardReader(ExperimentReader experiments, ResultsReader results, TotalsReader totals)
{
    public async Task<ExperimentBoard> ReadAsync(BoardFilter filter, CancellationToken cancellation = default)
    {
        var all = await experiments.ListAsync(cancellation);
        List<BoardRow> rows = [];
        foreach (var experiment in all.Where(filter.Passes))
        {
            if (experiment.StartedAt is null) { rows.Add(new(experiment, false, null)); continue; }
            var simulated = !totals.Any(experiment.Id, simulated: false) && totals.Any(experiment.Id, simulated: true);
            var input = await results.ReadAsync(experiment.Key, simulated, cancellation: cancellation);
            rows.Add(new(experiment, simulated, input is null ? null : ResultsView.Of(input)));
        }
        var boxes = rows.Select(r => r.Main?.Fixed).Where(f => f is not null).Select(f => (f!.Interval.Lower, f.Interval.Upper));
        return new(rows, all.Count, EffectAxis.Fit(boxes));
    }
}
