namespace RecLab.Statistics.Distributions;

/// <summary>The chi-square distribution: the regularised incomplete gamma function at half the arguments, by its series left of the mean and its
/// continued fraction right of it (Abramowitz, Stegun 6.5.29 and 6.5.31).</summary>
public static class ChiSquare
{
    /// <summary>P(X > x), computed as an upper tail.</summary>
    /// <param name="degrees">Degrees of freedom, positive, also fractional.</param>
    public static double UpperTail(double x, double degrees) => x <= 0 ? 1 : Halves(x, degrees).Upper;

    /// <summary>P(X &lt;= x).</summary>
    public static double Cdf(double x, double degrees) => x <= 0 ? 0 : Halves(x, degrees).Lower;

    private static (double Lower, double Upper) Halves(double x, double degrees)
    {
        if (!(degrees > 0)) throw new ArgumentOutOfRangeException(nameof(degrees), degrees, "Degrees of freedom are positive.");
        if (double.IsNaN(x)) return (double.NaN, double.NaN);
        if (double.IsPositiveInfinity(x)) return (1, 0);
        double a = degrees / 2, z = x / 2;
        var kernel = Math.Exp(Expansions.LogPoisson(a, z)); // z^a e^-z / Gamma(a + 1)
        if (z < a + 1)
        {
            var lower = Math.Min(kernel * Series(a, z), 1);
            return (lower, 1 - lower);
        }
        var upper = Math.Min(kernel * a * Fraction(a, z), 1);
        return (1 - upper, upper);
    }

    private static double Series(double a, double z)
    {
        double term = 1, sum = 1;
        for (var n = 1; n < 10_000_000; n++)
        {
            term *= z / (a + n);
            sum += term;
            if (term < sum * 1e-17) break;
        }
        return sum;
    }

    private static double Fraction(double a, double z)
    {
        const double tiny = 1e-300;
        var b = z + 1 - a;
        var c = 1 / tiny;
        var d = 1 / b;
        var value = d;
        for (var i = 1; i < 10_000_000; i++)
        {
            var coefficient = -i * (i - a);
            b += 2;
            d = coefficient * d + b;
            d = 1 / (Math.Abs(d) < tiny ? tiny : d);
            c = b + coefficient / c;
            if (Math.Abs(c) < tiny) c = tiny;
            value *= c * d;
            if (Math.Abs(c * d - 1) < 1e-15) break;
        }
        return value;
    }
}
