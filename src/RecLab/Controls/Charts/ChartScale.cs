namespace RecLab.Controls.Charts;

/// <summary>Maps values to 0..1 along an axis, linear or logarithmic, and names round ticks.</summary>
public sealed record ChartScale
{
    private ChartScale(double low, double high, bool log, IReadOnlyList<double> ticks) => (Low, High, Log, Ticks) = (low, high, log, ticks);

    public double Low { get; }
    public double High { get; }
    public bool Log { get; }

    /// <summary>At most five round values inside the axis.</summary>
    public IReadOnlyList<double> Ticks { get; }

    /// <summary>Share of the axis from its low end; outside values fall outside 0..1.</summary>
    public double At(double value) => Log
        ? (Math.Log10(Math.Max(value, double.Epsilon)) - Math.Log10(Low)) / (Math.Log10(High) - Math.Log10(Low))
        : (value - Low) / (High - Low);

    /// <summary>An axis whose ends are round and hold all values. Logarithmic only when every value is positive.</summary>
    public static ChartScale Of(IEnumerable<double> values, bool log = false, bool round = true)
    {
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        foreach (var v in values)
        {
            if (!double.IsFinite(v)) continue;
            low = Math.Min(low, v);
            high = Math.Max(high, v);
        }
        if (low > high) (low, high) = (0, 1);
        if (log && low > 0) return Logarithmic(low, high);
        if (low == high) (low, high) = low == 0 ? (0, 1) : (low - Math.Abs(low) * 0.1, high + Math.Abs(high) * 0.1);
        var step = RoundStep((high - low) / 4);
        if (round)
        {
            low = Math.Floor(low / step + 1e-9) * step;
            high = Math.Ceiling(high / step - 1e-9) * step;
            while ((high - low) / step > 5 + 1e-9) step = RoundStep(step * 1.5);
        }
        var ticks = new List<double>();
        for (var k = Math.Ceiling(low / step - 1e-9); k * step <= high + step * 1e-9; k++) ticks.Add(k * step + 0.0);
        return new(low, high, false, ticks);
    }

    private static ChartScale Logarithmic(double low, double high)
    {
        if (high / low < 1.2) (low, high) = (low / 1.1, high * 1.1);
        var ticks = Decades(low, high, [1, 2, 5]);
        if (ticks.Count > 5 && Decades(low, high, [1]) is { Count: > 1 } whole) ticks = whole;
        while (ticks.Count > 5) ticks = [.. ticks.Where((_, i) => i % 2 == 0)];
        return new(low, high, true, ticks);
    }

    private static List<double> Decades(double low, double high, double[] digits)
    {
        var ticks = new List<double>();
        for (var power = Math.Floor(Math.Log10(low)); power <= Math.Ceiling(Math.Log10(high)); power++)
            foreach (var digit in digits)
                if (digit * Math.Pow(10, power) is var t && t >= low * 0.999 && t <= high * 1.001) ticks.Add(t);
        return ticks;
    }

    /// <summary>The next of 1, 2, 2.5, 5 times a power of ten that is at least <paramref name="rough"/>.</summary>
    private static double RoundStep(double rough)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        foreach (var digit in (double[])[1, 2, 2.5, 5])
            if (digit * power >= rough * (1 - 1e-9)) return digit * power;
        return 10 * power;
    }
}
