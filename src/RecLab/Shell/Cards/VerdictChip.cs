using RecLab.Controls;
using RecLab.Experiments;
using RecLab.Results;

namespace RecLab.Shell.Cards;

/// <summary>A verdict in two or three words, with its tint and shape.</summary>
public sealed record VerdictChip(Tone Tone, IconName Icon, string Text)
{
    public static VerdictChip Of(BoardRow row)
    {
        if (row.Experiment.State == ExperimentState.Paused) return new(Tone.Warn, IconName.Warn, "Paused");
        if (row.View is not { } view) return new(Tone.Neutral, IconName.Clock, "Not started");
        var arm = view.Verdict.Arm is { } a && a < view.Input.Arms.Count ? view.Input.Arms[a].Name : "";
        return view.Verdict.Kind switch
        {
            VerdictKind.DoNotTrust => new(Tone.Bad, IconName.Cross, "Do not trust"),
            VerdictKind.Better => new(Tone.Good, IconName.Up, $"{arm} is better"),
            VerdictKind.BetterButGuardrail => new(Tone.Warn, IconName.Warn, $"{arm} breaks a guardrail"),
            VerdictKind.Worse => new(Tone.Bad, IconName.Down, $"{arm} is worse"),
            VerdictKind.NoDifference => new(Tone.Neutral, IconName.Flat, "No difference shown"),
            _ => new(Tone.Neutral, IconName.Clock, "Collecting"),
        };
    }
}
