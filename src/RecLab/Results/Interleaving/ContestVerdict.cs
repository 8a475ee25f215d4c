using RecLab.Controls;
using RecLab.Controls.Charts;
using RecLab.Experiments;

namespace RecLab.Results.Interleaving;

/// <summary>Says in words which arm people prefer. It never turns a preference into a change of click-through: that takes a split of users.</summary>
public static class ContestVerdict
{
    private const string NoLift = "Interleaving says which arm people prefer, not by how much clicks would rise: a split of users measures that.";

    public static VerdictText Write(ExperimentState state, bool simulated, IReadOnlyList<PhaseArm> arms, Contest contest, Health health, Progress progress)
    {
        if (state is ExperimentState.Draft or ExperimentState.Training or ExperimentState.Ready) return new(VerdictKind.NotStarted, "Not started yet.", null, "", "Numbers appear here as soon as it runs.", null);
        if (Obstacle(simulated, contest, health, progress) is { } obstacle) return obstacle;
        string Name(int arm) => arms[arm].Name;
        var judged = contest.Rivals.Where(r => r.Score is not null).ToArray();
        var better = judged.Where(r => r.Look == Direction.Better).OrderByDescending(r => r.Score).ToArray();
        if (better.Length > 0)
            return new(VerdictKind.Better, $"{Name(better[0].Arm)} is preferred: ", Figures.Rate(better[0].Share!.Value), $" of a user's clicks go to its items against {Name(0)}'s.", $"{Evidence(better[0], "above")} {Others(judged, better[0], Name)}{NoLift}", better[0].Arm);
        var worse = judged.Where(r => r.Look == Direction.Worse).OrderBy(r => r.Score).ToArray();
        if (worse.Length > 0 && worse.Length == judged.Length)
            return new(VerdictKind.Worse, worse.Length == 1 ? $"{Name(0)} is preferred: only " : $"{Name(0)} is preferred over every other arm: only ", Figures.Rate(worse[0].Share!.Value), $" of a user's clicks go to items of {Name(worse[0].Arm)}.",
                $"{Evidence(worse[0], "below")} {Others(judged, worse[0], Name)}{NoLift}", worse[0].Arm);
        var leading = judged.OrderByDescending(r => r.Score).First();
        var so = $"{Figures.Rate(leading.Share!.Value)} of a user's clicks go to items of {Name(leading.Arm)}, {(leading.AtPlannedEnd ? "at the planned end" : "always-valid")} {Span(leading)}, {(leading.Deciding!.Value.Contains(0) ? "which includes one half" : Figures.P(leading.P!.Value))}. {Others(judged, leading, Name)}";
        return progress.PlanComplete || state is ExperimentState.Review or ExperimentState.Decided or ExperimentState.Archived
            ? new(VerdictKind.NoDifference, "No preference shown.", null, "", so, null) : new(VerdictKind.NoDifferenceYet, "No preference shown yet.", null, "", so, null);
    }

    private static VerdictText? Obstacle(bool simulated, Contest contest, Health health, Progress progress)
    {
        VerdictText Because(string reason, string lede) => new(VerdictKind.CannotSay, $"Cannot say yet, because {reason}.", null, "", lede, null);
        var who = simulated ? "simulated visitor" : "user";
        if (contest.Totals.Lists == 0) return Because($"no {who} has been shown an interleaved list", simulated ? "Send simulated visitors to fill this reading; live users have their own." : "Live users fill this reading; simulated visitors have their own.");
        if (health.Blocking is { } red)
            return new(VerdictKind.DoNotTrust, $"Do not trust: {(red.Title == Health.DraftTitle ? "the draft is not even" : "too many lists could not be interleaved")}.", null, "", $"{red.Title}: {red.Value}, {red.Caption}. A new phase starts clean.", null);
        if (!progress.EnoughUsers) return Because($"{Figures.Count(contest.Users)} of the {Figures.Count(progress.MinimumUsers)} {who}s it needs have clicked", "Intervals are shown, a verdict is not: with so few users chance decides.");
        if (!progress.EnoughDays) return Because($"it has run {Figures.Count((long)progress.Days)} of {progress.MinimumDays} days", "Weekdays differ: a verdict needs full weeks. Intervals are shown and hold at any time.");
        return contest.Rivals.All(r => r.Score is null) ? Because(contest.Rivals[0].Reason!.Sentence, "The preference is not computable from what was recorded.") : null;
    }

    private static string Evidence(Rivalry r, string side)
    {
        var basis = $"{(r.AtPlannedEnd ? $"The {Figures.Level(r.Deciding!.Value.Level)} interval at the planned end" : "The always-valid interval")}, {Span(r)},";
        var always = r.AtPlannedEnd ? "" : ", so this holds whenever you stop";
        return r.Deciding!.Value.Contains(0) ? $"{basis} includes one half, and the test of all comparisons together shows a preference ({Figures.P(r.P!.Value)}){always}." : $"{basis} stays {side} 50%{always}.";
    }

    private static string Span(Rivalry r) => $"{Figures.Rate(Rivalry.ShareOf(r.Deciding!.Value.Lower))} to {Figures.Rate(Rivalry.ShareOf(r.Deciding.Value.Upper))}";

    private static string Others(IEnumerable<Rivalry> judged, Rivalry but, Func<int, string> name) => string.Concat(judged.Where(r => r != but).Select(r => r.Look switch
    {
        Direction.Better => $"{name(r.Arm)} is preferred too, {Figures.Rate(r.Share!.Value)}. ",
        Direction.Worse => $"{name(r.Arm)} is not liked as well as {name(0)}, {Figures.Rate(r.Share!.Value)}. ",
        _ => $"{name(r.Arm)} shows no preference. ",
    }));
}
