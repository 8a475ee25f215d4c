namespace RecLab.Statistics.Distributions;

/// <summary>Student's t distribution with real degrees of freedom. The incomplete beta function up to 10,000 degrees; above, an expansion
/// around the normal tail in w^2 = v ln(1 + t^2/v) that stays exact however far out t lies.</summary>
public static class StudentT
{
    private const double ManyDegrees = 1e4;

    // sqrt(y/(1 - e^-y)) as a power series in y; its square is the generating function of the Bernoulli numbers.
    private static readonly double[] Stretch = SquareRoot([1, 0.5, 1.0 / 12, 0, -1.0 / 720, 0, 1.0 / 30240, 0, -1.0 / 1209600, 0, 1.0 / 47900160, 0]);

    /// <summary>P(T &lt;= t).</summary>
    public static double Cdf(double t, double degrees) => UpperTail(-t, degrees);

    /// <summary>P(T > t), computed as an upper tail.</summary>
    /// <param name="degrees">Degrees of freedom, positive, also fractional; infinity gives the normal distribution.</param>
    public static double UpperTail(double t, double degrees)
    {
        if (!(degrees > 0)) throw new ArgumentOutOfRangeException(nameof(degrees), degrees, "Degrees of freedom are positive.");
        if (double.IsNaN(t)) return double.NaN;
        if (double.IsPositiveInfinity(degrees)) return Normal.UpperTail(t);
        if (t < 0) return 1 - UpperTail(-t, degrees);
        if (double.IsPositiveInfinity(t)) return 0;
        if (degrees > ManyDegrees) return NearNormalTail(t, degrees);
        // t*t may overflow; the tail is then that of a power law and the ratio below is what matters.
        var ratio = t * (t / degrees);
        if (double.IsInfinity(ratio)) return Math.Exp(Expansions.LogGamma((degrees + 1) / 2) - Expansions.LogGamma(degrees / 2)
            + (degrees / 2 - 1) * Math.Log(degrees) - degrees * Math.Log(t) - 0.5 * Math.Log(Math.PI));
        return Beta.Lower(degrees / 2, 0.5, 1 / (1 + ratio), ratio / (1 + ratio)) / 2;
    }

    /// <summary>The density at t.</summary>
    public static double Density(double t, double degrees)
    {
        if (double.IsPositiveInfinity(degrees)) return Normal.Density(t);
        var ratio = t * (t / degrees);
        return PeakRatio(degrees) * Math.Exp(-(degrees + 1) / 2 * Expansions.LogOnePlus(ratio)) / Math.Sqrt(2 * Math.PI);
    }

    /// <summary>t with P(T &lt;= t) = p.</summary>
    public static double Quantile(double p, double degrees) => p <= 0.5 ? -UpperQuantile(p, degrees) : UpperQuantile(1 - p, degrees);

    /// <summary>t with P(T > t) = p; exact for small p, where 1 - p would lose digits.</summary>
    public static double UpperQuantile(double p, double degrees)
    {
        if (!(p >= 0 && p <= 1)) throw new ArgumentOutOfRangeException(nameof(p), p, "A probability lies between 0 and 1.");
        if (p == 0) return double.PositiveInfinity;
        if (p == 1) return double.NegativeInfinity;
        if (p == 0.5) return 0;
        if (p > 0.5) return -UpperQuantile(1 - p, degrees);
        if (double.IsPositiveInfinity(degrees)) return Normal.UpperQuantile(p);
        // Over ln t the logarithm of the tail is smooth both near 0 and in the power-law tail.
        var target = Math.Log(p);
        var guess = Math.Max(Normal.UpperQuantile(p), (0.5 - p) * 2);
        var u = Roots.Increasing(x =>
        {
            var t = Math.Exp(x);
            var tail = UpperTail(t, degrees);
            return tail > 0 ? (target - Math.Log(tail), t * Density(t, degrees) / tail) : (double.PositiveInfinity, 0);
        }, Math.Log(guess), 0.1);
        return Math.Exp(u);
    }

    /// <summary>Gamma((v+1)/2) / (Gamma(v/2) sqrt(v/2)): the height of the density at 0 against the normal one.</summary>
    private static double PeakRatio(double degrees)
    {
        var z = degrees / 2;
        if (z < 100) return Math.Exp(Expansions.LogGamma(z + 0.5) - Expansions.LogGamma(z)) / Math.Sqrt(z);
        var w = 1 / z;
        return 1 + w * (-1.0 / 8 + w * (1.0 / 128 + w * (5.0 / 1024 + w * (-21.0 / 32768 + w * (-399.0 / 262144 + w * (869.0 / 4194304))))));
    }

    /// <summary>P(T > t) = K * integral from w of e^(-s^2/2) g(s^2/v) ds with g(y) = sqrt(y/(1 - e^-y)), which follows from u = sqrt(v expm1(s^2/v)) in the
    /// density; g is expanded in powers of y and each power integrated exactly.</summary>
    private static double NearNormalTail(double t, double degrees)
    {
        var square = degrees * Expansions.LogOnePlus(t * (t / degrees));
        var w = Math.Sqrt(square);
        // moment_k = integral from w of s^(2k) phi(s) ds / v^k
        var moment = Normal.UpperTail(w);
        var edge = Normal.Density(w) * w / degrees;
        var sum = Stretch[0] * moment;
        for (var k = 1; k < Stretch.Length; k++)
        {
            moment = edge + (2 * k - 1) * moment / degrees;
            edge *= square / degrees;
            sum += Stretch[k] * moment;
        }
        return Math.Min(PeakRatio(degrees) * sum, 0.5);
    }

    private static double[] SquareRoot(double[] series)
    {
        var root = new double[series.Length];
        root[0] = Math.Sqrt(series[0]);
        for (var n = 1; n < series.Length; n++)
        {
            var rest = series[n];
            for (var i = 1; i < n; i++) rest -= root[i] * root[n - i];
            root[n] = rest / (2 * root[0]);
        }
        return root;
    }
}
