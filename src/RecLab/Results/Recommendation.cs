using RecLab.Experiments;
using RecLab.Statistics.Comparisons;

namespace RecLab.Results;

/// <summary>What the numbers suggest to do; a person decides.</summary>
/// <param name="Outcome">What to record; null while it should run on.</param>
/// <param name="Arm">The arm to ship, or null.</param>
/// <param name="Text">"ship C", "keep A", "run on".</param>
public sealed record Recommendation(ExperimentOutcome? Outcome, int? Arm, string Text)
{
    public static Recommendation Of(VerdictText verdict, Progress progress, Scorecard scorecard, IReadOnlyList<PhaseArm> arms) => verdict.Kind switch
    {
        VerdictKind.Better when Guards(scorecard, verdict.Arm!.Value) => new(ExperimentOutcome.Ship, verdict.Arm, $"ship {Letter(verdict.Arm!.Value)}"),
        VerdictKind.Better => new(null, null, "run on, guardrails open"),
        VerdictKind.BetterButGuardrail or VerdictKind.Worse => new(ExperimentOutcome.KeepControl, 0, "keep A"),
        VerdictKind.NoDifference when progress.PlanComplete => new(ExperimentOutcome.KeepControl, 0, "keep A"),
        VerdictKind.SwitchedOff => new(null, null, "wait, its placement is switched off"),
        VerdictKind.DoNotTrust => new(ExperimentOutcome.NoDecision, null, "do not decide on these numbers"),
        _ => new(null, null, "run on"),
    };

    /// <summary>Whether a choice goes against what the numbers suggest, so that somebody else must have looked at it.</summary>
    public bool IsOpposedBy(ExperimentOutcome outcome, int? arm) =>
        Outcome is { } mine ? mine != outcome || (mine == ExperimentOutcome.Ship && arm != Arm) : outcome == ExperimentOutcome.Ship;

    private static bool Guards(Scorecard scorecard, int arm) =>
        scorecard.Of(MetricRole.Guardrail).SelectMany(r => r.Judgements).Where(j => j.Arm == arm).All(j => j.Guard == GuardrailOutcome.Holds);

    private static string Letter(int position) => Controls.Arms.Letter(position);
}
