using RecLab.Statistics.Distributions;

namespace RecLab.Statistics.Comparisons;

/// <summary>Whether a guardrail metric is shown to be no worse than a margin allows, on the relative scale.</summary>
/// <param name="Effect">Relative lift.</param>
/// <param name="Statistic">(lift - bad bound)/SE, the bad bound being -margin, or +margin where lower is better.</param>
/// <param name="PValue">One-sided, against "worse than the margin".</param>
/// <param name="Bound">One-sided confidence bound of the lift on the bad side.</param>
/// <param name="Interval">Two-sided interval at the same alpha.</param>
/// <param name="Outcome">What follows.</param>
public sealed record NonInferiority(Estimate Effect, double Statistic, double PValue, double Bound, Interval Interval, GuardrailOutcome Outcome)
{
    /// <param name="margin">How much worse is still acceptable, relative: 0.02 for 2 %; positive.</param>
    /// <param name="alpha">One-sided error, 0 to 1.</param>
    public static Answer<NonInferiority> Test(Moments control, Moments treatment, double margin, double alpha = 0.05, bool lowerIsBetter = false)
    {
        if (!(margin > 0)) throw new ArgumentOutOfRangeException(nameof(margin), margin, "A margin is positive.");
        return RecLab.Statistics.Effect.Between(control, treatment, EffectScale.Relative).Then<NonInferiority>(effect => Judge(effect, margin, alpha, lowerIsBetter));
    }

    /// <summary>The same of a lift estimated elsewhere, such as with CUPED.</summary>
    public static NonInferiority Judge(Estimate effect, double margin, double alpha, bool lowerIsBetter)
    {
        var worst = lowerIsBetter ? margin : -margin;
        var statistic = (effect.Value - worst) / effect.StandardError;
        var reach = StudentT.UpperQuantile(alpha, effect.Degrees) * effect.StandardError;
        var interval = effect.Interval(alpha);
        var (p, bound, passes, breached) = lowerIsBetter
            ? (StudentT.Cdf(statistic, effect.Degrees), effect.Value + reach, effect.Value + reach < worst, interval.Lower > worst)
            : (StudentT.UpperTail(statistic, effect.Degrees), effect.Value - reach, effect.Value - reach > worst, interval.Upper < worst);
        return new(effect, statistic, p, bound, interval, passes ? GuardrailOutcome.Holds : breached ? GuardrailOutcome.Breached : GuardrailOutcome.Inconclusive);
    }
}

/// <summary>What is known about a guardrail.</summary>
public enum GuardrailOutcome
{
    /// <summary>Neither shown to hold nor to be breached.</summary>
    Inconclusive,

    /// <summary>Shown to be no worse than the margin.</summary>
    Holds,

    /// <summary>The whole interval lies beyond the margin on the bad side.</summary>
    Breached,
}
