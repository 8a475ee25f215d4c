using RecLab.Controls.Charts;
using RecLab.Events;
using RecLab.Statistics;
using RecLab.Statistics.Comparisons;
using RecLab.Statistics.Interleaving;
using Direction = RecLab.Controls.Charts.Direction;

namespace RecLab.Results.Interleaving;

/// <summary>One arm against control in the lists they make together: how a user's clicks are shared between the two, on average over users.</summary>
public sealed record Rivalry
{
    /// <summary>Position of the arm, from 1.</summary>
    public required int Arm { get; init; }

    /// <summary>Users who clicked on an item of one of the two, in what is judged; all others say nothing.</summary>
    public required long Users { get; init; }

    /// <summary>Users, and lists, that gave the arm more clicks than control, or fewer, or as many.</summary>
    public required Answer<Preference> OfUsers { get; init; }
    public required Answer<Preference> OfLists { get; init; }
    public required (long Wins, long Losses, long Ties) UserCounts { get; init; }
    public required (long Wins, long Losses, long Ties) ListCounts { get; init; }

    /// <summary>Mean over users of (arm's clicks - control's)/(both), -1 to 1: the fixed-horizon and the always-valid answer, or neither.</summary>
    public TTest? Fixed { get; init; }
    public Difference? Always { get; init; }

    /// <summary>Why there is no answer.</summary>
    public NotComputable? Reason { get; init; }

    /// <summary>The p value of the interval that decides now, corrected for the number of arms.</summary>
    public double? P { get; init; }
    public bool Significant { get; init; }

    /// <summary>The mean score; null when not computable.</summary>
    public double? Score => Fixed?.Effect.Value;

    /// <summary>The mean share of a user's clicks that fall on the arm's items, 0 to 1: half where nobody is preferred.</summary>
    public double? Share => Score is { } score ? ShareOf(score) : null;

    public Direction Look => !Significant || Score is not { } score ? Direction.Neutral : score > 0 ? Direction.Better : Direction.Worse;

    /// <summary>A score as a share: (1 + score)/2.</summary>
    public static double ShareOf(double score) => Math.Clamp((1 + score) / 2, 0, 1);

    /// <summary>The fixed-horizon answer decides; before the planned end the always-valid one.</summary>
    public bool AtPlannedEnd { get; init; }

    /// <summary>The interval of the score that decides; null when not computable.</summary>
    public Interval? Deciding => AtPlannedEnd ? Fixed?.Interval : Always?.Interval;

    /// <summary>Judges one arm, uncorrected.</summary>
    /// <param name="end">The planned end once it is there: the score is that of the lists up to then.</param>
    public static Rivalry Of(RivalTotals totals, JudgementRules rules, PlannedEnd? end = null)
    {
        var users = (Wins: totals.Standings.Where(s => s.Mine > s.Theirs).Sum(s => s.Users), Losses: totals.Standings.Where(s => s.Mine < s.Theirs).Sum(s => s.Users), Ties: totals.Standings.Where(s => s.Mine == s.Theirs).Sum(s => s.Users));
        if (end is not null) rules = rules with { AtPlannedEnd = true };
        var scores = end is not null && PlannedEnd.Grown(totals, end.Day) is var then ? Moments.Mean(then.Users, then.Score, then.Squares) : CreditScore.Of(totals.Standings);
        var plain = new Rivalry
        {
            Arm = totals.Team, Users = scores.Units, AtPlannedEnd = rules.AtPlannedEnd, UserCounts = users, ListCounts = (totals.Wins, totals.Losses, totals.Ties),
            OfUsers = Preference.Of(users.Wins, users.Losses, users.Ties, rules.Alpha), OfLists = Preference.Of(totals.Wins, totals.Losses, totals.Ties, rules.Alpha),
        };
        return Judge(scores, rules).TryGet(out var judged, out var reason)
            ? plain with { Fixed = judged.Fixed, Always = judged.Always, P = judged.P, Significant = judged.P <= rules.Alpha } : plain with { Reason = reason };
    }

    /// <summary>The mean score with its fixed-horizon interval (Student's t over users) and the asymptotic confidence sequence of a mean (<see cref="AlwaysValid"/>, with users as observations).</summary>
    internal static Answer<(TTest Fixed, Difference Always, double P)> Judge(Moments scores, JudgementRules rules)
    {
        if (!scores.Estimate().TryGet(out var mean, out var reason)) return reason;
        if (!(mean.Variance > 0)) return NotComputable.ZeroVariance;
        var (once, always) = (TTest.Of(mean, rules.Alpha), new AlwaysValid(rules.Alpha, EffectScale.Absolute, rules.TightestAt).Judge(mean, scores.Units));
        return (once, always, rules.AtPlannedEnd ? once.PValue : always.PValue!.Value);
    }
}

/// <summary>The arms of interleaved lists judged against control, corrected for how many there are (Holm); the intervals hold together (Bonferroni).</summary>
/// <param name="Rivals">One per arm other than control, by position.</param>
public sealed record Contest(ContestTotals Totals, IReadOnlyList<Rivalry> Rivals)
{
    /// <summary>Users who clicked, in the comparison that has fewest.</summary>
    public long Users => Rivals.Min(r => r.Users);

    public static Contest Of(ContestTotals totals, JudgementRules rules, PlannedEnd? end = null)
    {
        Rivalry[] rivals = [.. totals.Rivals.Select(r => Rivalry.Of(r, rules.Over(totals.Rivals.Count), end))];
        var adjusted = MultipleTesting.Holm([.. rivals.Select(r => r.P ?? 1)]);
        return new(totals, [.. rivals.Select((r, i) => r.P is null ? r : r with { P = adjusted[i], Significant = adjusted[i] <= rules.Alpha })]);
    }
}

/// <summary>The mean share of a user's clicks, day by day, with the bands of one arm.</summary>
/// <param name="BandArm">The arm whose bands are drawn.</param>
public sealed record ShareCurve(IReadOnlyList<ChartSeries> Series, int BandArm)
{
    public static ShareCurve Of(ContestTotals totals, IReadOnlyList<string> names, JudgementRules rules, int bandArm)
    {
        List<ChartSeries> series = [];
        foreach (var rival in totals.Rivals)
        {
            var judged = rival.Days.Select(d => (d.Day, Answer: Rivalry.Judge(Moments.Mean(d.Users, d.Score, d.Squares), rules))).Where(d => d.Answer.IsKnown).Select(d => (d.Day, d.Answer.Value)).ToArray();
            var line = new ChartSeries(names[rival.Team], [.. judged.Select(d => new ChartPoint(d.Day, Rivalry.ShareOf(d.Value.Fixed.Effect.Value)))]) { Arm = rival.Team };
            series.Add(rival.Team != bandArm ? line : line with
            {
                Band = [.. judged.Select(d => Band(d.Day, d.Value.Fixed.Interval))], OuterBand = [.. judged.Select(d => Band(d.Day, d.Value.Always.Interval))],
            });
        }
        return new(series, bandArm);
    }

    private static BandPoint Band(int day, Interval interval) => new(day, Rivalry.ShareOf(interval.Lower), Rivalry.ShareOf(interval.Upper));
}
