using RecLab.Controls.Charts;
using RecLab.Results.Metrics;
using RecLab.Statistics.Comparisons;

namespace RecLab.Results;

/// <summary>What a metric is asked for.</summary>
public enum MetricRole { Goal, Guardrail, Secondary }

/// <summary>One metric with all its arms.</summary>
/// <param name="Judgements">One per arm other than control, by position.</param>
public sealed record ScorecardRow(IOutcomeMetric Metric, MetricRole Role, IReadOnlyList<Judgement> Judgements)
{
    /// <summary>What it was judged by; the alpha is that of its intervals.</summary>
    public required JudgementRules Rules { get; init; }

    /// <summary>What it was judged on, one per arm by position: everything so far, or what there was at the planned end.</summary>
    public required IReadOnlyList<ArmTotals> Totals { get; init; }
}

/// <summary>All metrics of an experiment, judged and corrected for how many are asked: Holm over goal metrics x arms, Benjamini-Hochberg over the secondary
/// ones; guardrails stand each for itself. Intervals go with that: those of the goal hold together (alpha over the number of comparisons, Bonferroni), those of the secondary metrics miss the truth in at most alpha of the ones
/// called different and leave 0 out exactly there (alpha times their number over all; Benjamini, Yekutieli, JASA 2005).</summary>
/// <param name="Users">Users of each arm by position, so far.</param>
public sealed record Scorecard(IReadOnlyList<ScorecardRow> Rows, EffectAxis Axis, IReadOnlyList<long> Users)
{
    public long TotalUsers => Users.Sum();

    public ScorecardRow Goal => Rows[0];

    public IEnumerable<ScorecardRow> Of(MetricRole role) => Rows.Where(r => r.Role == role);

    /// <param name="totals">One per arm by position; the first is control.</param>
    /// <param name="guardrails">Metric and margin.</param>
    /// <param name="rules">How it is judged before the planned end.</param>
    /// <param name="earlier">Phases of a bandit before the present one with the same arms: effects are taken within each and then put together.</param>
    /// <param name="end">The planned end once it is there: what it decides is judged by the fixed-horizon test on the totals of that day.</param>
    public static Scorecard Of(IReadOnlyList<ArmTotals> totals, IOutcomeMetric goal, IEnumerable<(IOutcomeMetric Metric, double Margin)> guardrails,
        IEnumerable<IOutcomeMetric> secondary, JudgementRules rules, IReadOnlyList<Bandits.Stratum>? earlier = null, PlannedEnd? end = null)
    {
        IReadOnlyList<ArmTotals>[] strata = [.. (earlier ?? []).Select(e => e.Totals), totals];
        ScorecardRow Row(IOutcomeMetric metric, MetricRole role, JudgementRules level, double? margin = null)
        {
            var (at, by) = end is not null && end.Decides(metric) ? (end.Totals, level with { AtPlannedEnd = true }) : (totals, level);
            return new(metric, role, [.. at.Skip(1).Select(t => strata.Length == 1 || !metric.IsPerUser ? Judgement.Of(metric, at[0], t, by, margin) : Bandits.Pooled.Judge(metric, strata, t.Arm, by, margin))]) { Rules = by, Totals = at };
        }

        var main = Row(goal, MetricRole.Goal, rules.Over(totals.Count - 1));
        List<ScorecardRow> rows = [.. Correct([main], MultipleTesting.Holm(Asked([main])), rules.Alpha)];
        rows.AddRange(guardrails.Select(g => Row(g.Metric, MetricRole.Guardrail, rules, g.Margin)));
        ScorecardRow[] further = [.. secondary.Select(m => Row(m, MetricRole.Secondary, rules))];
        var found = MultipleTesting.BenjaminiHochberg(Asked(further));
        var level = found.Length == 0 ? rules : rules.At(rules.Alpha * Math.Max(1, found.Count(p => p <= rules.Alpha)) / found.Length);
        rows.AddRange(Correct([.. further.Select(r => Row(r.Metric, MetricRole.Secondary, level))], found, rules.Alpha));
        var boxes = rows.SelectMany(r => r.Judgements).Where(j => j.Fixed is not null).Select(j => (j.Fixed!.Interval.Lower, j.Fixed.Interval.Upper));
        return new(rows, EffectAxis.Fit(boxes), [.. totals.Select((_, i) => strata.Sum(s => s[i].Units))]);
    }

    /// <summary>A comparison without an answer still counts as one asked: its p value is 1.</summary>
    private static double[] Asked(IReadOnlyList<ScorecardRow> rows) => [.. rows.SelectMany(r => r.Judgements).Select(j => j.P ?? 1)];

    private static IEnumerable<ScorecardRow> Correct(IReadOnlyList<ScorecardRow> rows, IEnumerable<double> corrected, double alpha)
    {
        var adjusted = new Queue<double>(corrected);
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
