using RecLab.Controls;
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
public sealed record JudgementRules(double Alpha, double TightestAt, bool AtPlannedEnd)
{
    /// <summary>The same with intervals at another error. The mixture behind the always-valid interval (rho) stays what it was, so that p stays too and the interval leaves 0 out exactly where p is below this error.</summary>
    public JudgementRules At(double alpha) => this with { Alpha = alpha, TightestAt = TightestAt * Math.Pow(AlwaysValid.Rho(alpha, 1) / AlwaysValid.Rho(Alpha, 1), 2) };

    /// <summary>The same with intervals that hold together for so many comparisons (Bonferroni).</summary>
    public JudgementRules Over(int comparisons) => comparisons <= 1 ? this : At(MultipleTesting.IntervalAlpha(Alpha, comparisons));
}

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

    /// <summary>At the planned end, for a share of users where an arm has nobody or everybody: Newcombe's interval of the absolute difference and Fisher's exact test. Null otherwise.</summary>
    public Difference? Exact { get; init; }

    /// <summary>Why there is no answer.</summary>
    public NotComputable? Reason { get; init; }

    /// <summary>Users of the arm that it was computed from.</summary>
    public long Users { get; init; }

    /// <summary>Users behind the effect, the clock of the always-valid interval: those of both arms.</summary>
    public long Clock { get; init; }

    /// <summary>The fixed-horizon answer decides; before the planned end the always-valid one.</summary>
    public bool AtPlannedEnd { get; init; }

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

    /// <summary>The difference that is judged: the relative change, or in points where only the exact test answers; null when not computable.</summary>
    public double? Judged => Change ?? Exact?.Effect.Value;

    /// <summary>The interval that decides, on the scale of <see cref="Judged"/>.</summary>
    public Interval? Deciding => Exact?.Interval ?? (AtPlannedEnd ? Fixed?.Interval : Always?.Interval);

    public Direction Look => !Significant || Judged is not { } change ? Direction.Neutral
        : change > 0 == Metric.HigherIsBetter ? Direction.Better : Direction.Worse;

    /// <summary>How much better, to put arms in order; below 0 where worse.</summary>
    public double Gain => (Metric.HigherIsBetter ? 1 : -1) * (Change ?? (Value - Baseline) / Math.Abs(Baseline));

    /// <summary>The difference in words: "+6.4%", or "+1.20 pp" where only the exact test answers.</summary>
    public string Written => Change is { } change ? Figures.Change(change) : Figures.Points(Exact!.Effect.Value);

    /// <summary>The ends of the interval that decides: "+0.2% to +6.0%".</summary>
    public string Span => Exact is null ? $"{Figures.Change(Deciding!.Value.Lower)} to {Figures.Change(Deciding.Value.Upper)}" : $"{Figures.Points(Exact.Interval.Lower)} to {Figures.Points(Exact.Interval.Upper)}";

    /// <summary>Compares one arm with control, uncorrected.</summary>
    public static Judgement Of(IOutcomeMetric metric, ArmTotals control, ArmTotals arm, JudgementRules rules, double? margin = null)
    {
        var (c, t) = (control.Of(metric), arm.Of(metric));
        var judged = Of(metric, arm.Arm, t.Value, c.Value, ChangeOf(metric, c, t), c.Units + t.Units, rules, margin) with { Users = t.Units };
        return rules.AtPlannedEnd && metric.Kind == MetricKind.Proportion && judged.Reason == NotComputable.ZeroVariance ? judged.Exactly(c, t, rules) : judged;
    }

    /// <summary>The exact answer where no standard error exists. It holds at one look only.</summary>
    private Judgement Exactly(Moments control, Moments arm, JudgementRules rules)
    {
        if (new ExactTest(rules.Alpha).Compare(control, arm) is not Difference exact) return this;
        GuardrailOutcome? guard = Margin is not { } margin ? null : Watch(exact.Interval, TwoProportions.Of(control, arm).Newcombe(2 * rules.Alpha).Value, margin * Baseline);
        return this with { Exact = exact, Reason = null, P = exact.PValue, Significant = exact.PValue <= rules.Alpha, Guard = guard };

        // the margin in points; that control's share is itself estimated is left out, which a margin of some percent makes small
        GuardrailOutcome Watch(Interval both, Interval one, double points) => (Metric.HigherIsBetter ? (one.Lower, both.Upper) : (-one.Upper, -both.Lower)) is var (worst, best) && worst > -points ? GuardrailOutcome.Holds
            : best < -points ? GuardrailOutcome.Breached : GuardrailOutcome.Inconclusive;
    }

    /// <summary>The relative change of an arm against control. What all lists of an arm show together grows with its users: there the arms must have as many, within a twentieth.</summary>
    internal static Answer<Estimate> ChangeOf(IOutcomeMetric metric, Moments control, Moments arm) =>
        metric.IsPerUser || Math.Abs(control.Units - arm.Units) <= 0.05 * Math.Max(control.Units, arm.Units) ? Effect.Between(control, arm, EffectScale.Relative) : NotComputable.UnequalUsers;

    /// <summary>The same of an effect that was put together elsewhere.</summary>
    /// <param name="units">Users behind it, the clock of the always-valid interval.</param>
    internal static Judgement Of(IOutcomeMetric metric, int arm, double value, double baseline, Answer<Estimate> answer, long units, JudgementRules rules, double? margin)
    {
        var plain = new Judgement { Metric = metric, Arm = arm, Value = value, Baseline = baseline, Margin = margin, AtPlannedEnd = rules.AtPlannedEnd, Clock = units };
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
