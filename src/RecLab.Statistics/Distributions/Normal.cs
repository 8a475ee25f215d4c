namespace RecLab.Statistics.Distributions;

/// <summary>The standard normal distribution. Tails are rational approximations by W. J. Cody ("Rational Chebyshev approximations for the error
/// function", 1969) with relative error near 1e-16 as far out as doubles reach; quantiles by Wichura's AS 241 with one Newton step on the tail.</summary>
public static class Normal
{
    private const double InverseRootTwoPi = 0.398942280401432677939946059934;

    private static ReadOnlySpan<double> A => [2.2352520354606839287, 161.02823106855587881, 1067.6894854603709582, 18154.981253343561249, .065682337918207449113];
    private static ReadOnlySpan<double> B => [47.20258190468824187, 976.09855173777669322, 10260.932208618978205, 45507.789335026729956];
    private static ReadOnlySpan<double> C =>
        [.39894151208813466764, 8.8831497943883759412, 93.506656132177855979, 597.27027639480026226, 2494.5375852903726711, 6848.1904505362823326, 11602.651437647350124, 9842.7148383839780218, 1.0765576773720192317e-8];
    private static ReadOnlySpan<double> D =>
        [22.266688044328115691, 235.38790178262499861, 1519.377599407554805, 6485.558298266760755, 18615.571640885098091, 34900.952721145977266, 38912.003286093271411, 19685.429676859990727];
    private static ReadOnlySpan<double> P => [.21589853405795699, .1274011611602473639, .022235277870649807, .001421619193227893466, 2.9112874951168792e-5, .02307344176494017303];
    private static ReadOnlySpan<double> Q => [1.28426009614491121, .468238212480865118, .0659881378689285515, .00378239633202758244, 7.29751555083966205e-5];

    /// <summary>phi(x).</summary>
    public static double Density(double x) => InverseRootTwoPi * ExpMinusHalfSquare(x);

    /// <summary>P(Z &lt;= x).</summary>
    public static double Cdf(double x) => UpperTail(-x);

    /// <summary>P(Z > x), computed as an upper tail.</summary>
    public static double UpperTail(double x)
    {
        if (double.IsNaN(x)) return double.NaN;
        var size = Math.Abs(x);
        if (size <= 0.67448975) return 0.5 - Centre(x);
        if (size > 40) return x > 0 ? 0 : 1;
        var tail = ExpMinusHalfSquare(size) * ScaledTail(size);
        return x > 0 ? tail : 1 - tail;
    }

    /// <summary>ln P(Z > x), also where the tail itself is below the smallest double.</summary>
    public static double LogUpperTail(double x) => x switch
    {
        < -5 => Expansions.LogOnePlus(-UpperTail(-x)),
        <= 5 => Math.Log(UpperTail(x)),
        _ => -0.5 * x * x + Math.Log(ScaledTail(x)),
    };

    /// <summary>P(Z > x) e^(x^2/2) for x of at least 0.6744: the tail without its exponential.</summary>
    internal static double ScaledTail(double x)
    {
        double numerator, denominator;
        if (x <= 5.656854249492380195)
        {
            numerator = C[8] * x;
            denominator = x;
            for (var i = 0; i < 7; i++)
            {
                numerator = (numerator + C[i]) * x;
                denominator = (denominator + D[i]) * x;
            }
            return (numerator + C[7]) / (denominator + D[7]);
        }
        return (InverseRootTwoPi - FarPart(1 / (x * x))) / x;
    }

    /// <summary>1/sqrt(2 pi) - x P(Z > x) e^(x^2/2) for x beyond sqrt(32), s = 1/x^2.</summary>
    private static double FarPart(double s)
    {
        var numerator = P[5] * s;
        var denominator = s;
        for (var i = 0; i < 4; i++)
        {
            numerator = (numerator + P[i]) * s;
            denominator = (denominator + Q[i]) * s;
        }
        return s * (numerator + P[4]) / (denominator + Q[4]);
    }

