using RecLab.Controls;
using RecLab.Experiments;

namespace RecLab.Results;

/// <summary>The numbers and the sentence of a results page, for the API.</summary>
public sealed class ResultsSource(ResultsReader results) : IResultsSource
{
    public async Task<ExperimentNumbers?> ReadAsync(string key, bool simulated, int? phase, CancellationToken cancellation = default)
    {
        if (await results.ReadAsync(key, simulated, phase, cancellation) is not { } input) return null;
        var view = ResultsView.Of(input);
        return new(input.Key, input.Phase, input.Simulated, input.ReadAt, view.Verdict.Kind.ToString(), view.Verdict.Sentence, view.Verdict.Lede, view.Withheld,
            [.. input.Arms.Select(arm => new ArmNumbers($"{Arms.Letter(arm.Position)}", arm.Name, arm.Weight, view.Scorecard.Users[arm.Position], Of(view, arm.Position)))]);
    }

    private static MetricNumbers[] Of(ResultsView view, int arm) => [.. view.Scorecard.Rows.SelectMany(row => row.Judgements.Where(j => j.Arm == arm).Select(j => Of(view, row, j)))];

    private static MetricNumbers Of(ResultsView view, ScorecardRow row, Judgement j)
    {
        var interval = j.Exact is null ? j.Deciding : null;
        var why = j.Exact is null ? j.Reason?.Sentence : $"A relative change has no interval here: {j.Written} ({j.Span}), Fisher's exact test.";
        return new(row.Metric.Key, row.Role.ToString().ToLowerInvariant(), Finite(j.Value), Finite(j.Baseline), Finite(j.Change), Finite(interval?.Lower), Finite(interval?.Upper), Finite(j.P), j.Significant, why, view.CapOf(row.Metric)?.Value);
    }

    /// <summary>JSON has no word for infinity, nor for what cannot be computed.</summary>
    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
