using RecLab.Controls.Charts;
using RecLab.Results.Metrics;
using RecLab.Statistics.Comparisons;

namespace RecLab.Results;

/// <summary>What a metric is asked for.</summary>
public enum MetricRole { Goal, Guardrail, Secondary }

/// <summary>One metric with all its arms.</summary>
/// <param name="Judgements">One per arm other than control, by position.</param>
public sealed record ScorecardRow(IOutcomeMetric Metric, MetricRole Role, IReadOnlyList<Judgement> Judgements);

/// <summary>All metrics of an experiment, judged and corrected for how many are asked: Holm over goal metrics x arms, Benjamini-Hochberg over the secondary
/// ones; guardrails stand each for itself.</summary>
/// <param name="Users">Users of each arm by position.</param>
public sealed record Scorecard(IReadOnlyList<ScorecardRow> Rows, EffectAxis Axis, IReadOnlyList<long> Users)
{
    public long TotalUsers => Users.Sum();

    public ScorecardRow Goal => Rows[0];

    public IEnumerable<ScorecardRow> Of(MetricRole role) => Rows.Where(r => r.Role == role);

    /// <param name="totals">One per arm by position; the first is control.</param>
    /// <param name="guardrails">Metric and margin.</param>
    /// <param name="earlier">Phases of a bandit before the present one with the same arms: effects are taken within each and then put together.</param>
    public static Scorecard Of(IReadOnlyList<ArmTotals> totals, IOutcomeMetric goal, IEnumerable<(IOutcomeMetric Metric, double Margin)> guardrails,
        IEnumerable<IOutcomeMetric> secondary, JudgementRules rules, IReadOnlyList<Bandits.Stratum>? earlier = null)
    {
        IReadOnlyList<ArmTotals>[] strata = [.. (earlier ?? []).Select(e => e.Totals), totals];
        ScorecardRow Row(IOutcomeMetric metric, MetricRole role, double? margin = null) =>
            new(metric, role, [.. totals.Skip(1).Select(t => strata.Length == 1 || !metric.IsPerUser ? Judgement.Of(metric, totals[0], t, rules, margin) : Bandits.Pooled.Judge(metric, strata, t.Arm, rules, margin))]);

        List<ScorecardRow> rows = [.. Correct([Row(goal, MetricRole.Goal)], MultipleTesting.Holm, rules.Alpha)];
        rows.AddRange(guardrails.Select(g => Row(g.Metric, MetricRole.Guardrail, g.Margin)));
        rows.AddRange(Correct([.. secondary.Select(m => Row(m, MetricRole.Secondary))], MultipleTesting.BenjaminiHochberg, rules.Alpha));
        var boxes = rows.SelectMany(r => r.Judgements).Where(j => j.Fixed is not null).Select(j => (j.Fixed!.Interval.Lower, j.Fixed.Interval.Upper));
        return new(rows, EffectAxis.Fit(boxes), [.. totals.Select((_, i) => strata.Sum(s => s[i].Units))]);
    }

    /// <summary>A comparison without an answer still counts as one asked: its p value is 1.</summary>
    private static IEnumerable<ScorecardRow> Correct(IReadOnlyList<ScorecardRow> rows, Func<IReadOnlyList<double>, double[]> correct, double alpha)
    {
        var adjusted = new Queue<double>(correct([.. rows.SelectMany(r => r.Judgements).Select(j => j.P ?? 1)]));
        foreach (var row in rows)
            yield return row with
            {
                Judgements = [.. row.Judgements.Select(j =>
                {
                    var p = adjusted.Dequeue();
                    return j.P is null ? j : j with { P = p, Significant = p <= alpha };
                })],
            };
    }
}
