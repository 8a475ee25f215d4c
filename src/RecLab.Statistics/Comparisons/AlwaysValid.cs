using RecLab.Statistics.Distributions;

namespace RecLab.Statistics.Comparisons;

/// <summary>An interval that may be looked at any number of times, and acted on at the first look that excludes 0: an asymptotic confidence sequence (Waudby-Smith,
/// Arbour, Sinha, Kennedy, Ramdas, arXiv 2103.06476; two-sided Theorem 2.2, one-sided appendix).</summary>
/// <param name="alpha">Error over all looks together, two-sided, 0 to 1.</param>
/// <param name="tuning">N*, the number of users (both arms) at which the interval is tightest.</param>
public sealed class AlwaysValid(double alpha = 0.05, EffectScale scale = EffectScale.Relative, double tuning = AlwaysValid.DefaultTuning) : IComparison
{
    public const double DefaultTuning = 5000;

    public Verdict Compare(Moments control, Moments treatment) =>
        Effect.Between(control, treatment, scale).TryGet(out var effect, out var reason)
            ? Judge(effect, control.Units + treatment.Units)
            : new Undecided(reason);

    /// <summary>The same judgement of an effect estimated elsewhere, such as with CUPED.</summary>
    /// <param name="units">Users of both arms.</param>
    public Difference Judge(Estimate effect, long units)
    {
        var half = HalfWidth(effect.Variance, units, alpha, tuning);
        var interval = new Interval(effect.Value - half, effect.Value + half, 1 - alpha);
        return new(effect, interval, PValue(effect, units, alpha, tuning), scale, !interval.Contains(0));
    }

    /// <summary>rho = sqrt((-2 ln alpha + ln(1 - 2 ln alpha)) / N*).</summary>
    public static double Rho(double alpha, double tuning)
    {
        if (!(alpha > 0 && alpha < 1)) throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "Alpha lies between 0 and 1.");
        if (!(tuning > 0)) throw new ArgumentOutOfRangeException(nameof(tuning), tuning, "The tuning parameter is a positive number of users.");
        return Math.Sqrt((-2 * Math.Log(alpha) + Math.Log(1 - 2 * Math.Log(alpha))) / tuning);
    }

    /// <summary>SE sqrt(n) sqrt(2(k + 1) ln(sqrt(k + 1)/alpha) / (n rho)^2), k = n rho^2.</summary>
    public static double HalfWidth(double variance, double units, double alpha, double tuning)
    {
        var rho = Rho(alpha, tuning);
        var k = units * rho * rho;
        return Math.Sqrt(variance * units * 2 * (k + 1) * (Expansions.LogOnePlus(k) / 2 - Math.Log(alpha))) / (units * rho);
    }

    /// <summary>min(1, sqrt(k + 1) exp(-rho^2 n (estimate/SE)^2 / (2(k + 1)))), in logarithms: of the current look.</summary>
    public static double PValue(Estimate effect, double units, double alpha, double tuning)
    {
        var rho = Rho(alpha, tuning);
        var k = units * rho * rho;
        return Math.Min(1, Math.Exp(Expansions.LogOnePlus(k) / 2 - k * effect.Statistic * effect.Statistic / (2 * (k + 1))));
    }

    /// <summary>How far a one-sided bound lies from the estimate: sqrt(SE^2 n 2(k + 1)/(n rho)^2 ln(1 + sqrt(k + 1)/(2 alpha))), rho at 2 alpha.</summary>
    public static double OneSidedReach(double variance, double units, double alpha, double tuning)
    {
        var rho = Rho(2 * alpha, tuning);
        var k = units * rho * rho;
        return Math.Sqrt(variance * units * 2 * (k + 1) * Expansions.LogOnePlus(Math.Sqrt(k + 1) / (2 * alpha))) / (units * rho);
    }
}
