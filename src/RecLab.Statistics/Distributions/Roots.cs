namespace RecLab.Statistics.Distributions;

/// <summary>Solving one equation in one unknown, safely.</summary>
internal static class Roots
{
    /// <summary>The zero of an increasing function given with its derivative: the bracket grows from a first guess, then Newton steps, halved where
    /// they would leave it.</summary>
    /// <param name="function">Value and derivative; an infinite value is allowed and only counts by its sign.</param>
    /// <param name="step">First distance by which to look for the other sign.</param>
    public static double Increasing(Func<double, (double Value, double Slope)> function, double guess, double step)
    {
        var (value, slope) = function(guess);
        if (value == 0) return guess;
        double low, high;
        var distance = step;
        if (value < 0)
        {
            low = high = guess;
            do { low = high; high += distance; distance *= 2; } while (function(high).Value < 0 && double.IsFinite(high));
        }
        else
        {
            low = high = guess;
            do { high = low; low -= distance; distance *= 2; } while (function(low).Value > 0 && double.IsFinite(low));
        }
        var x = guess >= low && guess <= high ? guess : (low + high) / 2;
        for (var i = 0; i < 200; i++)
        {
            (value, slope) = function(x);
            if (value == 0) return x;
            if (value < 0) low = x; else high = x;
            var next = slope > 0 && double.IsFinite(value) ? x - value / slope : double.NaN;
            if (!(next > low && next < high)) next = (low + high) / 2;
            if (Math.Abs(next - x) <= 2e-16 * Math.Abs(x) || next == low && next == high) return next;
            if (high - low <= 4e-16 * Math.Max(Math.Abs(low), Math.Abs(high))) return next;
            x = next;
        }
        return x;
    }
}
