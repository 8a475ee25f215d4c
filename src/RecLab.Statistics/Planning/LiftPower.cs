using RecLab.Statistics.Comparisons;
using RecLab.Statistics.Distributions;

namespace RecLab.Statistics.Planning;

/// <summary>Planning of a test on the relative lift: the delta method's standard error with the same variance in both arms. Use the variance of past traffic, not a guess.</summary>
/// <param name="Baseline">m, the metric today, not 0.</param>
/// <param name="UnitVariance">v per user: p(1 - p) for a share, <see cref="Moments.UnitVariance"/> of past traffic otherwise.</param>
/// <param name="UsersPerArm">n, users in each arm; may be fractional.</param>
/// <param name="Alpha">Two-sided error.</param>
/// <param name="Tuning">N* where the always-valid interval will be used; null for a fixed horizon.</param>
public sealed record LiftPower(double Baseline, double UnitVariance, double UsersPerArm, double Alpha = 0.05, double? Tuning = null)
{
    /// <summary>Chance to see a relative lift e: Phi(e/SE - z) + Phi(-e/SE - z), SE^2 = v/(n m^2) + v (m(1 + e))^2/(n m^4).</summary>
    public double Power(double lift) => TwoSided.Power(Math.Abs(lift) / Math.Sqrt(Stretch * RelativeVariance * (1 + (1 + lift) * (1 + lift))), Alpha);

    /// <summary>The smallest lift seen with this power: K = (z + z_power)^2 v/(n m^2), (1 + sqrt(1 - (1 - K)^2))/(1 - K) - 1.</summary>
    /// <returns>No answer where K is 1 or more: with so few users no lift, however large, reaches the power.</returns>
    public Answer<double> DetectableLift(double power = 0.8)
    {
        var reach = Normal.UpperQuantile(Alpha / 2) + Normal.UpperQuantile(1 - power);
        var k = reach * reach * RelativeVariance * Stretch;
        if (!(k < 1)) return OutOfReach;
        return (1 + Math.Sqrt(1 - (1 - k) * (1 - k))) / (1 - k) - 1;
    }

    /// <summary>Users per arm that see a lift with this power; round up.</summary>
    public double UsersFor(double lift, double power = 0.8)
    {
        if (lift == 0) return double.PositiveInfinity;
        if (Tuning is null)
        {
            var shift = TwoSided.Shift(power, Alpha) / lift;
            return shift * shift * UnitVariance / (Baseline * Baseline) * (1 + (1 + lift) * (1 + lift));
        }
        double Excess(double users) => (this with { UsersPerArm = users }).Power(lift) - power;
        var (low, high) = (1.0, 2.0);
        if (Excess(low) >= 0) return low;
        while (Excess(high) < 0) (low, high) = (high, high * 2);
        return Roots.Between(Excess, low, high, 1e-12);
    }

    /// <summary>Why there is no detectable lift.</summary>
    public static NotComputable OutOfReach { get; } = new("too_few_users_for_power", "With so few users no lift, however large, is seen with this power.");

    private double RelativeVariance => UnitVariance / (UsersPerArm * Baseline * Baseline);

    /// <summary>By how much looking at any time widens the variance: (w/z)^2, w the always-valid half width of a standard error of 1 with the users of two arms.</summary>
    private double Stretch => Tuning is { } tuning ? Math.Pow(AlwaysValid.HalfWidth(1, 2 * UsersPerArm, Alpha, tuning) / Normal.UpperQuantile(Alpha / 2), 2) : 1;
}
