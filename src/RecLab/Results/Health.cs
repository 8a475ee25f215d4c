using RecLab.Controls;
using RecLab.Experiments;
using RecLab.Statistics.Comparisons;

namespace RecLab.Results;

/// <summary>How much a health check worries. Bad blocks the verdict.</summary>
public enum HealthLevel { Unknown, Good, Watch, Bad }

/// <summary>One cell of the health strip: what was looked at, what it is, why that matters.</summary>
public sealed record HealthCell(string Title, HealthLevel Level, string Value, string Caption);

/// <summary>Facts about the traffic that decide whether any number can be trusted.</summary>
/// <param name="SeveralArms">Users counted in more than one arm of the phase.</param>
/// <param name="Fallbacks">Of the newest lists those a fallback answered instead of the arm's model.</param>
/// <param name="Lists">The newest lists that were looked at.</param>
/// <param name="SetAside">Events of the placement since the phase began that were kept and not counted: late, stale, quarantined.</param>
/// <param name="LastAt">When the newest list of the phase was served, by the simulated clock for simulated visitors; null without any.</param>
public sealed record TrafficFacts(long SeveralArms, long Fallbacks, long Lists, long SetAside, DateTimeOffset? LastAt);

/// <summary>The health strip.</summary>
public sealed record Health(IReadOnlyList<HealthCell> Cells)
{
    /// <summary>Share of users in several arms, and of lists from a fallback, from which it is worth a look and from which nothing can be trusted.</summary>
    public const double WatchShare = 0.001, BadShare = 0.01, WatchFallback = 0.01, BadFallback = 0.1;

    /// <summary>Title of the cell about the planned shares.</summary>
    public const string SplitTitle = "Traffic split";

    /// <summary>The worst of the cells.</summary>
    public HealthLevel Level => Cells.Count == 0 ? HealthLevel.Unknown : Cells.Max(c => c.Level);

    /// <summary>Why nothing can be trusted; null when it can.</summary>
    public HealthCell? Blocking => Cells.FirstOrDefault(c => c.Level == HealthLevel.Bad);

    public static Health Of(IReadOnlyList<PhaseArm> arms, IReadOnlyList<ArmTotals> totals, TrafficFacts facts, bool simulated, bool running, DateTimeOffset now) =>
        new([Split(arms, totals), Several(totals, facts), Fallback(facts), Aside(totals, facts), Fresh(facts, simulated, running, now)]);

    /// <summary>Title of the check that the draft gives every arm the same chance.</summary>
    public const string DraftTitle = "First picks";

    /// <summary>The strip for interleaved lists: the draft instead of a split of users, lists that could not be interleaved instead of fallbacks.</summary>
    public static Health Of(Events.ContestTotals contest, IReadOnlyList<ArmTotals> totals, TrafficFacts facts, bool simulated, bool running, DateTimeOffset now) =>
        new([Draft(contest, totals.Sum(t => t.Units)), Missing(facts), Aside(totals, facts), Fresh(facts, simulated, running, now)]);

    /// <summary>Each arm places the first item equally often, by the draw. Every user counts once, by the share of the own lists that an arm began: whoever asks for thousands of lists weighs no more than anybody else. A user's lists
    /// may all repeat one draw, so the allowance is five standard deviations with one draw a user.</summary>
    private static HealthCell Draft(Events.ContestTotals contest, long users)
    {
        // readings frozen before the draws of users were kept have lists only
        IReadOnlyList<double> shares = contest.Draws?.Shares ?? [.. contest.Teams.Select(t => (double)t.Firsts / Math.Max(1, contest.Lists))];
        users = contest.Draws?.Users ?? users;
        if (users < 50) return new(DraftTitle, HealthLevel.Unknown, $"{Figures.Count(contest.Lists)} lists", "too few users to compare with an even draw");
        var even = 1.0 / contest.Teams.Count;
        var off = shares.Max(s => Math.Abs(s - even));
        var far = $"off an even draw by at most {Figures.Points(off).TrimStart('+')}";
        return off > Math.Max(0.01, 5 * Math.Sqrt(even * (1 - even) / users)) ? new(DraftTitle, HealthLevel.Bad, "not even", far) : new(DraftTitle, HealthLevel.Good, "even", far);
    }

