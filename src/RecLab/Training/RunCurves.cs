using RecLab.Controls.Charts;

namespace RecLab.Training;

/// <summary>A run's points as the curves of two charts: losses, and what is measured on validation.</summary>
public sealed record RunCurves(IReadOnlyList<ChartSeries> Losses, IReadOnlyList<ChartSeries> Scores)
{
    /// <summary>The epoch whose validation score is best (first of equals), or null without such a curve.</summary>
    public ChartPoint? Best { get; private init; }

    /// <summary>Last finished epoch.</summary>
    public int Epochs { get; private init; }

    /// <param name="points">Ordered by series and epoch.</param>
    /// <param name="smoothing">Weight of the past in an exponential moving average of training losses, 0 (off) to 0.99.</param>
    public static RunCurves Of(IReadOnlyList<RunPoint> points, double smoothing = 0)
    {
        var series = points.GroupBy(p => p.Series, StringComparer.Ordinal)
            .Select(g => (Name: g.Key, Points: (IReadOnlyList<ChartPoint>)[.. g.Select(p => new ChartPoint(p.Epoch, p.Value))])).ToArray();
        var scores = series.Where(s => !IsLoss(s.Name)).ToArray();
        var leading = scores.FirstOrDefault(s => s.Name.StartsWith("validation", StringComparison.OrdinalIgnoreCase));
        ChartPoint? best = leading.Points is { Count: > 0 } curve ? curve.Aggregate((a, b) => b.Y > a.Y ? b : a) : null;
        return new(
            [.. series.Where(s => IsLoss(s.Name)).Select(s => IsValidation(s.Name)
                ? new ChartSeries(s.Name, s.Points) { Arm = 2, Ring = At(s.Points, best) }
                : new ChartSeries(s.Name, Smooth(s.Points, smoothing)) { Arm = 2, Kind = LineKind.Dashed })],
            [.. scores.Select(s => new ChartSeries(s.Name, s.Points) { Arm = 2, Ring = At(s.Points, best) })])
        {
            Best = best, Epochs = points.Count == 0 ? 0 : points.Max(p => p.Epoch),
        };
    }

    /// <summary>m_t = w m_(t-1) + (1 - w) y_t, divided by 1 - w^t so that the start is not pulled to zero.</summary>
    public static IReadOnlyList<ChartPoint> Smooth(IReadOnlyList<ChartPoint> points, double weight)
    {
        if (weight <= 0) return points;
        var smooth = new ChartPoint[points.Count];
        double mean = 0, share = 1;
        for (var i = 0; i < smooth.Length; i++)
        {
            mean = weight * mean + (1 - weight) * points[i].Y;
            share *= weight;
            smooth[i] = points[i] with { Y = mean / (1 - share) };
        }
        return smooth;
    }

    private static ChartPoint? At(IReadOnlyList<ChartPoint> points, ChartPoint? best) =>
        best is { } b && points.Any(p => p.X == b.X) ? points.First(p => p.X == b.X) : null;

    private static bool IsLoss(string name) => name.Contains("loss", StringComparison.OrdinalIgnoreCase);

    private static bool IsValidation(string name) => name.Contains("validation", StringComparison.OrdinalIgnoreCase);
}
