using RecLab.Statistics.Distributions;

namespace RecLab.Statistics.Planning;

/// <summary>Planning for two means of equal spread by the two-sided t test: noncentral t with 2n - 2 degrees of freedom and noncentrality d sqrt(n/2), d = difference over standard deviation.</summary>
public static class MeanPower
{
    /// <summary>Power with n units in each arm, both tails.</summary>
    public static double Power(double effectSize, double unitsPerArm, double alpha = 0.05)
    {
        var degrees = 2 * unitsPerArm - 2;
        if (!(degrees > 0)) throw new ArgumentOutOfRangeException(nameof(unitsPerArm), unitsPerArm, "A t test needs more than one unit an arm.");
        var limit = StudentT.UpperQuantile(alpha / 2, degrees);
        var shift = Math.Abs(effectSize) * Math.Sqrt(unitsPerArm / 2);
        return NoncentralT.UpperTail(limit, degrees, shift) + NoncentralT.UpperTail(limit, degrees, -shift);
    }

    /// <summary>Units per arm that reach the power; round up.</summary>
    public static double Units(double effectSize, double alpha = 0.05, double power = 0.8)
    {
        if (effectSize == 0) return double.PositiveInfinity;
        var guess = 2 * Math.Pow(TwoSided.Shift(power, alpha) / effectSize, 2) + 1;
        return Solve(n => Power(effectSize, n, alpha) - power, 1.001, guess);
    }

    /// <summary>The smallest d found with this power by n units in each arm.</summary>
    public static double DetectableEffect(double unitsPerArm, double alpha = 0.05, double power = 0.8) =>
        Solve(d => Power(d, unitsPerArm, alpha) - power, 0, TwoSided.Shift(power, alpha) / Math.Sqrt(unitsPerArm / 2));

    private static double Solve(Func<double, double> excess, double low, double guess)
    {
        var high = Math.Max(guess, low + 1e-3);
        while (excess(high) < 0) (low, high) = (high, high * 2);
        return Roots.Between(excess, low, high, 1e-12);
    }
}
