using RecLab.Statistics.Distributions;

namespace RecLab.Statistics.Comparisons;

/// <summary>Welch's t test for means, proportions and ratios (delta method), absolute or relative: looked at once, at the planned end. Welch, Biometrika 34, 1947.</summary>
/// <param name="alpha">Two-sided error, 0 to 1.</param>
public sealed class WelchTest(double alpha = 0.05, EffectScale scale = EffectScale.Relative) : IComparison
{
    public Verdict Compare(Moments control, Moments treatment) =>
        Test(control, treatment, alpha, scale).TryGet(out var test, out var reason)
            ? new Difference(test.Effect, test.Interval, test.PValue, scale, test.PValue < alpha)
            : new Undecided(reason);

    /// <summary>The test with everything it knows, one-sided answers included.</summary>
    public static Answer<TTest> Test(Moments control, Moments treatment, double alpha, EffectScale scale) =>
        Effect.Between(control, treatment, scale).Then<TTest>(effect => TTest.Of(effect, alpha));

    /// <summary>The textbook test of the absolute difference, which needs spread in one arm only.</summary>
    public static Answer<TTest> Classic(Moments control, Moments treatment, double alpha)
    {
        if (control.Units == 0 || treatment.Units == 0) return NotComputable.NoUnits;
        if (control.Units < 2 || treatment.Units < 2) return NotComputable.TooFewUnits;
        if (!(control.UnitVariance + treatment.UnitVariance > 0)) return NotComputable.ZeroVariance;
        return TTest.Of(Effect.Unchecked(control, treatment, EffectScale.Absolute), alpha);
    }
}

/// <summary>A t test of "no effect". Tails are computed as tails, so a p value of 1e-150 is not 0.</summary>
/// <param name="Effect">What was tested, with its standard error and degrees of freedom.</param>
/// <param name="Interval">Two-sided, at confidence 1 - alpha.</param>
/// <param name="PValue">Two-sided.</param>
/// <param name="PGreater">Against "the treatment is not greater".</param>
/// <param name="LowerBound">One-sided lower bound at confidence 1 - alpha.</param>
/// <param name="PLesser">Against "the treatment is not smaller".</param>
/// <param name="UpperBound">One-sided upper bound at confidence 1 - alpha.</param>
public sealed record TTest(Estimate Effect, Interval Interval, double PValue, double PGreater, double LowerBound, double PLesser, double UpperBound)
{
    public double Statistic => Effect.Statistic;

    public static TTest Of(Estimate effect, double alpha)
    {
        var t = effect.Statistic;
        var reach = StudentT.UpperQuantile(alpha, effect.Degrees) * effect.StandardError;
        return new(effect, effect.Interval(alpha), 2 * StudentT.UpperTail(Math.Abs(t), effect.Degrees),
            StudentT.UpperTail(t, effect.Degrees), effect.Value - reach, StudentT.UpperTail(-t, effect.Degrees), effect.Value + reach);
    }
}
