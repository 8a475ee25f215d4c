using RecLab.Controls;
using RecLab.Controls.Charts;
using RecLab.Experiments;
using RecLab.Results.Metrics;

namespace RecLab.Results;

/// <summary>The cumulative lift of one metric over time, arm by arm, one of them with its bands.</summary>
public sealed record LiftCurve
{
    public required IReadOnlyList<ChartSeries> Series { get; init; }

    /// <summary>The arm whose bands are drawn.</summary>
    public required int BandArm { get; init; }

    /// <summary>First step at which that arm's always-valid interval excludes zero, and does so still at the end; null without one.</summary>
    public double? ClearsZeroAt { get; init; }

    /// <summary>Ends of the value axis: wide enough for every line and the later half of the bands, so that a wild first day does not flatten the rest.</summary>
    public double Low { get; init; }
    public double High { get; init; }

    /// <param name="rules">Their alpha is that of the bands.</param>
    public static LiftCurve Of(IReadOnlyList<Step> steps, IReadOnlyList<PhaseArm> arms, IOutcomeMetric metric, JudgementRules rules, int bandArm)
    {
        List<ChartSeries> series = [];
        double? clears = null;
        List<double> reach = [];
        foreach (var arm in arms.Skip(1))
        {
            var judged = steps.Select(s => (s.At, Judged: Judgement.Of(metric, s.Totals[0], s.Totals[arm.Position], rules))).Where(s => s.Judged.Change is not null).ToArray();
            var points = judged.Select(s => new ChartPoint(s.At, s.Judged.Change!.Value)).ToArray();
            reach.AddRange(points.Skip(points.Length / 4).Select(p => p.Y));
            var line = new ChartSeries($"{Arms.Letter(arm.Position)} {arm.Name}", points) { Arm = arm.Position };
            if (arm.Position == bandArm)
            {
                line = line with
                {
                    Band = [.. judged.Select(s => new BandPoint(s.At, s.Judged.Fixed!.Interval.Lower, s.Judged.Fixed.Interval.Upper))],
                    OuterBand = [.. judged.Select(s => new BandPoint(s.At, s.Judged.Always!.Interval.Lower, s.Judged.Always.Interval.Upper))],
                };
                reach.AddRange(line.OuterBand.Skip(line.OuterBand.Count / 2).SelectMany(b => new[] { b.Low, b.High }));
                clears = Clears(judged.Select(s => (s.At, s.Judged.Always!.Interval.Contains(0))));
            }
            series.Add(line);
        }
        var far = reach.Where(double.IsFinite).DefaultIfEmpty(0.1);
        return new() { Series = series, BandArm = bandArm, ClearsZeroAt = clears, Low = Math.Min(0, far.Min()), High = Math.Max(0, far.Max()) };
    }

    private static double? Clears(IEnumerable<(double At, bool HoldsZero)> steps)
    {
        double? since = null;
        foreach (var (at, holds) in steps) since = holds ? null : since ?? at;
        return since;
    }
}
