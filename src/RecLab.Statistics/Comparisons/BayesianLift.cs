using RecLab.Statistics.Distributions;

namespace RecLab.Statistics.Comparisons;

/// <summary>What is believed about an effect before the experiment: Normal(Mean, StandardDeviation^2), by default on the relative lift; on the other scale it is stretched by |control|.</summary>
public readonly record struct LiftPrior(double Mean, double StandardDeviation, EffectScale Scale = EffectScale.Relative)
{
    /// <summary>The same belief on another scale.</summary>
    /// <param name="baseline">The control value.</param>
    public LiftPrior On(EffectScale scale, double baseline)
    {
        if (scale == Scale) return this;
        var stretch = scale == EffectScale.Absolute ? Math.Abs(baseline) : 1 / Math.Abs(baseline);
        return new(Mean * stretch, StandardDeviation * stretch, scale);
    }
}

/// <summary>Posterior of the effect, Normal(Mean, StandardDeviation^2), from the estimate and its standard error; flat prior unless one is given.</summary>
/// <param name="ChanceToWin">P(treatment better). Decides at 97.5 % or 2.5 %, not 95 %: with a flat prior that would be a two-sided 10 % rule.</param>
/// <param name="Interval">Central credible interval.</param>
/// <param name="RiskOfTreatment">What choosing the treatment costs on average, where control is better: E[max(-effect, 0)] (for lower-is-better E[max(effect, 0)]).</param>
/// <param name="RiskOfControl">What staying with control costs on average.</param>
public sealed record BayesianLift(double Mean, double StandardDeviation, double ChanceToWin, Interval Interval, double RiskOfTreatment, double RiskOfControl)
{
    /// <summary>From this chance on, or from its complement down, a flat-prior posterior agrees with a two-sided 5 % test.</summary>
    public const double DecisionThreshold = 0.975;

    public static Answer<BayesianLift> Of(Moments control, Moments treatment, double alpha = 0.05, EffectScale scale = EffectScale.Relative, LiftPrior? prior = null, bool lowerIsBetter = false) =>
        Effect.Between(control, treatment, scale).Then<BayesianLift>(effect => Of(effect, alpha, prior?.On(scale, control.Value), lowerIsBetter));

    /// <summary>From an estimate on the prior's own scale.</summary>
    public static BayesianLift Of(Estimate effect, double alpha = 0.05, LiftPrior? prior = null, bool lowerIsBetter = false)
    {
        if (prior is { StandardDeviation: not > 0 }) throw new ArgumentOutOfRangeException(nameof(prior), prior, "The spread of a prior is positive.");
        var belief = prior is { } p ? 1 / (p.StandardDeviation * p.StandardDeviation) : 0;
        var precision = 1 / effect.Variance + belief;
        var mean = (effect.Value / effect.Variance + (prior?.Mean ?? 0) * belief) / precision;
        var spread = 1 / Math.Sqrt(precision);
        var u = mean / spread;
        var reach = Normal.UpperQuantile(alpha / 2) * spread;
        var (loss, gain) = (spread * Normal.ExpectedExcess(u), spread * Normal.ExpectedExcess(-u));
        return new(mean, spread, Normal.Cdf(lowerIsBetter ? -u : u), new(mean - reach, mean + reach, 1 - alpha),
            lowerIsBetter ? gain : loss, lowerIsBetter ? loss : gain);
    }
}

/// <summary>The posterior as a comparison: significant where its chance to win reaches 97.5 % or falls to 2.5 %.</summary>
public sealed class BayesianComparison(double alpha = 0.05, EffectScale scale = EffectScale.Relative, LiftPrior? prior = null, bool lowerIsBetter = false) : IComparison
{
    public Verdict Compare(Moments control, Moments treatment)
    {
        if (!BayesianLift.Of(control, treatment, alpha, scale, prior, lowerIsBetter).TryGet(out var lift, out var reason)) return new Undecided(reason);
        var decided = Math.Max(lift.ChanceToWin, 1 - lift.ChanceToWin) >= BayesianLift.DecisionThreshold;
        return new Difference(new(lift.Mean, lift.StandardDeviation * lift.StandardDeviation, double.PositiveInfinity), lift.Interval, null, scale, decided) { ChanceToWin = lift.ChanceToWin };
    }
}
