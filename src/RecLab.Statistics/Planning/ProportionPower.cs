using RecLab.Statistics.Distributions;

namespace RecLab.Statistics.Planning;

/// <summary>Planning for two proportions. r = treatment units per control unit, z = z(1 - alpha/2), tests two-sided.</summary>
public static class ProportionPower
{
    /// <summary>Cohen's h = 2 asin sqrt(p2) - 2 asin sqrt(p1).</summary>
    public static double EffectSize(double baseline, double expected) => 2 * (Math.Asin(Math.Sqrt(Rate(expected))) - Math.Asin(Math.Sqrt(Rate(baseline))));

    /// <summary>Power of the arcsine z test: Phi(s - z) + Phi(-s - z), s = |h|/sqrt((1 + 1/r)/n).</summary>
    public static double ArcsinePower(double effectSize, double controlUnits, double alpha = 0.05, double ratio = 1) =>
        TwoSided.Power(Math.Abs(effectSize) / Math.Sqrt((1 + 1 / ratio) / controlUnits), alpha);

    /// <summary>Control units that reach the power; round up. The treatment needs r times as many.</summary>
    public static double ArcsineUnits(double effectSize, double alpha = 0.05, double power = 0.8, double ratio = 1)
    {
        if (effectSize == 0) return double.PositiveInfinity;
        var s = TwoSided.Shift(power, alpha) / effectSize;
        return s * s * (1 + 1 / ratio);
    }

    /// <summary>Power of the pooled-variance z test, both tails: Phi((D - z s0)/s1) + Phi((-D - z s0)/s1) with s0 under the pooled rate and s1 unpooled.</summary>
    public static double PooledPower(double baseline, double expected, double controlUnits, double alpha = 0.05, double ratio = 1)
    {
        var treatmentUnits = ratio * controlUnits;
        var pooled = (Rate(baseline) * controlUnits + Rate(expected) * treatmentUnits) / (controlUnits + treatmentUnits);
        var s0 = Math.Sqrt(pooled * (1 - pooled) * (1 / controlUnits + 1 / treatmentUnits));
        var s1 = Math.Sqrt(baseline * (1 - baseline) / controlUnits + expected * (1 - expected) / treatmentUnits);
        var (d, limit) = (Math.Abs(expected - baseline), Normal.UpperQuantile(alpha / 2) * s0);
        return Normal.Cdf((d - limit) / s1) + Normal.Cdf((-d - limit) / s1);
    }

    private static double Rate(double p) => p is >= 0 and <= 1 ? p : throw new ArgumentOutOfRangeException(nameof(p), p, "A rate lies between 0 and 1.");
}

/// <summary>The two-sided z test of a normal estimate that lies s standard errors from 0.</summary>
internal static class TwoSided
{
    /// <summary>Phi(s - z) + Phi(-s - z).</summary>
    public static double Power(double shift, double alpha)
    {
        var z = Normal.UpperQuantile(alpha / 2);
        return Normal.Cdf(shift - z) + Normal.Cdf(-shift - z);
    }

    /// <summary>The s that gives this power.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The power is not between alpha and 1.</exception>
    public static double Shift(double power, double alpha)
    {
        if (!(power > alpha && power < 1)) throw new ArgumentOutOfRangeException(nameof(power), power, $"Power lies between alpha ({alpha}) and 1.");
        var most = Normal.UpperQuantile(alpha / 2) + Normal.UpperQuantile(1 - power) + 1;
        return Roots.Between(s => Power(s, alpha) - power, 0, Math.Max(most, 1));
    }
}
