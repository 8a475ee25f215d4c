using RecLab.Controls;
using RecLab.Results.Metrics;
using RecLab.Statistics.Comparisons;

namespace RecLab.Results;

/// <summary>A guardrail that an arm has broken.</summary>
/// <param name="Sentence">Which, by how much, how certain.</param>
public sealed record BrokenGuardrail(IOutcomeMetric Metric, int Arm, string Sentence);

/// <summary>Judges the guardrails of a running experiment for somebody who looks all the time: the always-valid interval lies wholly beyond the margin, at an error that all guardrails and arms share (Bonferroni).</summary>
public static class GuardrailWatch
{
    /// <returns>Empty while an arm lacks the users that a verdict needs.</returns>
    public static IReadOnlyList<BrokenGuardrail> Broken(ResultsInput input)
    {
        (IOutcomeMetric Metric, double Margin)[] guards = [.. input.Settings.Guardrails.Select(g => (Metric: OutcomeMetricCatalog.Find(g.Metric), g.Margin)).Where(g => g.Metric is not null).Select(g => (g.Metric!, g.Margin))];
        if (guards.Length == 0 || input.Contest is not null) return [];
        var rules = new JudgementRules(input.Alpha / (guards.Length * (input.Arms.Count - 1)), input.Settings.Tuning, AtPlannedEnd: false);
        var scorecard = Scorecard.Of(input.Totals.Arms, OutcomeMetricCatalog.Get(input.GoalMetric), guards, [], rules, input.Earlier);
        if (scorecard.Users.Min() < input.Settings.MinimumUsers) return [];
        return [.. from row in scorecard.Of(MetricRole.Guardrail)
                   from judged in row.Judgements
                   where judged.Guard == GuardrailOutcome.Breached
                   select new BrokenGuardrail(row.Metric, judged.Arm, Sentence(input, judged))];
    }

    private static string Sentence(ResultsInput input, Judgement judged) =>
        $"{input.Arms[judged.Arm].Name} breaks the guardrail {judged.Metric.Noun}: {Figures.Change(judged.Change!.Value)}, always-valid {Figures.Change(judged.Always!.Interval.Lower)} to {Figures.Change(judged.Always.Interval.Upper)}, margin {Figures.Change((judged.Metric.HigherIsBetter ? -1 : 1) * judged.Margin!.Value)}.";
}
