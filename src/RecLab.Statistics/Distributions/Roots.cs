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

    /// <summary>The zero of a continuous function between two points at which its sign differs (Chandrupatla, Advances in Engineering Software 28, 1997):
    /// inverse quadratic interpolation where that is safe, halving elsewhere.</summary>
    public static double Between(Func<double, double> function, double low, double high, double tolerance = 1e-15)
    {
        double a = high, b = low, c = high, fa = function(a), fb = function(b), fc = fa;
        if (fa == 0) return a;
        if (fb == 0) return b;
        if (Math.Sign(fa) == Math.Sign(fb)) throw new ArgumentException($"No sign change between {low} and {high}.");
        var share = 0.5;
        for (var i = 0; i < 300; i++)
        {
            var x = a + share * (b - a);
            var fx = function(x);
            if (Math.Sign(fx) == Math.Sign(fa)) (c, fc) = (a, fa);
            else (c, fc, b, fb) = (b, fb, a, fa);
            (a, fa) = (x, fx);
            var best = Math.Abs(fb) < Math.Abs(fa) ? b : a;
            var reach = (2e-16 * Math.Abs(best) + tolerance * Math.Abs(best) + 1e-300) / Math.Abs(b - a);
            if (reach > 0.5 || fa == 0 || fb == 0) return best;
            var (xi, phi) = ((a - b) / (c - b), (fa - fb) / (fc - fb));
            share = phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi
                ? fa / (fb - fa) * (fc / (fb - fc)) + (c - a) / (b - a) * (fa / (fc - fa)) * (fb / (fc - fb))
                : 0.5;
            share = Math.Clamp(share, reach, 1 - reach);
        }
        return a;
    }
}
