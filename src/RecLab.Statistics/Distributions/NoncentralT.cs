namespace RecLab.Statistics.Distributions;

/// <summary>The noncentral t distribution, (Z + delta)/S with S^2 chi-square over its degrees of freedom: what a t statistic follows when there is an effect.
/// P(T > t) = E[Phi(delta - t S)], integrated over ln S, where the integrand is log-concave and the trapezoid rule converges exponentially.</summary>
public static class NoncentralT
{
    private const double Negligible = 45; // e^-45 of the peak

    /// <summary>P(T > t).</summary>
    /// <param name="degrees">Degrees of freedom, positive, also fractional.</param>
    /// <param name="noncentrality">delta; 0 gives Student's t.</param>
    public static double UpperTail(double t, double degrees, double noncentrality)
    {
        if (!(degrees > 0)) throw new ArgumentOutOfRangeException(nameof(degrees), degrees, "Degrees of freedom are positive.");
        if (noncentrality == 0) return StudentT.UpperTail(t, degrees);
        if (t == 0) return Normal.Cdf(noncentrality);
        if (t < 0) return 1 - UpperTail(-t, degrees, -noncentrality);
        if (double.IsPositiveInfinity(degrees)) return Normal.UpperTail(t - noncentrality);

        var a = degrees / 2;
        double Log(double u) => -a * Bend(2 * u) + Normal.LogUpperTail(t * Math.Exp(u) - noncentrality);
        double Fall(double u)
        {
            var s = t * Math.Exp(u);
            return 2 * a * Expansions.ExpMinusOne(2 * u) + s * Hazard(s - noncentrality);
        }
        var mode = Roots.Increasing(u => (Fall(u), 0), 0, 1);
        var peak = Log(mode);
        var left = Edge(u => Log(mode - u) - peak);
        var right = Edge(u => Log(mode + u) - peak);
        var previous = double.NaN;
        for (var steps = 128; steps <= 1 << 17; steps *= 2)
        {
            var h = (left + right) / steps;
            var sum = 0.0;
            for (var i = 0; i <= steps; i++) sum += Math.Exp(Log(mode - left + i * h) - peak);
            sum *= h;
            if (Math.Abs(sum - previous) <= 1e-13 * sum) { previous = sum; break; }
            previous = sum;
        }
        return Math.Min(1, 2 * a * previous * Math.Exp(peak + Expansions.LogPoisson(a, a)));
    }

    /// <summary>P(T &lt;= t).</summary>
    public static double Cdf(double t, double degrees, double noncentrality) => UpperTail(-t, degrees, -noncentrality);

    /// <summary>e^x - 1 - x.</summary>
    private static double Bend(double x) => Math.Abs(x) < 1e-4 ? x * x * (0.5 + x * (1.0 / 6 + x / 24)) : Expansions.ExpMinusOne(x) - x;

    /// <summary>phi(x)/P(Z > x).</summary>
    private static double Hazard(double x) => x > 5 ? 0.398942280401432677939946059934 / Normal.ScaledTail(x) : Normal.Density(x) / Normal.UpperTail(x);

    private static double Edge(Func<double, double> drop)
    {
        var far = 1e-6;
        while (drop(far) > -Negligible) far *= 2;
        var near = far / 2;
        for (var i = 0; i < 6; i++)
        {
            var middle = (near + far) / 2;
            if (drop(middle) > -Negligible) near = middle; else far = middle;
        }
        return far;
    }
}
