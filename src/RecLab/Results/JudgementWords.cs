using RecLab.Controls;
using RecLab.Controls.Charts;
using RecLab.Statistics.Comparisons;

namespace RecLab.Results;

/// <summary>A judgement in words, with the shape and tint that go with them: never colour alone.</summary>
/// <param name="Word">"better", "worse", "not significant", "safe", "not yet shown safe", "not computable", "collecting".</param>
/// <param name="Note">The p value, or where the guardrail stands.</param>
/// <param name="Class">Tint of the text.</param>
public sealed record JudgementWords(string Word, string Note, IconName Icon, string Class)
{
    public static JudgementWords Of(Judgement judged, ResultsView view)
    {
        if (view.Withheld) return new("do not trust", "withheld", IconName.Cross, "bad");
        if (judged.Reason is { } reason) return new("not computable", judged.Metric.Missing(reason), IconName.Info, "mut");
        var p = Figures.P(judged.P!.Value) + (judged.Exact is null ? "" : ", exact") + (view.End is not null && !judged.AtPlannedEnd ? ", always-valid" : "");
        if (judged.Guard is { } guard) return Guardrail(judged, guard);
        if (!view.Progress.EnoughUsers) return new("collecting", $"{p}, too few users", IconName.Clock, "sec");
        return judged.Look switch
        {
            Direction.Better => new("better", p, Arrow(judged), "good"),
            Direction.Worse => new("worse", p, Arrow(judged), "bad"),
            _ => new("not significant", p, IconName.Flat, "sec"),
        };
    }

    private static JudgementWords Guardrail(Judgement judged, GuardrailOutcome guard)
    {
        var margin = Figures.Change((judged.Metric.HigherIsBetter ? -1 : 1) * judged.Margin!.Value);
        return (guard, judged.Look) switch
        {
            (GuardrailOutcome.Breached, _) => new("worse", $"beyond the margin {margin}", Arrow(judged), "bad"),
            (GuardrailOutcome.Holds, Direction.Better) => new("better", "safe, inside the margin", Arrow(judged), "good"),
            (GuardrailOutcome.Holds, Direction.Worse) => new("worse", "safe, inside the margin", Arrow(judged), "bad"),
            (GuardrailOutcome.Holds, _) => new("safe", "inside the margin", IconName.Check, "sec"),
            _ => new("not yet shown safe", $"wings cross {margin}", IconName.Warn, "warn"),
        };
    }

    private static IconName Arrow(Judgement judged) => judged.Judged > 0 ? IconName.Up : IconName.Down;
}
