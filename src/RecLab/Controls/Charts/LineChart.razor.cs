using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace RecLab.Controls.Charts;

/// <summary>Lines over a numeric X (epoch, day, minute), each with an optional band; a table of the same numbers and a CSV of all points beside it.
/// At most 1,000 points of a series are drawn, peaks kept; table and CSV hold them all.</summary>
public partial class LineChart
{
    private LineGeometry _shape = LineGeometry.Of([], false, [], null, null, null);
    private double[] _labels = [];
    private Dictionary<double, double>[] _values = [];
    private bool _table;

    /// <summary>What the chart shows, for readers without eyes: "Validation loss by epoch".</summary>
    [Parameter, EditorRequired] public string Label { get; set; } = "";
    [Parameter, EditorRequired] public IReadOnlyList<ChartSeries> Series { get; set; } = [];

    /// <summary>Name of X in the table: "epoch".</summary>
    [Parameter] public string XName { get; set; } = "x";
    [Parameter] public Func<double, string> XFormat { get; set; } = v => Figures.AxisCount(v);
    [Parameter] public Func<double, string> YFormat { get; set; } = v => Figures.AxisCount(v);

    /// <summary>Height of the plot in px, 170 to 400.</summary>
    [Parameter] public int Height { get; set; } = 240;

    /// <summary>Logarithmic Y, where every value is positive.</summary>
    [Parameter] public bool Log { get; set; }

    /// <summary>Zero is on the axis, as a strong line.</summary>
    [Parameter] public bool ZeroLine { get; set; }
    [Parameter] public double? YLow { get; set; }
    [Parameter] public double? YHigh { get; set; }

    /// <summary>Right end of X when the plan reaches beyond the data.</summary>
    [Parameter] public double? XHigh { get; set; }

    /// <summary>What lies right of here has not happened yet.</summary>
    [Parameter] public double? ShadeFrom { get; set; }

    /// <summary>Dotted horizontal lines: a target and its name.</summary>
    [Parameter] public IReadOnlyList<(double Y, string Text)> Targets { get; set; } = [];

    /// <summary>Dashed vertical lines: "Day 11: always-valid interval clears zero".</summary>
    [Parameter] public IReadOnlyList<(double X, string Text)> Marks { get; set; } = [];
    [Parameter] public string? Caption { get; set; }

    /// <summary>Name of the downloaded file, without extension.</summary>
    [Parameter] public string FileName { get; set; } = "chart";

    protected override void OnParametersSet()
    {
        _shape = LineGeometry.Of(Series, Log, Targets.Select(t => t.Y).Concat(ZeroLine ? [0.0] : []), YLow, YHigh, XHigh);
        _labels = _shape.Labels(Series, Height, 30);
        _values = [.. Series.Select(s => s.Told.Where(p => double.IsFinite(p.Y)).GroupBy(p => p.X).ToDictionary(g => g.Key, g => g.Last().Y))];
    }

    private string Described => Series.Count == 0 ? $"{Label}: no values yet"
        : $"{Label}. " + string.Join("; ", Series.Select(s => $"{s.Name} {Last(s)}")) + ". The table view has every value.";

    private double? Value(ChartSeries series, double x) => _values[IndexOf(series)].TryGetValue(x, out var y) ? y : null;

    private int IndexOf(ChartSeries series)
    {
        for (var i = 0; i < Series.Count; i++) if (ReferenceEquals(Series[i], series)) return i;
        return 0;
    }

    private string Last(ChartSeries series) => series.Told.Any(p => double.IsFinite(p.Y)) ? YFormat(series.Told.Last(p => double.IsFinite(p.Y)).Y) : "no value yet";

    private string Spoken(double x) => $"{XName} {XFormat(x)}: " + string.Join(", ", Series.Where(s => Value(s, x) is not null).Select(s => $"{s.Name} {YFormat(Value(s, x)!.Value)}"));

    private static string? Dash(ChartSeries series) => series.Kind switch
    {
        LineKind.Dashed => "6 4", LineKind.Dotted => "1 4", _ => series.Arm is { } arm ? Arms.Dash(arm) : null,
    };

    /// <summary>The stretch of X nearest to one grid value, in percent.</summary>
    private (double Left, double Right) Reach(int i)
    {
        var here = _shape.Left(_shape.Grid[i]);
        var left = i == 0 ? 0 : (_shape.Left(_shape.Grid[i - 1]) + here) / 2;
        var right = i == _shape.Grid.Length - 1 ? 100 : (here + _shape.Left(_shape.Grid[i + 1])) / 2;
        return (left, Math.Max(left, right));
    }

    /// <summary>All points as CSV, bands included.</summary>
    public string Csv() => CsvText.Write(
        ["series", XName, "value", "low", "high", "outer low", "outer high"],
        Series.SelectMany(s =>
        {
            var band = (s.Own is null ? s.Band : []).GroupBy(b => b.X).ToDictionary(g => g.Key, g => g.Last());
            var outer = s.OuterBand.GroupBy(b => b.X).ToDictionary(g => g.Key, g => g.Last());
            return s.Told.Select(p => (IReadOnlyList<object?>)
            [
                s.Name, p.X, p.Y,
                band.TryGetValue(p.X, out var b) ? b.Low : null, band.TryGetValue(p.X, out b) ? b.High : null,
                outer.TryGetValue(p.X, out var o) ? o.Low : null, outer.TryGetValue(p.X, out o) ? o.High : null,
            ]);
        }));

    private async Task DownloadAsync() => await Script.InvokeVoidAsync("reclab.download", FileName + ".csv", Csv(), "text/csv");
}
