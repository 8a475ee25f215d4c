using RecLab.Controls;
using RecLab.Controls.Charts;
using RecLab.Experiments;
using RecLab.Statistics.Comparisons;

namespace RecLab.Results;

/// <summary>What the page says first.</summary>
public enum VerdictKind { NotStarted, SwitchedOff, CannotSay, DoNotTrust, Better, Worse, BetterButGuardrail, NoDifferenceYet, NoDifference }

/// <summary>The answer in one sentence, and why it may be believed.</summary>
/// <param name="Before">The sentence up to the figure.</param>
/// <param name="Figure">The number it is about, tinted; null without one.</param>
/// <param name="After">The rest of the sentence.</param>
/// <param name="Lede">Two lines of explanation.</param>
/// <param name="Arm">The arm it is about.</param>
public sealed record VerdictText(VerdictKind Kind, string Before, string? Figure, string After, string Lede, int? Arm)
{
    public string Sentence => Before + Figure + After;

    public Tone Tone => Kind switch
    {
        VerdictKind.Better => Tone.Good,
        VerdictKind.Worse => Tone.Bad,
        VerdictKind.DoNotTrust => Tone.Bad,
        VerdictKind.BetterButGuardrail or VerdictKind.SwitchedOff => Tone.Warn,
        _ => Tone.Neutral,
    };
}

/// <summary>Writes the verdict. "Cannot say yet, because..." comes before every number: no users, health, too few users, too few days, not computable.</summary>
public static class VerdictWriter
{
    /// <param name="arms">Arms of the phase by position.</param>
    /// <param name="halt">The kill switch of the placement, while it is on.</param>
    public static VerdictText Write(ExperimentState state, bool simulated, IReadOnlyList<PhaseArm> arms, Scorecard scorecard, Health health, Progress progress, PlacementHalt? halt = null)
    {
        var said = Write(state, simulated, arms, scorecard, health, progress);
        if (halt is null || state != ExperimentState.Running || said.Kind == VerdictKind.DoNotTrust) return said;
        return new(VerdictKind.SwitchedOff, $"Switched off: {halt.Placement} serves its fallback to everybody.", null, "",
            $"The kill switch is on since {Figures.Moment(halt.At)}, by {halt.By}. Nobody is assigned and nothing is counted until it is off again. {(scorecard.TotalUsers == 0 ? "" : $"Until then: {said.Sentence}")}".TrimEnd(), said.Arm);
    }

    private static VerdictText Write(ExperimentState state, bool simulated, IReadOnlyList<PhaseArm> arms, Scorecard scorecard, Health health, Progress progress)
    {
        if (state is ExperimentState.Draft or ExperimentState.Training or ExperimentState.Ready)
            return new(VerdictKind.NotStarted, "Not started yet.", null, "", "Numbers appear here as soon as it runs.", null);
        if (Obstacle(simulated, arms, scorecard, health, progress) is { } obstacle) return obstacle;

        var goal = scorecard.Goal;
        string Name(int arm) => arms[arm].Name;
        var noun = goal.Metric.Noun;
        var judged = goal.Judgements.Where(j => j.Judged is not null).ToArray();
        ScorecardRow[] Broken(int arm) => [.. scorecard.Of(MetricRole.Guardrail).Where(r => r.Judgements.Any(j => j.Arm == arm && j.Guard == GuardrailOutcome.Breached))];

        // the largest gain that breaks no guardrail; where all of them break one, the largest gain is named with what it breaks
        var better = Ordered(judged.Where(j => j.Look == Direction.Better)).OrderBy(j => Broken(j.Arm).Length > 0).ToArray();
        if (better.Length > 0)
        {
            var best = better[0];
            var broken = Broken(best.Arm);
            var lede = $"{Evidence(best)} {Others(judged, best, Name, Broken)}{Guards(scorecard, best.Arm, Name(best.Arm))}";
            return broken.Length == 0
                ? new(VerdictKind.Better, $"{Name(best.Arm)} is better: ", best.Written, $" {noun} against {Name(0)}.", lede, best.Arm)
                : new(VerdictKind.BetterButGuardrail, $"{Name(best.Arm)} gains ", best.Written, $" {noun} but breaks a guardrail: {broken[0].Metric.Noun}.", lede, best.Arm);
        }
        var worse = Ordered(judged.Where(j => j.Look == Direction.Worse)).Reverse().ToArray();
        if (worse.Length > 0 && (worse.Length == judged.Length || judged.Length == 1))
        {
            var worst = worse[0];
            return new(VerdictKind.Worse, $"{Name(worst.Arm)} is worse: ", worst.Written, $" {noun} against {Name(0)}.", $"{Evidence(worst)} {Others(judged, worst, Name, Broken)}", worst.Arm);
        }
        var leading = Ordered(judged).First();
        var so = $"{Name(leading.Arm)} stands at {leading.Written} {noun}, {(leading.AtPlannedEnd ? "at the planned end" : "always-valid")} {leading.Span}, {(leading.Deciding!.Value.Contains(0) ? "which includes no difference" : $"{Figures.P(leading.P!.Value)}")}. {Others(judged, leading, Name, Broken)}";
        if (progress.PlanComplete || state is ExperimentState.Review or ExperimentState.Decided or ExperimentState.Archived)
            return new(VerdictKind.NoDifference, "No difference shown.", null, "", so, null);
        var left = state == ExperimentState.Running && progress.DaysLeft is { } d and > 0 ? $", about {d} {(d == 1 ? "day" : "days")} left" : "";
        return new(VerdictKind.NoDifferenceYet, $"No difference shown yet{left}.", null, "", so, null);
    }

