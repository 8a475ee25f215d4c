namespace RecLab.Controls.Charts;

/// <summary>A point of a curve; a not-a-number Y breaks the line.</summary>
public readonly record struct ChartPoint(double X, double Y);

/// <summary>Low and high edge of a band at X.</summary>
public readonly record struct BandPoint(double X, double Low, double High);

/// <summary>How a line is drawn beside its colour.</summary>
public enum LineKind { Solid, Dashed, Dotted }

/// <summary>One curve: its points from left to right, optionally a band inside a wider one, optionally a ringed point.</summary>
/// <param name="Name">Label at the line's end, in the legend and in the table.</param>
/// <param name="Points">Ordered by X.</param>
public sealed record ChartSeries(string Name, IReadOnlyList<ChartPoint> Points)
{
    /// <summary>Arm position that gives the colour, 0 = A; null is plain ink.</summary>
    public int? Arm { get; init; }
    public LineKind Kind { get; init; }

    /// <summary>The 95 % band, drawn at 24 %.</summary>
    public IReadOnlyList<BandPoint> Band { get; init; } = [];

    /// <summary>The always-valid band, drawn at 13 % behind the other.</summary>
    public IReadOnlyList<BandPoint> OuterBand { get; init; } = [];

    /// <summary>The point to ring: the best epoch.</summary>
    public ChartPoint? Ring { get; init; }

    /// <summary>The series' own values where <see cref="Points"/> stand on others'; labels, table and file tell these.</summary>
    public IReadOnlyList<ChartPoint>? Own { get; init; }

    /// <summary>What labels, table and file tell.</summary>
    public IReadOnlyList<ChartPoint> Told => Own ?? Points;

    /// <summary>Series standing on each other's shoulders, the first at the bottom, each filled down to the one below. A missing X counts as nothing.</summary>
    public static IReadOnlyList<ChartSeries> Stack(IReadOnlyList<ChartSeries> series)
    {
        var grid = series.SelectMany(s => s.Points.Select(p => p.X)).Distinct().Order().ToArray();
        var below = new double[grid.Length];
        return [.. series.Select(s =>
        {
            var own = s.Points.GroupBy(p => p.X).ToDictionary(g => g.Key, g => g.Sum(p => p.Y));
            var points = new ChartPoint[grid.Length];
            var band = new BandPoint[grid.Length];
            for (var i = 0; i < grid.Length; i++)
            {
                var top = below[i] + own.GetValueOrDefault(grid[i]);
                (points[i], band[i], below[i]) = (new(grid[i], top), new(grid[i], below[i], top), top);
            }
            return s with { Points = points, Band = band, Own = s.Points };
        })];
    }

    /// <summary>At most <paramref name="most"/> points: the lowest and the highest of each of <paramref name="most"/>/2 equal stretches, in their order,
    /// so that no peak is lost. First and last point stay.</summary>
    public static IReadOnlyList<ChartPoint> Thin(IReadOnlyList<ChartPoint> points, int most = 1000)
    {
        if (points.Count <= most) return points;
        var kept = new List<ChartPoint>(most) { points[0] };
        var stretches = (most - 2) / 2;
        for (var s = 0; s < stretches; s++)
        {
            int from = 1 + (int)((long)(points.Count - 2) * s / stretches), to = 1 + (int)((long)(points.Count - 2) * (s + 1) / stretches);
            int low = from, high = from;
            for (var i = from; i < to; i++)
            {
                if (!(points[i].Y >= points[low].Y)) low = i;
                if (!(points[i].Y <= points[high].Y)) high = i;
            }
            kept.Add(points[Math.Min(low, high)]);
            if (low != high) kept.Add(points[Math.Max(low, high)]);
        }
        kept.Add(points[^1]);
        return kept;
    }
}
