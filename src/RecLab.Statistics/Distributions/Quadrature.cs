namespace RecLab.Statistics.Distributions;

/// <summary>Gauss-Legendre quadrature over panels.</summary>
internal static class Quadrature
{
    private const int Order = 16;
    private static readonly (double Node, double Weight)[] Rule = Legendre(Order);

    /// <summary>Nodes and weights for a line cut at these points: sum of weight x f(node) is the integral. Nodes ascend; cuts are sorted, repeated ones dropped.</summary>
    public static IEnumerable<(double Node, double Weight)> Panels(IEnumerable<double> cuts)
    {
        double? last = null;
        foreach (var cut in cuts.Where(double.IsFinite).Order())
        {
            if (last is { } from && cut > from)
            {
                var (half, middle) = ((cut - from) / 2, (cut + from) / 2);
                foreach (var (node, weight) in Rule) yield return (middle + half * node, half * weight);
            }
            last = cut;
        }
    }

    /// <summary>Roots of the Legendre polynomial on [-1, 1] by Newton's method.</summary>
    private static (double, double)[] Legendre(int order)
    {
        var rule = new (double, double)[order];
        for (var i = 0; i < order; i++)
        {
            var x = Math.Cos(Math.PI * (i + 0.75) / (order + 0.5));
            var slope = 0.0;
            for (var step = 0; step < 20; step++)
            {
                double before = 1, value = x;
                for (var k = 2; k <= order; k++) (before, value) = (value, ((2 * k - 1) * x * value - (k - 1) * before) / k);
                slope = order * (x * value - before) / (x * x - 1);
                var move = value / slope;
                x -= move;
                if (Math.Abs(move) < 1e-16) break;
            }
            rule[order - 1 - i] = (x, 2 / ((1 - x * x) * slope * slope));
        }
        return rule;
    }
}
