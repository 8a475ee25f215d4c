using RecLab.Experiments;
using RecLab.Statistics;
using RecLab.Statistics.Distributions;
using RecLab.Statistics.Comparisons;
using RecLab.Statistics.Planning;

namespace RecLab.Results;

/// <summary>The effect that is known least of the goal's.</summary>
/// <param name="Units">Users behind it, the clock of the always-valid interval.</param>
public readonly record struct Evidence(Estimate Effect, long Units);

/// <summary>How far an experiment is on the way to its plan.</summary>
public sealed record Progress
{
    /// <summary>Days since the phase began, and days after which a verdict is allowed.</summary>
    public required double Days { get; init; }
    public required int MinimumDays { get; init; }

    /// <summary>Days are not asked of simulated traffic.</summary>
    public required bool DaysWaived { get; init; }

    /// <summary>Users of the smallest arm, how many a verdict needs, how many the plan asks for (0: no plan).</summary>
    public required long Users { get; init; }
    public required int MinimumUsers { get; init; }
    public required int PlannedUsers { get; init; }
    public required int PlannedDays { get; init; }

    /// <summary>Whole days until the plan is complete at today's pace, or without a plan until the target effect is found with the wanted power; null where nobody can say, or where it takes more than ten years.</summary>
    public int? DaysLeft { get; init; }

    /// <summary>Chance that the interval which decides today finds the target effect, and the smallest relative effect that it finds with the wanted power; null when not computable.</summary>
    public double? Power { get; init; }
    public double? SmallestEffect { get; init; }

    public bool EnoughUsers => Users >= MinimumUsers;
    public bool EnoughDays => DaysWaived || Days >= MinimumDays;

    /// <summary>Users and days of the plan are there. Where a <see cref="PlannedEnd"/> can be fixed that is a day which is over.</summary>
    public bool PlanComplete { get; init; }

    /// <summary>Part of the plan that is done, 0..1; null without a plan.</summary>
    public double? Fraction => PlannedUsers > 0 ? Math.Min(1, (double)Users / PlannedUsers) : null;

    /// <param name="users">Users of the smallest arm.</param>
    /// <param name="weekdays">New users of that arm on an average Sunday, Monday, ..., Saturday of this phase; null before a week was seen.</param>
    /// <param name="rules">By which the goal is judged, its alpha that of one comparison.</param>
    /// <param name="goal">The goal's least certain effect, where there is one.</param>
    /// <param name="complete">Whether the planned end is there; null asks the counts alone.</param>
    public static Progress Of(ExperimentSettings settings, JudgementRules rules, bool simulated, TimeSpan age, long users, Evidence? goal, IReadOnlyList<double>? weekdays = null, DayOfWeek today = DayOfWeek.Monday, bool? complete = null)
    {
        var (days, minimumDays) = (Math.Max(0, age.TotalDays), settings.MinimumDays);
        var plan = new RemainingUsersPlan { Alpha = rules.Alpha, TargetPower = settings.Power, TargetEffect = settings.TargetEffect, Tuning = rules.AtPlannedEnd ? null : rules.TightestAt };
        var missing = settings.PlannedUsers > 0 ? settings.PlannedUsers - users : goal is { } g && plan.Remaining(g.Effect, g.Units).TryGet(out var remaining, out _) ? remaining.Factor * users : (double?)null;
        return new()
        {
            Days = days, MinimumDays = minimumDays, DaysWaived = simulated, Users = users, MinimumUsers = settings.MinimumUsers,
            PlannedUsers = settings.PlannedUsers, PlannedDays = settings.PlannedDays,
            PlanComplete = complete ?? (settings.PlannedUsers > 0 && users >= settings.PlannedUsers && (simulated || days >= Math.Max(minimumDays, settings.PlannedDays))),
            DaysLeft = simulated ? null : Left(settings, days, users, missing, weekdays, today),
            Power = goal is { } e ? plan.Power(e.Effect.Variance, e.Units, 0) : null,
            SmallestEffect = goal is { } s ? Reach(s, rules) + Normal.Quantile(settings.Power) * s.Effect.StandardError : null,
        };
    }

    private static int? Left(ExperimentSettings settings, double days, long users, double? wanted, IReadOnlyList<double>? weekdays, DayOfWeek today)
    {
        var byDays = Math.Max(settings.MinimumDays, settings.PlannedDays) - days;
        var planned = settings.PlannedUsers > 0;
        if (wanted is not { } missing || days < 0.5 || users == 0) return !planned && byDays > 0 ? (int)Math.Ceiling(byDays) : null;
        var byUsers = missing <= 0 ? 0 : weekdays is not null && Duration.Days(missing, weekdays, today, wholeWeeks: false).TryGet(out var calendar, out _) ? calendar : missing / (users / days);
        var left = Math.Ceiling(Math.Max(0, Math.Max(byDays, byUsers)));
        return left > 3650 || (left == 0 && !planned) ? null : (int)left;
    }

    /// <summary>Half the width of the interval that decides.</summary>
    private static double Reach(Evidence goal, JudgementRules rules) => rules.AtPlannedEnd ? Normal.UpperQuantile(rules.Alpha / 2) * goal.Effect.StandardError : AlwaysValid.HalfWidth(goal.Effect.Variance, goal.Units, rules.Alpha, rules.TightestAt);
}
