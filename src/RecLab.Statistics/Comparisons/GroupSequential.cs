using RecLab.Statistics.Distributions;

namespace RecLab.Statistics.Comparisons;

/// <summary>Bounds for a fixed number of planned looks: alpha is spent along the way, a(t) = (alpha/sides) t^phi (Lan, DeMets, Biometrika 70, 1983; power family of Kim, DeMets, 1987).
/// At each look compare |z| (two-sided) or z (one-sided) with its bound.</summary>
public static class GroupSequential
{
    private const double Far = 9; // standard deviations beyond which a path has no weight: 1e-19

    /// <summary>The bound at each look, solving P(below all bounds before, above this one) = a(t_i) - a(t_(i-1)) for Brownian motion, each side on its own.</summary>
    /// <param name="fractions">Share of the planned users seen at each look, rising, in (0, 1].</param>
    /// <param name="phi">1 spends evenly, 3 keeps most of alpha for the end.</param>
    public static double[] Bounds(IReadOnlyList<double> fractions, double alpha = 0.05, int sides = 2, double phi = 3)
    {
        if (sides is not (1 or 2)) throw new ArgumentOutOfRangeException(nameof(sides), sides, "A test has one side or two.");
        if (!(alpha > 0 && alpha < 1)) throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "Alpha lies between 0 and 1.");
        if (!(phi > 0)) throw new ArgumentOutOfRangeException(nameof(phi), phi, "The spending exponent is positive.");
        var bounds = new double[fractions.Count];
        var paths = new List<(double At, double Weight)> { (0, 1) }; // B(t) of paths that crossed nothing yet
        double time = 0, spent = 0;
        for (var i = 0; i < bounds.Length; i++)
        {
            if (!(fractions[i] > time && fractions[i] <= 1)) throw new ArgumentException("Information fractions rise from above 0 to at most 1.", nameof(fractions));
            var step = Math.Sqrt(fractions[i] - time);
            var spend = alpha / sides * Math.Pow(fractions[i], phi);
            var (crossing, target) = (paths, spend - spent);
            double Above(double b) => crossing.Sum(path => path.Weight * Normal.UpperTail((b - path.At) / step));
            var root = Math.Sqrt(fractions[i]);
            var edge = Roots.Between(b => Math.Log(Math.Max(Above(b), double.Epsilon)) - Math.Log(target), -Far * root, 38 * root, 1e-13);
            bounds[i] = edge / root;
            if (i + 1 < bounds.Length) paths = Survivors(paths, step, Math.Min(step, Math.Sqrt(fractions[i + 1] - fractions[i])), -Far * root, edge);
            (time, spent) = (fractions[i], spend);
        }
        return bounds;
    }

    /// <summary>The density after one more step, at quadrature nodes between the far end and the bound, as fine as the coming step needs.</summary>
    private static List<(double, double)> Survivors(List<(double At, double Weight)> paths, double step, double detail, double low, double high)
    {
        var panels = Math.Max(4, (int)Math.Ceiling((high - low) / (2 * detail)));
        var result = new List<(double, double)>();
        var first = 0;
        foreach (var (node, weight) in Quadrature.Panels(Enumerable.Range(0, panels + 1).Select(i => low + (high - low) * i / panels)))
        {
            while (first < paths.Count && paths[first].At < node - Far * step) first++;
            var density = 0.0;
            for (var j = first; j < paths.Count; j++)
            {
                var distance = (node - paths[j].At) / step;
                if (distance < -Far) break;
                density += paths[j].Weight * Normal.Density(distance);
            }
            result.Add((node, weight * density / step));
        }
        return result;
    }
}
