using RecLab.Results.Metrics;
using RecLab.Statistics;

namespace RecLab.Results.Bandits;

/// <summary>Puts together what the phases of a bandit say. In each of them users were sent anew with fixed, known shares, so the effect within a phase is unbiased whatever earlier phases found; adding users up over
/// phases would mix a better week with a larger share. Phases are weighted by n_c n_t / (n_c + n_t), which shares and users fix; the means are put together first and the relative change is taken once. A weight that knew the outcome
/// (1/variance of a relative change does) would favour phases in which the arm was unlucky.</summary>
/// <remarks>Strata of an adaptively collected sample: Zhang, Janson, Murphy, "Inference for Batched Bandits", NeurIPS 2020. The weighted sum of centred effects is a martingale, so the asymptotic confidence sequence holds for it
/// (Waudby-Smith et al., arXiv 2103.06476, Theorem 2.5) with that weight as its clock: users of the first phase times its growth. A fixed-horizon test of it is not exact when shares follow the data
/// (the information itself is random then), so a bandit is judged by the always-valid interval alone.</remarks>
public static class Pooled
{
    /// <summary>One arm against control over all strata.</summary>
    /// <param name="strata">Per phase the totals by position.</param>
    public static Judgement Judge(IOutcomeMetric metric, IReadOnlyList<IReadOnlyList<ArmTotals>> strata, int arm, JudgementRules rules, double? margin)
    {
        var (control, treated) = (Mean(metric, strata, 0), Mean(metric, strata, arm));
        var known = strata.Select(s => (Control: s[0].Of(metric), Arm: s[arm].Of(metric))).Where(s => s.Control.Estimate().IsKnown && s.Arm.Estimate().IsKnown)
            .Select(s => (Users: s.Control.Units + s.Arm.Units, Weight: (double)s.Control.Units * s.Arm.Units / (s.Control.Units + s.Arm.Units), Control: s.Control.Estimate().Value, Arm: s.Arm.Estimate().Value)).ToArray();
        if (known.Length == 0)
            return Judgement.Of(metric, arm, treated.Value, control.Value, Effect.Between(strata[^1][0].Of(metric), strata[^1][arm].Of(metric), EffectScale.Relative), 0, rules, margin);
        var all = known.Sum(k => k.Weight);
        var (c, t) = (known.Sum(k => k.Weight / all * k.Control.Value), known.Sum(k => k.Weight / all * k.Arm.Value));
        var (vc, vt) = (known.Sum(k => k.Weight / all * (k.Weight / all) * k.Control.Variance), known.Sum(k => k.Weight / all * (k.Weight / all) * k.Arm.Variance));
        Answer<Estimate> answer = c == 0 ? NotComputable.ZeroBaseline
            : vc > 0 && vt > 0 ? new Estimate((t - c) / Math.Abs(c), (vt + vc * (t / c) * (t / c)) / (c * c), known.Sum(k => k.Control.Degrees + k.Arm.Degrees)) : NotComputable.ZeroVariance;
        var clock = known[0].Users * all / known[0].Weight;
        return Judgement.Of(metric, arm, treated.Value, control.Value, answer, (long)Math.Round(clock), rules with { AtPlannedEnd = false }, margin);
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
