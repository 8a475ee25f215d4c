namespace RecLab.Statistics.Distributions;

/// <summary>Binomial and Poisson probabilities for real arguments without large logarithms that cancel (Loader, "Fast and accurate computation of
/// binomial probabilities", 2000). Beta, gamma and Student tails are built on these two.</summary>
internal static class Expansions
{
    private const double HalfLogTwoPi = 0.918938533204672741780329736405617640;
    private const double LogTwoPi = 2 * HalfLogTwoPi;

    /// <summary>ln Gamma(n + 1) - (n + 1/2) ln n + n - ln(2 pi)/2 for n > 0: what Stirling's formula leaves out.</summary>
    public static double StirlingError(double n)
    {
        var shift = 0.0;
        for (; n < 16; n++) shift += (n + 0.5) * LogOnePlus(1 / n) - 1;
        var square = 1 / (n * n);
        return shift + (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - (1.0 / 1188 - (691.0 / 360360 - square / 156)
            * square) * square) * square) * square) * square) / n;
    }

    /// <summary>ln Gamma(x) for x > 0.</summary>
    public static double LogGamma(double x) => StirlingError(x) + (x - 0.5) * Math.Log(x) - x + HalfLogTwoPi;

    /// <summary>x ln(x/m) + m - x, for x, m > 0: how far x lies from its expectation m.</summary>
    public static double Deviance(double x, double m)
    {
        if (Math.Abs(x - m) >= 0.1 * (x + m)) return x * Math.Log(x / m) + m - x;
        var v = (x - m) / (x + m);
        var sum = (x - m) * v;
        var term = 2 * x * v;
        v *= v;
        for (var j = 1; j < 1000; j++)
        {
            term *= v;
            var next = sum + term / (2 * j + 1);
            if (next == sum) return sum;
            sum = next;
        }
        return sum;
    }

    /// <summary>Gamma(n+1)/(Gamma(x+1) Gamma(n-x+1)) p^x q^(n-x) for real 0 &lt;= x &lt;= n and q = 1 - p, in logarithms.</summary>
    public static double LogBinomial(double x, double n, double p, double q)
    {
        var rest = n - x;
        if (p == 0) return x == 0 ? 0 : double.NegativeInfinity;
        if (q == 0) return rest == 0 ? 0 : double.NegativeInfinity;
        if (x == 0) return n == 0 ? 0 : n * (p < 0.1 ? LogOnePlus(-p) : Math.Log(q));
        if (rest == 0) return n * (q < 0.1 ? LogOnePlus(-q) : Math.Log(p));
        return StirlingError(n) - StirlingError(x) - StirlingError(rest) - Deviance(x, n * p) - Deviance(rest, n * q)
            - 0.5 * (LogTwoPi + Math.Log(x) + LogOnePlus(-x / n));
    }

    /// <summary>m^x e^-m / Gamma(x + 1) for real x >= 0, in logarithms.</summary>
    public static double LogPoisson(double x, double m)
    {
        if (m == 0) return x == 0 ? 0 : double.NegativeInfinity;
        if (x == 0) return -m;
        return -StirlingError(x) - Deviance(x, m) - 0.5 * (LogTwoPi + Math.Log(x));
    }

    /// <summary>ln(1 + x) without losing the digits of a small x.</summary>
    public static double LogOnePlus(double x)
    {
        if (Math.Abs(x) > 0.5) return Math.Log(1 + x);
        var sum = 1 + x;
        return sum == 1 ? x : Math.Log(sum) * (x / (sum - 1));
    }

    /// <summary>e^x - 1 without losing the digits of a small x.</summary>
    public static double ExpMinusOne(double x)
    {
        if (Math.Abs(x) > 0.5) return Math.Exp(x) - 1;
        var e = Math.Exp(x);
        if (e == 1) return x;
        var less = e - 1;
        return less == -1 ? -1 : less * (x / Math.Log(e));
    }
}
