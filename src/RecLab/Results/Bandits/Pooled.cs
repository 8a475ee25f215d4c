using RecLab.Results.Metrics;
using RecLab.Statistics;

namespace RecLab.Results.Bandits;

/// <summary>Puts together what the phases of a bandit say. In each of them users were sent anew with fixed, known shares, so the effect within a phase is unbiased whatever earlier phases found; adding users up over
/// phases would mix a better week with a larger share. Phases are weighted by their information (1/variance), which the shares and the users fix and the outcome does not.</summary>
/// <remarks>Strata of an adaptively collected sample: Zhang, Janson, Murphy, "Inference for Batched Bandits", NeurIPS 2020. The weighted sum of centred effects is a martingale, so the asymptotic confidence sequence holds for it
/// (Waudby-Smith et al., arXiv 2103.06476, Theorem 2.5) with information as its clock: users of the first phase times the growth of information. A fixed-horizon test of it is not exact when shares follow the data
/// (the information itself is random then), so a bandit is judged by the always-valid interval alone.</remarks>
public static class Pooled
{
    /// <summary>One arm against control over all strata.</summary>
    /// <param name="strata">Per phase the totals by position.</param>
    public static Judgement Judge(IOutcomeMetric metric, IReadOnlyList<IReadOnlyList<ArmTotals>> strata, int arm, JudgementRules rules, double? margin)
    {
        var effects = strata.Select(s => (Users: s[0].Units + s[arm].Units, Effect: Effect.Between(s[0].Of(metric), s[arm].Of(metric), EffectScale.Relative))).ToArray();
        var known = effects.Where(e => e.Effect.IsKnown).ToArray();
        var (control, treated) = (Mean(metric, strata, 0), Mean(metric, strata, arm));
        if (known.Length == 0) return Judgement.Of(metric, arm, treated.Value, control.Value, effects[^1].Effect, 0, rules, margin);
        var information = known.Sum(e => 1 / e.Effect.Value.Variance);
        var estimate = new Estimate(known.Sum(e => e.Effect.Value.Value / e.Effect.Value.Variance) / information, 1 / information, known.Sum(e => e.Effect.Value.Degrees));
        var clock = known[0].Users * information * known[0].Effect.Value.Variance;
        return Judgement.Of(metric, arm, treated.Value, control.Value, estimate, (long)Math.Round(clock), rules with { AtPlannedEnd = false }, margin);
    }

    /// <summary>The mean of an arm over phases, each weighted by its share of all users, whatever share of them this arm had; phases in which the arm had fewer than two users are left out.</summary>
    public static Estimate Mean(IOutcomeMetric metric, IReadOnlyList<IReadOnlyList<ArmTotals>> strata, int arm)
    {
        var known = strata.Select(s => (Users: (double)s.Sum(a => a.Units), Mean: s[arm].Of(metric).Estimate())).Where(s => s.Mean.IsKnown).ToArray();
        if (known.Length == 0) return new(double.NaN, double.NaN, 0);
        var users = known.Sum(k => k.Users);
        return new(known.Sum(k => k.Users / users * k.Mean.Value.Value), known.Sum(k => k.Users / users * (k.Users / users) * k.Mean.Value.Variance), known.Sum(k => k.Mean.Value.Degrees));
    }
}
