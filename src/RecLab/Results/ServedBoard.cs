using RecLab.Controls.Charts;
using RecLab.Results.Metrics;
using RecLab.Statistics;
using RecLab.Statistics.Comparisons;

namespace RecLab.Results;

/// <summary>One property of served lists in one arm.</summary>
/// <param name="Value">The arm's own value with its standard error.</param>
/// <param name="Change">Against control, relative; null for control itself.</param>
public sealed record ServedCell(int Arm, Answer<Estimate> Value, Answer<TTest>? Change);

/// <summary>One property of served lists over all arms, control first.</summary>
public sealed record ServedRow(IOutcomeMetric Metric, IReadOnlyList<ServedCell> Cells);

/// <summary>The lists as they were served: how their order met the clicks, and how popular, varied and broad they were; users as clusters.</summary>
public sealed record ServedBoard(IReadOnlyList<ServedRow> Rows, EffectAxis Axis)
{
    private static readonly IOutcomeMetric[] Metrics = [new FirstClickRank(), new ClickGain(), new PopularityShare(), new ListDiversity(), new CatalogueCoverage()];

    /// <param name="alpha">Two-sided error of the intervals, one look.</param>
    public static ServedBoard Of(IReadOnlyList<ArmTotals> arms, double alpha)
    {
        ServedRow[] rows = [.. Metrics.Where(m => arms.Any(a => a.Sums.GetValueOrDefault(m.Key) is { } s && (s.Y != 0 || s.D != 0)))
            .Select(m => new ServedRow(m, [.. arms.Select(a => new ServedCell(a.Arm, a.Of(m).Estimate(), a.Arm == 0 ? (Answer<TTest>?)null : Judgement.ChangeOf(m, arms[0].Of(m), a.Of(m)).Then<TTest>(e => TTest.Of(e, alpha))))]))];
        var boxes = rows.SelectMany(r => r.Cells).Where(c => c.Change is { IsKnown: true }).Select(c => (c.Change!.Value.Value.Interval.Lower, c.Change.Value.Value.Interval.Upper));
        return new(rows, EffectAxis.Fit(boxes, limit: 1));
    }
}
