using System.Text;

namespace RecLab.Controls.Charts;

/// <summary>Turns a chart's series into paths of a 1000 x 1000 box that the browser stretches to the measured size; strokes and text keep theirs.</summary>
public sealed class LineGeometry
{
    private LineGeometry(ChartScale x, ChartScale y, double[] grid) => (X, Y, Grid) = (x, y, grid);

    public ChartScale X { get; }
    public ChartScale Y { get; }

    /// <summary>All distinct X of all series, for the table and the hover areas.</summary>
    public double[] Grid { get; }

    /// <param name="series">What is drawn.</param>
    /// <param name="log">Logarithmic Y axis, where all values are positive.</param>
    /// <param name="include">Y values that must be on the axis: zero, a target.</param>
    /// <param name="yLow">Lower end of Y instead of the data's.</param>
    /// <param name="yHigh">Upper end of Y instead of the data's.</param>
    /// <param name="xHigh">Right end of X when the plan reaches beyond the data.</param>
    public static LineGeometry Of(IReadOnlyList<ChartSeries> series, bool log, IEnumerable<double> include, double? yLow, double? yHigh, double? xHigh)
    {
        var ys = series.SelectMany(s => s.Points.Select(p => p.Y).Concat(s.Band.SelectMany(b => Ends(b))).Concat(s.OuterBand.SelectMany(b => Ends(b)))).Concat(include);
        if (yLow is not null || yHigh is not null)
            ys = ys.Where(double.IsFinite).Select(v => Math.Clamp(v, yLow ?? double.MinValue, yHigh ?? double.MaxValue)).Concat(Given(yLow)).Concat(Given(yHigh));
        var xs = series.SelectMany(s => s.Points.Select(p => p.X)).Concat(Given(xHigh));
        var grid = series.SelectMany(s => s.Points.Select(p => p.X)).Distinct().Order().ToArray();
        return new(ChartScale.Of(xs, round: false), ChartScale.Of(ys, log), grid);

        static double[] Ends(BandPoint b) => [b.Low, b.High];
        static IEnumerable<double> Given(double? v) => v is { } given ? [given] : [];
    }

    /// <summary>Percent from the left.</summary>
    public double Left(double x) => X.At(x) * 100;

    /// <summary>Percent from the top, held inside the plot.</summary>
    public double Top(double y) => (1 - Math.Clamp(Y.At(y), 0, 1)) * 100;

    /// <summary>The curve's path; a missing value lifts the pen.</summary>
    public string Line(ChartSeries series)
    {
        var path = new StringBuilder();
        var down = false;
        foreach (var p in ChartSeries.Thin(series.Points))
        {
            if (!double.IsFinite(p.Y)) { down = false; continue; }
            path.Append(down ? 'L' : 'M').Append(Svg.N(Left(p.X) * 10)).Append(' ').Append(Svg.N(Top(p.Y) * 10));
            down = true;
        }
        return path.ToString();
    }

    /// <summary>The closed outline of a band.</summary>
    public string Band(IReadOnlyList<BandPoint> band)
    {
        var seen = band.Where(b => double.IsFinite(b.Low) && double.IsFinite(b.High)).ToArray();
        if (seen.Length < 2) return "";
        var path = new StringBuilder();
        foreach (var b in seen) path.Append(path.Length == 0 ? 'M' : 'L').Append(Svg.N(Left(b.X) * 10)).Append(' ').Append(Svg.N(Top(b.High) * 10));
        foreach (var b in seen.Reverse()) path.Append('L').Append(Svg.N(Left(b.X) * 10)).Append(' ').Append(Svg.N(Top(b.Low) * 10));
        return path.Append('Z').ToString();
    }

    /// <summary>Pixels from the top at which the labels at the line ends stand, pushed apart to <paramref name="gap"/> px and kept inside the plot.</summary>
    public double[] Labels(IReadOnlyList<ChartSeries> series, int height, int gap)
    {
        var tops = new double[series.Count];
        var order = Enumerable.Range(0, series.Count).OrderBy(i => Natural(series[i])).ToArray();
        var floor = 6.0;
        foreach (var i in order) floor = (tops[i] = Math.Max(Natural(series[i]), floor)) + gap;
        var ceiling = height - 4.0;
        foreach (var i in order.Reverse()) ceiling = (tops[i] = Math.Min(tops[i], ceiling)) - gap;
        return tops;

        double Natural(ChartSeries s) => s.Points.Count == 0 ? 0 : Top(s.Points.LastOrDefault(p => double.IsFinite(p.Y)).Y) / 100 * height;
    }
}