    private static HealthCell Missing(TrafficFacts facts)
    {
        const string title = "Not interleaved";
        if (facts.Lists + facts.Fallbacks == 0) return new(title, HealthLevel.Unknown, "no lists yet", "counted once lists are served");
        var share = (double)facts.Fallbacks / (facts.Lists + facts.Fallbacks);
        var level = share > 0.5 ? HealthLevel.Bad : share > WatchFallback ? HealthLevel.Watch : HealthLevel.Good;
        return new(title, level, Figures.Rate(share), facts.Fallbacks == 0 ? "every arm had a list to give" : $"{Figures.Count(facts.Fallbacks)} lists lacked an arm and count for nobody");
    }

    /// <summary>Whether the split strays at every look so far, not only at one: what somebody who looks thousands of times is told.</summary>
    public static bool SplitStrays(IReadOnlyList<PhaseArm> arms, IReadOnlyList<ArmTotals> totals) =>
        SequentialSampleRatio.PValue([.. totals.Select(t => t.Units)], [.. arms.Select(a => a.Weight)]).TryGet(out var p, out _) && p < SequentialSampleRatio.Threshold;

    private static HealthCell Split(IReadOnlyList<PhaseArm> arms, IReadOnlyList<ArmTotals> totals)
    {
        var users = totals.Sum(t => t.Units);
        if (!SampleRatio.Test([.. totals.Select(t => t.Units)], [.. arms.Select(a => a.Weight)]).TryGet(out var test, out _))
            return new(SplitTitle, HealthLevel.Unknown, "no users yet", "compared with the plan once users come");
        if (test.Expected.Where((_, i) => arms[i].Weight > 0).Min() < 5) return new(SplitTitle, HealthLevel.Unknown, $"{Figures.Count(users)} users", "too few to compare with the plan");
        var off = totals.Select((t, i) => Math.Abs((double)t.Units / users - arms[i].Weight)).Max();
        var far = $"off by at most {Figures.Points(off).TrimStart('+')}";
        return test.IsMismatch()
            ? new(SplitTitle, HealthLevel.Bad, Figures.P(test.PValue), $"traffic mismatch, {far}")
            : new(SplitTitle, HealthLevel.Good, Figures.P(test.PValue), $"as planned, {far}");
    }

    private static HealthCell Several(IReadOnlyList<ArmTotals> totals, TrafficFacts facts)
    {
        var users = totals.Sum(t => t.Units);
        var share = users == 0 ? 0 : (double)facts.SeveralArms / users;
        var level = users == 0 ? HealthLevel.Unknown : share > BadShare ? HealthLevel.Bad : share > WatchShare ? HealthLevel.Watch : HealthLevel.Good;
        return new("Users in several arms", level, $"{Figures.Count(facts.SeveralArms)} of {Figures.Count(users)}",
            users == 0 ? "no users yet" : facts.SeveralArms == 0 ? "everybody kept the arm" : $"{Figures.Rate(share)} of users");
    }

    private static HealthCell Fallback(TrafficFacts facts)
    {
        const string title = "Lists from a fallback";
        if (facts.Lists == 0) return new(title, HealthLevel.Unknown, "no lists yet", "counted once lists are served");
        var share = (double)facts.Fallbacks / facts.Lists;
        var level = share > BadFallback ? HealthLevel.Bad : share > WatchFallback ? HealthLevel.Watch : HealthLevel.Good;
        return new(title, level, Figures.Rate(share), level == HealthLevel.Good ? "the arms answered themselves" : $"{Figures.Count(facts.Fallbacks)} lists say nothing about their arm");
    }

    private static HealthCell Aside(IReadOnlyList<ArmTotals> totals, TrafficFacts facts)
    {
        const string title = "Events not counted";
        var seen = totals.Sum(t => t.Total.Rendered + t.Total.Clicked);
        if (seen + facts.SetAside == 0) return new(title, HealthLevel.Unknown, "no events yet", "late, stale or set aside");
        var share = (double)facts.SetAside / (seen + facts.SetAside);
        return new(title, share > WatchFallback ? HealthLevel.Watch : HealthLevel.Good, Figures.Count(facts.SetAside), $"{Figures.Rate(share)}, late, stale or set aside");
    }

    private static HealthCell Fresh(TrafficFacts facts, bool simulated, bool running, DateTimeOffset now)
    {
        const string title = "Freshness";
        if (facts.LastAt is not { } last) return new(title, HealthLevel.Unknown, "no lists yet", running ? "is the widget on the page?" : "nothing was served");
        if (simulated) return new(title, HealthLevel.Good, Figures.Day(last), "where the simulated clock stands");
        return new(title, running && now - last > TimeSpan.FromHours(1) ? HealthLevel.Watch : HealthLevel.Good, Figures.Ago(last, now), $"last list {Figures.Moment(last)}");
    }
}
