using RecLab.Events;
using RecLab.Experiments;
using RecLab.Results.Metrics;

namespace RecLab.Results;

/// <summary>The end that was planned: the first UTC day at whose end the smallest arm has the users of the plan and the days of the plan are over. Neither knows what the arms did, so a fixed-horizon test on the lists up to that
/// day holds its error; and because it is read on that day's totals whenever the page is opened, there is one look however long the experiment runs on.</summary>
/// <param name="Day">UTC day, counted from 1970-01-01.</param>
/// <param name="Totals">One per arm by position, of the lists served up to that day.</param>
/// <param name="ReadAt">When the reading was taken, in days since 1970-01-01.</param>
public sealed record PlannedEnd(int Day, IReadOnlyList<ArmTotals> Totals, double ReadAt)
{
    /// <summary>Whether there is an end that can be fixed. Simulated visitors may be sent into days that are over, and a bandit's shares follow what it finds; both are judged by the always-valid interval for good.</summary>
    public static bool CanBe(ResultsInput input) => !input.Simulated && input.Settings.Mode != ExperimentMode.Bandit;

    /// <summary>The planned end of a reading, or null: there is no plan, its day is not over, or it cannot be fixed.</summary>
    public static PlannedEnd? Of(ResultsInput input)
    {
        var settings = input.Settings;
        if (settings.PlannedUsers <= 0 || !CanBe(input) || input.PhaseStartedAt is not { } start) return null;
        IEnumerable<(double Day, long Users)> grown = input.Contest is { } contest
            ? contest.Rivals.SelectMany(r => r.Days).Select(d => d.Day).Distinct().Order().Select(day => ((double)day, contest.Rivals.Min(r => Grown(r, day).Users)))
            : input.Totals.Days.Select(d => (d.At, d.Totals.Min(t => t.Units)));
        if (grown.Where(g => g.Users >= settings.PlannedUsers).Select(g => (double?)g.Day).FirstOrDefault() is not { } reached) return null;
        var days = (int)Math.Ceiling(DaysOf(start) + Math.Max(settings.MinimumDays, settings.PlannedDays)) - 1;
        var (day, now) = (Math.Max((int)reached, days), DaysOf(input.ReadAt));
        return now < day + 1 ? null : new(day, input.Totals.Days.LastOrDefault(d => d.At <= day)?.Totals ?? input.Totals.Arms, now);
    }

    /// <summary>Whether a metric is read at this end: it is known day by day, and what follows on the last of these lists has happened. Clicks come within half an hour, purchases and the like within a week.</summary>
    public bool Decides(IOutcomeMetric metric) => metric.IsPerUser && ReadAt >= Day + 1 + (double)(BanditPlan.IsTold(metric.Key) ? EventTimes.OutcomeWindow : EventTimes.JoinWindow) / EventTimes.Day;

    /// <summary>How users stood between an arm and control at the end of a day.</summary>
    public static RivalDay Grown(RivalTotals rival, int day) => rival.Days.LastOrDefault(d => d.Day <= day);

    private static double DaysOf(DateTimeOffset at) => (at - DateTimeOffset.UnixEpoch).TotalDays;
}