    /// <summary>E[max(Z - u, 0)] = phi(u) - u P(Z > u): the expected loss, without cancellation far out.</summary>
    public static double ExpectedExcess(double u)
    {
        if (u <= 5.656854249492380195) return Density(u) - u * UpperTail(u);
        if (u > 40) return 0;
        return ExpMinusHalfSquare(u) * FarPart(1 / (u * u));
    }

    /// <summary>P(0 &lt; Z &lt;= x) for small x.</summary>
    private static double Centre(double x)
    {
        var s = x * x;
        var numerator = A[4] * s;
        var denominator = s;
        for (var i = 0; i < 3; i++)
        {
            numerator = (numerator + A[i]) * s;
            denominator = (denominator + B[i]) * s;
        }
        return x * (numerator + A[3]) / (denominator + B[3]);
    }

    /// <summary>e^(-x^2/2) with x split so that the square is exact.</summary>
    private static double ExpMinusHalfSquare(double x)
    {
        x = Math.Abs(x);
        if (x > 40) return 0;
        var coarse = Math.Truncate(x * 16) / 16;
        return Math.Exp(-0.5 * coarse * coarse) * Math.Exp(-0.5 * (x - coarse) * (x + coarse));
    }

    /// <summary>x with P(Z &lt;= x) = p.</summary>
    /// <exception cref="ArgumentOutOfRangeException">p outside [0, 1].</exception>
    public static double Quantile(double p) => p <= 0.5 ? -UpperQuantile(p) : UpperQuantile(1 - p);

    /// <summary>x with P(Z > x) = p; exact for small p, where 1 - p would lose digits.</summary>
    /// <exception cref="ArgumentOutOfRangeException">p outside [0, 1].</exception>
    public static double UpperQuantile(double p)
    {
        if (double.IsNaN(p) || p < 0 || p > 1) throw new ArgumentOutOfRangeException(nameof(p), p, "A probability lies between 0 and 1.");
        if (p == 0) return double.PositiveInfinity;
        if (p == 1) return double.NegativeInfinity;
        if (p > 0.5) return -UpperQuantile(1 - p);
        if (p == 0.5) return 0;
        var x = Wichura(p);
        // One Halley step on the tail takes the starting value to full precision.
        var tail = UpperTail(x);
        var density = Density(x);
        if (density == 0 || tail == 0) return x;
        var step = (tail - p) / density;
        return x + step / (1 + x * step / 2);
    }

    /// <summary>AS 241 (Wichura, Applied Statistics 37, 1988), PPND16, for the upper half.</summary>
    private static double Wichura(double p)
    {
        var q = 0.5 - p;
        if (q <= 0.425)
        {
            var r = 0.180625 - q * q;
            return q * (((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r + 45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r + 133.14166789178437745) * r + 3.387132872796366608)
                / (((((((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) * r + 21213.794301586595867) * r + 5394.1960214247511077) * r + 687.1870074920579083) * r + 42.313330701600911252) * r + 1);
        }
        var t = Math.Sqrt(-Math.Log(p));
        if (t <= 5)
        {
            t -= 1.6;
            return (((((((7.7454501427834140764e-4 * t + .0227238449892691845833) * t + .24178072517745061177) * t + 1.27045825245236838258) * t + 3.64784832476320460504) * t + 5.7694972214606914055) * t + 4.6303378461565452959) * t + 1.42343711074968357734)
                / (((((((1.05075007164441684324e-9 * t + 5.475938084995344946e-4) * t + .0151986665636164571966) * t + .14810397642748007459) * t + .68976733498510000455) * t + 1.6763848301838038494) * t + 2.05319162663775882187) * t + 1);
        }
        t -= 5;
        return (((((((2.01033439929228813265e-7 * t + 2.71155556874348757815e-5) * t + .0012426609473880784386) * t + .026532189526576123093) * t + .29656057182850489123) * t + 1.7848265399172913358) * t + 5.4637849111641143699) * t + 6.6579046435011037772)
            / (((((((2.04426310338993978564e-15 * t + 1.4215117583164458887e-7) * t + 1.8463183175100546818e-5) * t + 7.868691311456132591e-4) * t + .0148753612908506148525) * t + .13692988092273580531) * t + .59983220655588793769) * t + 1);
    }
}
