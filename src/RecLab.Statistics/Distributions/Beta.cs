namespace RecLab.Statistics.Distributions;

/// <summary>The beta distribution and the regularised incomplete beta function I_x(a, b), by the continued fraction (Abramowitz, Stegun 26.5.8)
/// under a prefactor in saddle-point form. Both tails are computed as such: ask for the one you need.</summary>
public static class Beta
{
    /// <summary>I_x(a, b) = P(X &lt;= x).</summary>
    public static double Cdf(double x, double a, double b) => x <= 0 ? 0 : x >= 1 ? 1 : Lower(a, b, x, 1 - x);

    /// <summary>P(X > x) = I_(1-x)(b, a).</summary>
    public static double UpperTail(double x, double a, double b) => x <= 0 ? 1 : x >= 1 ? 0 : Lower(b, a, 1 - x, x);

    /// <summary>ln of the density at x in (0, 1).</summary>
    public static double LogDensity(double x, double a, double b) => LogKernel(a, b, x, 1 - x) - Math.Log(x) - Expansions.LogOnePlus(-x);

    /// <summary>x with P(X &lt;= x) = p.</summary>
    /// <exception cref="ArgumentOutOfRangeException">p outside [0, 1], or a shape that is not positive.</exception>
    public static double Quantile(double p, double a, double b)
    {
        Check(p, a, b);
        return p is 0 or 1 ? p : p <= 0.5 ? LowerQuantile(p, a, b).X : LowerQuantile(1 - p, b, a).Y;
    }

    /// <summary>x with P(X > x) = p; exact for small p.</summary>
    /// <exception cref="ArgumentOutOfRangeException">p outside [0, 1], or a shape that is not positive.</exception>
    public static double UpperQuantile(double p, double a, double b)
    {
        Check(p, a, b);
        return p is 0 or 1 ? 1 - p : p <= 0.5 ? LowerQuantile(p, b, a).Y : LowerQuantile(1 - p, a, b).X;
    }

    private static void Check(double p, double a, double b)
    {
        if (!(p >= 0 && p <= 1)) throw new ArgumentOutOfRangeException(nameof(p), p, "A probability lies between 0 and 1.");
        if (!(a > 0 && b > 0)) throw new ArgumentOutOfRangeException(nameof(a), $"The shapes of a beta distribution are positive, not {a} and {b}.");
    }

    /// <summary>Solves ln I = ln p over the logit u of x: there the logarithm of the tail is concave, so a Newton step never runs away.</summary>
    private static (double X, double Y) LowerQuantile(double p, double a, double b)
    {
        var target = Math.Log(p);
        var u = Roots.Increasing(logit =>
        {
            var (x, y) = Logistic(logit);
            var tail = Lower(a, b, x, y);
            return tail > 0 ? (Math.Log(tail) - target, Math.Exp(LogKernel(a, b, x, y)) / tail) : (double.NegativeInfinity, 0);
        }, Math.Log(a / b), Math.Sqrt(1 / a + 1 / b));
        return Logistic(u);
    }

    /// <summary>x = 1/(1 + e^-u) and 1 - x, each with all its digits.</summary>
    internal static (double X, double Y) Logistic(double u)
    {
        var e = Math.Exp(-Math.Abs(u));
        var (near, far) = (1 / (1 + e), e / (1 + e));
        return u >= 0 ? (near, far) : (far, near);
    }

    /// <summary>ln of x^a y^b / B(a, b), y = 1 - x: the density on the logit scale.</summary>
    internal static double LogKernel(double a, double b, double x, double y) => Expansions.LogBinomial(a, a + b, x, y) + Math.Log(a * (b / (a + b)));

    /// <summary>I_x(a, b) with y = 1 - x given in full precision.</summary>
    internal static double Lower(double a, double b, double x, double y)
    {
        if (x <= 0) return 0;
        if (y <= 0) return 1;
        return x < (a + 1) / (a + b + 2)
            ? Math.Exp(LogKernel(a, b, x, y)) * Fraction(a, b, x) / a
            : 1 - Math.Exp(LogKernel(b, a, y, x)) * Fraction(b, a, y) / b;
    }

    /// <summary>The continued fraction by Lentz's method; about sqrt(max(a, b)) steps near the mean, few in the tails.</summary>
    private static double Fraction(double a, double b, double x)
    {
        const double tiny = 1e-300;
        var c = 1.0;
        var d = 1 - (a + b) * x / (a + 1);
        d = 1 / (Math.Abs(d) < tiny ? tiny : d);
        var value = d;
        for (var m = 1; m < 1_000_000; m++)
        {
            var even = a + 2.0 * m;
            Step(m * (b - m) * x / ((even - 1) * even));
            var factor = Step(-(a + m) * (a + b + m) * x / (even * (even + 1)));
            if (Math.Abs(factor - 1) < 1e-15) break;
        }
        return value;

        double Step(double coefficient)
        {
            d = 1 + coefficient * d;
            d = 1 / (Math.Abs(d) < tiny ? tiny : d);
            c = 1 + coefficient / c;
            if (Math.Abs(c) < tiny) c = tiny;
            value *= c * d;
            return c * d;
        }
    }
}