    /// <summary>The largest gain first.</summary>
    private static IEnumerable<Judgement> Ordered(IEnumerable<Judgement> judged) => judged.OrderByDescending(j => j.Gain).ThenByDescending(j => (j.Metric.HigherIsBetter ? 1 : -1) * j.Value);

    /// <summary>What a significant difference rests on, in the words of the interval that is printed: one of several comparisons can be shown by Holm's test while the interval, which holds for all of them together, still includes zero.</summary>
    private static string Evidence(Judgement judged)
    {
        var basis = judged.AtPlannedEnd ? $"The {Figures.Level(judged.Deciding!.Value.Level)} interval at the planned end" : "The always-valid interval";
        var always = judged.AtPlannedEnd ? "" : ", so this holds whenever you stop";
        var exact = judged.Exact is null ? "" : $" (Newcombe; Fisher's exact test, {Figures.P(judged.P!.Value)})";
        return judged.Deciding!.Value.Contains(0)
            ? $"{basis}, {judged.Span}{exact}, includes no difference, and the test of all comparisons together shows one ({Figures.P(judged.P!.Value)}){always}."
            : $"{basis}, {judged.Span}{exact}, stays {(judged.Judged > 0 ? "above" : "below")} zero{always}.";
    }

    private static VerdictText? Obstacle(bool simulated, IReadOnlyList<PhaseArm> arms, Scorecard scorecard, Health health, Progress progress)
    {
        VerdictText Because(string reason, string lede) => new(VerdictKind.CannotSay, $"Cannot say yet, because {reason}.", null, "", lede, null);
        var who = simulated ? "simulated visitor" : "user";
        if (scorecard.TotalUsers == 0) return Because($"no {who} has been shown a list", simulated ? "Send simulated visitors to fill this reading; live users have their own." : "Live users fill this reading; simulated visitors have their own.");
        if (health.Blocking is { } red)
            return new(VerdictKind.DoNotTrust, $"Do not trust: {Trouble(red)}.", null, "", $"{red.Title}: {red.Value}, {red.Caption}. Intervals are withheld until this is mended; a new phase starts clean.", null);
        if (!progress.EnoughUsers)
        {
            var small = scorecard.Users.Select((n, i) => (n, i)).MinBy(x => x.n);
            return Because($"{arms[small.i].Name} has {Figures.Count(small.n)} of the {Figures.Count(progress.MinimumUsers)} {who}s it needs", "Intervals are shown, a verdict is not: with so few users chance decides.");
        }
        if (!progress.EnoughDays)
            return Because($"it has run {Whole(progress.Days)} of {progress.MinimumDays} days", "Weekdays differ: a verdict needs full weeks. Intervals are shown and hold at any time.");
        return scorecard.Goal.Judgements.All(j => j.Judged is null)
            ? Because(scorecard.Goal.Metric.Missing(scorecard.Goal.Judgements[0].Reason!), $"{scorecard.Goal.Metric.Name} is not computable from what was recorded.")
            : null;
    }

    private static string Trouble(HealthCell cell) => cell.Title switch
    {
        "Traffic split" => "traffic mismatch",
        "Users in several arms" => "users saw several arms",
        _ => "a fallback answers for the arms",
    };

    private static string Others(IEnumerable<Judgement> judged, Judgement but, Func<int, string> name, Func<int, ScorecardRow[]> broken) =>
        string.Concat(judged.Where(j => j != but).Select(j => (j.Look, broken(j.Arm)) switch
        {
            (Direction.Better, [var first, ..]) => $"{name(j.Arm)} gains {j.Written} but breaks a guardrail: {first.Metric.Noun}. ",
            (Direction.Better, _) => $"{name(j.Arm)} is better too, {j.Written}. ",
            (Direction.Worse, _) => $"{name(j.Arm)} is worse, {j.Written}. ",
            _ => $"{name(j.Arm)} is not significant. ",
        }));

    private static string Guards(Scorecard scorecard, int arm, string name)
    {
        var guards = scorecard.Of(MetricRole.Guardrail).SelectMany(r => r.Judgements.Where(j => j.Arm == arm).Select(j => (r.Metric.Noun, j.Guard))).ToArray();
        if (guards.Length == 0) return "";
        if (guards.Where(g => g.Guard == GuardrailOutcome.Breached).Select(g => g.Noun).ToArray() is { Length: > 0 } broken) return $"{name} crosses the margin of {string.Join(", ", broken)}.";
        return guards.All(g => g.Guard == GuardrailOutcome.Holds) ? $"No guardrail of {name} crosses its margin." : $"Not every guardrail of {name} is shown safe yet.";
    }

    private static string Whole(double days) => Figures.Count((long)days);
}
