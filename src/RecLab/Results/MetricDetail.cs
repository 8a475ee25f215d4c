using RecLab.Controls;
using RecLab.Controls.Charts;
using RecLab.Events;
using RecLab.Experiments;
using RecLab.Results.Metrics;
using RecLab.Statistics;
using RecLab.Statistics.Comparisons;

namespace RecLab.Results;

/// <summary>One arm against control with and without what its users did before their exposure; fixed horizon, relative scale.</summary>
/// <param name="Arm">Position, from 1.</param>
/// <param name="Adjusted">After CUPED, or why there is none.</param>
/// <param name="Explained">Share of the variance explained away, 0..1, absolute scale.</param>
public sealed record AdjustedEffect(int Arm, Answer<TTest> Plain, Answer<TTest> Adjusted, Answer<double> Explained)
{
    /// <summary>Without the cap, where the metric has one; null otherwise.</summary>
    public Answer<TTest>? Uncapped { get; init; }

    /// <summary>The effect on the same sums without the cap; null where none were kept beside.</summary>
    public static Answer<TTest>? Bare(IOutcomeMetric metric, ArmTotals control, ArmTotals arm, double alpha) =>
        AskedMetric.Uncapped(metric.Key) is var key && control.Sums.TryGetValue(key, out var c) && arm.Sums.TryGetValue(key, out var t)
            ? Effect.Between(Moments.Of(metric.Kind, c), Moments.Of(metric.Kind, t), EffectScale.Relative).Then<TTest>(e => TTest.Of(e, alpha)) : (Answer<TTest>?)null;

    /// <summary>The covariate is the same metric of the same users on the days before their first list, outside any experiment (Deng, Xu, Kohavi, Walker, WSDM 2013).</summary>
    public static AdjustedEffect Of(IOutcomeMetric metric, ArmTotals control, ArmTotals arm, double alpha)
    {
        var (c, t) = (control.Of(metric), arm.Of(metric));
        Answer<TTest> Tested(Answer<Estimate> effect) => effect.Then<TTest>(e => TTest.Of(e, alpha));
        var plain = Tested(Effect.Between(c, t, EffectScale.Relative));
        if (plain.Reason is { } reason) return new(arm.Arm, plain, reason, reason);
        if (!c.HasHistory || !t.HasHistory) return new(arm.Arm, plain, NotComputable.NoHistory, NotComputable.NoHistory);
        var cuped = new Cuped(c, t);
        return new(arm.Arm, plain, Tested(cuped.Effect(EffectScale.Relative)), cuped.VarianceReduction());
    }
}

/// <summary>One row of the scorecard in depth.</summary>
public sealed record MetricDetail
{
    /// <summary>Users of a day below which its effect is not drawn.</summary>
    public const int FewestUsers = 20;

    public required ScorecardRow Row { get; init; }

    /// <summary>What a user counts for at most, fixed at the start; null where nothing is capped.</summary>
    public FixedCap? Cap { get; init; }

    /// <summary>The effect as it settled.</summary>
    public required LiftCurve Curve { get; init; }

    /// <summary>One per arm other than control.</summary>
    public required IReadOnlyList<AdjustedEffect> Adjusted { get; init; }
    public required EffectAxis Axis { get; init; }

    /// <summary>Effect by days since a user's first list, of what that day alone added; one of the arms with its 95 % band. X: days.</summary>
    public required IReadOnlyList<ChartSeries> Ages { get; init; }

    /// <summary>Share of an arm's clicks by position of the item in its list. X: position from 1.</summary>
    public required IReadOnlyList<ChartSeries> Positions { get; init; }

    /// <param name="ages">Sums by arm and days since a user's first list.</param>
    /// <param name="spots">Impressions by arm and position.</param>
    /// <returns>Null where the scorecard has no such metric.</returns>
    public static MetricDetail? Of(ResultsView view, string key, IReadOnlyDictionary<(int Arm, int Days), UnitSums> ages, IReadOnlyList<SpotTotal> spots)
    {
        if (view.Scorecard.Rows.FirstOrDefault(r => r.Metric.Key == key) is not { } row) return null;
        var totals = row.Totals;
        AdjustedEffect[] adjusted = [.. totals.Skip(1).Select(t => AdjustedEffect.Of(row.Metric, totals[0], t, view.Input.Alpha) with { Uncapped = AdjustedEffect.Bare(row.Metric, totals[0], t, view.Input.Alpha) })];
        var boxes = adjusted.SelectMany(a => a.Uncapped is { } bare ? [a.Plain, a.Adjusted, bare] : new[] { a.Plain, a.Adjusted }).Where(a => a.IsKnown).Select(a => (a.Value.Interval.Lower, a.Value.Interval.Upper));
        return new()
        {
            Row = row, Cap = view.CapOf(row.Metric), Adjusted = adjusted, Axis = EffectAxis.Fit(boxes),
            Curve = LiftCurve.Of(view.Steps, view.Input.Arms, row.Metric, row.Rules, view.Lift.BandArm),
            Ages = [.. view.Input.Arms.Skip(1).Select(a => Age(view, row.Metric, a.Position, ages))],
            Positions = [.. view.Input.Arms.Select(a => Spread(a.Position, a.Name, spots)).Where(s => s.Points.Count > 0)],
        };
    }

    private static ChartSeries Age(ResultsView view, IOutcomeMetric metric, int arm, IReadOnlyDictionary<(int Arm, int Days), UnitSums> ages)
    {
        List<ChartPoint> points = [];
        List<BandPoint> band = [];
        foreach (var days in ages.Keys.Where(k => k.Arm == arm).Select(k => k.Days).Order())
        {
            var (c, t) = (ages.GetValueOrDefault((0, days)), ages[(arm, days)]);
            if (c.Units < FewestUsers || t.Units < FewestUsers) continue;
            if (!Effect.Between(Moments.Of(metric.Kind, c), Moments.Of(metric.Kind, t), EffectScale.Relative).TryGet(out var effect, out _)) continue;
            points.Add(new(days, effect.Value));
            if (arm == view.Lift.BandArm && effect.Interval(view.Input.Alpha) is var reach) band.Add(new(days, reach.Lower, reach.Upper));
        }
        return new($"{Arms.Letter(arm)} {view.Input.Arms[arm].Name}", points) { Arm = arm, Band = band };
    }

    private static ChartSeries Spread(int arm, string name, IReadOnlyList<SpotTotal> spots)
    {
        var own = spots.Where(s => s.Arm == arm).ToArray();
        double clicks = own.Sum(s => s.Clicked);
        return new($"{Arms.Letter(arm)} {name}", clicks == 0 ? [] : [.. own.Select(s => new ChartPoint(s.Position, s.Clicked / clicks))]) { Arm = arm };
    }
}
