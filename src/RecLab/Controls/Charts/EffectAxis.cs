namespace RecLab.Controls.Charts;

/// <summary>The shared axis of a table of effects: relative changes, symmetric about zero, with few labels and finer ticks.</summary>
/// <param name="Half">Half the width in the effect's own unit (0.15 = 15 %); the axis runs from -Half to +Half.</param>
/// <param name="Label">Distance of the labelled ticks.</param>
/// <param name="Tick">Distance of the small ticks; divides <paramref name="Label"/>.</param>
public sealed record EffectAxis(double Half, double Label, double Tick)
{
    private static readonly (double Label, double Tick)[] Steps =
        [(0.001, 0.0005), (0.002, 0.0005), (0.005, 0.001), (0.01, 0.002), (0.02, 0.005), (0.05, 0.01), (0.1, 0.02), (0.2, 0.05), (0.5, 0.1), (1, 0.2), (2, 0.5), (5, 1), (10, 2)];

    /// <summary>Writes a value at a label; relative change in percent unless set.</summary>
    public Func<double, string> Format { get; init; } = WritePercent;

    /// <summary>The narrowest axis that holds every box, at most <paramref name="limit"/> wide on each side; what lies beyond gets a chevron.</summary>
    /// <param name="boxes">Low and high end of each 95 % interval; not-a-number is passed over.</param>
    /// <param name="limit">Half width that is never exceeded, so that one wild metric does not flatten the others.</param>
    public static EffectAxis Fit(IEnumerable<(double Low, double High)> boxes, double limit = 0.5)
    {
        var reach = 0.01;
        foreach (var (low, high) in boxes)
        {
            var far = Math.Max(Math.Abs(low), Math.Abs(high));
            if (double.IsFinite(far)) reach = Math.Max(reach, far);
        }
        reach = Math.Min(reach * 1.15, limit);
        var (label, tick) = Steps.First(s => reach / s.Label <= 4 || s == Steps[^1]);
        return new(Math.Ceiling(reach / tick - 1e-9) * tick, label, tick);
    }

    /// <summary>Where a value lies, in percent of the width; clamped to the axis.</summary>
    public double At(double value) => Math.Clamp((value + Half) / (2 * Half) * 100, 0, 100);

    /// <summary>True when the value lies outside the axis.</summary>
    public bool Beyond(double value) => Math.Abs(value) > Half + 1e-12;

    /// <summary>Labelled positions from left to right, zero among them.</summary>
    public IEnumerable<double> Labels => Marks(Label);

    /// <summary>All ticks from left to right.</summary>
    public IEnumerable<double> Ticks => Marks(Tick);

    private IEnumerable<double> Marks(double step)
    {
        var n = (int)Math.Floor(Half / step + 1e-9);
        for (var i = -n; i <= n; i++) yield return i * step;
    }

    private static string WritePercent(double value)
    {
        var percent = Math.Round(value * 100, 2);
        return percent == 0 ? "0" : Figures.Signed(percent, percent == Math.Round(percent) ? 0 : percent * 10 == Math.Round(percent * 10) ? 1 : 2) + "%";
    }
}
