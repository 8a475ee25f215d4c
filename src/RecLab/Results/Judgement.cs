using RecLab.Controls.Charts;
using RecLab.Results.Metrics;
using RecLab.Statistics;
using RecLab.Statistics.Comparisons;
using RecLab.Statistics.Distributions;
using Direction = RecLab.Controls.Charts.Direction;

namespace RecLab.Results;

/// <summary>How effects are judged; fixed before the start.</summary>
/// <param name="Alpha">Two-sided error.</param>
/// <param name="TightestAt">N* of the always-valid interval.</param>
/// <param name="AtPlannedEnd">The plan is complete: the fixed-horizon interval decides; before, the always-valid one.</param>
public sealed record JudgementRules(double Alpha, double TightestAt, bool AtPlannedEnd);

/// <summary>One metric in one arm against control, on the relative scale.</summary>
public sealed record Judgement
{
    public required IOutcomeMetric Metric { get; init; }

    /// <summary>Position of the arm, from 1.</summary>
    public required int Arm { get; init; }

    /// <summary>The metric in this arm and in control.</summary>
    public required double Value { get; init; }
    public required double Baseline { get; init; }

    /// <summary>Fixed-horizon answer and always-valid answer, or neither.</summary>
    public TTest? Fixed { get; init; }
    public Difference? Always { get; init; }

    /// <summary>Why there is no answer.</summary>
    public NotComputable? Reason { get; init; }

    /// <summary>The p value of the interval that decides now, corrected for the number of comparisons of its group.</summary>
    public double? P { get; init; }

    /// <summary>Whether the corrected p value is at most alpha.</summary>
    public bool Significant { get; init; }

    /// <summary>Margin of a guardrail, above 0; null otherwise.</summary>
    public double? Margin { get; init; }

    /// <summary>Where the guardrail stands; null when not computable or no guardrail.</summary>
    public GuardrailOutcome? Guard { get; init; }

    /// <summary>Probability that the arm is better than control, flat prior: Phi(estimate / SE), turned where lower is better.</summary>
    public double? ChanceToWin => Fixed is { } f ? Normal.Cdf((Metric.HigherIsBetter ? 1 : -1) * f.Effect.Statistic) : null;

    /// <summary>Relative change; null when not computable.</summary>
    public double? Change => Fixed?.Effect.Value;

    public Direction Look => !Significant || Change is not { } change ? Direction.Neutral
        : change > 0 == Metric.HigherIsBetter ? Direction.Better : Direction.Worse;

    /// <summary>Compares one arm with control, uncorrected.</summary>
    public static Judgement Of(IOutcomeMetric metric, ArmTotals control, ArmTotals arm, JudgementRules rules, double? margin = null)
    {
        var (c, t) = (control.Of(metric), arm.Of(metric));
        return Of(metric, arm.Arm, t.Value, c.Value, ChangeOf(metric, c, t), c.Units + t.Units, rules, margin);
    }

    /// <summary>The relative change of an arm against control. What all lists of an arm show together grows with its users: there the arms must have as many, within a twentieth.</summary>
    internal static Answer<Estimate> ChangeOf(IOutcomeMetric metric, Moments control, Moments arm) =>
        metric.IsPerUser || Math.Abs(control.Units - arm.Units) <= 0.05 * Math.Max(control.Units, arm.Units) ? Effect.Between(control, arm, EffectScale.Relative) : NotComputable.UnequalUsers;

    /// <summary>The same of an effect that was put together elsewhere.</summary>
    /// <param name="units">Users behind it, the clock of the always-valid interval.</param>
    internal static Judgement Of(IOutcomeMetric metric, int arm, double value, double baseline, Answer<Estimate> answer, long units, JudgementRules rules, double? margin)
    {
        var plain = new Judgement { Metric = metric, Arm = arm, Value = value, Baseline = baseline, Margin = margin };
        if (!answer.TryGet(out var effect, out var reason)) return plain with { Reason = reason };
        var (once, always) = (TTest.Of(effect, rules.Alpha), new AlwaysValid(rules.Alpha, EffectScale.Relative, rules.TightestAt).Judge(effect, units));
        var p = rules.AtPlannedEnd ? once.PValue : always.PValue!.Value;
        return plain with
        {
            Fixed = once, Always = always, P = p, Significant = p <= rules.Alpha,
            Guard = margin is { } m ? Watch(metric, effect, always, units, m, rules) : null,
        };
    }

    /// <summary>Before the planned end the always-valid bounds decide: holds while the one-sided bound stays inside the margin, breached once the two-sided
    /// interval lies wholly beyond it.</summary>
    private static GuardrailOutcome Watch(IOutcomeMetric metric, Estimate effect, Difference always, long units, double margin, JudgementRules rules)
    {
        if (rules.AtPlannedEnd) return NonInferiority.Judge(effect, margin, rules.Alpha, !metric.HigherIsBetter).Outcome;
        var worst = (metric.HigherIsBetter ? 1 : -1) * effect.Value - AlwaysValid.OneSidedReach(effect.Variance, units, rules.Alpha, rules.TightestAt);
        var best = metric.HigherIsBetter ? always.Interval.Upper : -always.Interval.Lower;
        return worst > -margin ? GuardrailOutcome.Holds : best < -margin ? GuardrailOutcome.Breached : GuardrailOutcome.Inconclusive;
    }
}
