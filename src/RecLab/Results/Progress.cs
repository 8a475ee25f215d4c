using RecLab.Experiments;
using RecLab.Statistics;
using RecLab.Statistics.Distributions;
using RecLab.Statistics.Planning;

namespace RecLab.Results;

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

    /// <summary>Whole days until the plan is complete at today's pace; null where nobody can say.</summary>
    public int? DaysLeft { get; init; }

    /// <summary>Chance to find the target effect with what is there now, and the smallest relative effect found with the wanted power; null when not computable.</summary>
    public double? Power { get; init; }
    public double? SmallestEffect { get; init; }

    public bool EnoughUsers => Users >= MinimumUsers;
    public bool EnoughDays => DaysWaived || Days >= MinimumDays;

    /// <summary>Users and days of the plan are there: from now on the fixed-horizon interval decides.</summary>
    public bool PlanComplete => PlannedUsers > 0 && Users >= PlannedUsers && (DaysWaived || (EnoughDays && Days >= PlannedDays));

    /// <summary>Part of the plan that is done, 0..1; null without a plan.</summary>
    public double? Fraction => PlannedUsers > 0 ? Math.Min(1, (double)Users / PlannedUsers) : null;

    /// <param name="users">Users of the smallest arm.</param>
    /// <param name="weekdays">New users of that arm on an average Sunday, Monday, ..., Saturday of this phase; null before a week was seen.</param>
    /// <param name="effect">The goal's least certain relative effect, where there is one.</param>
    public static Progress Of(ExperimentSettings settings, double alpha, bool simulated, TimeSpan age, long users, Estimate? effect, IReadOnlyList<double>? weekdays = null, DayOfWeek today = DayOfWeek.Monday)
    {
        var (days, minimumDays) = (Math.Max(0, age.TotalDays), settings.MinimumDays);
        return new()
        {
            Days = days, MinimumDays = minimumDays, DaysWaived = simulated, Users = users, MinimumUsers = settings.MinimumUsers,
            PlannedUsers = settings.PlannedUsers, PlannedDays = settings.PlannedDays,
            DaysLeft = simulated ? null : Left(settings, days, users, weekdays, today),
            Power = effect is { } e ? PowerOf(settings.TargetEffect, e.StandardError, alpha) : null,
            SmallestEffect = effect is { } s ? (Normal.UpperQuantile(alpha / 2) + Normal.Quantile(settings.Power)) * s.StandardError : null,
        };
    }

    private static int? Left(ExperimentSettings settings, double days, long users, IReadOnlyList<double>? weekdays, DayOfWeek today)
    {
        var byDays = Math.Max(settings.MinimumDays, settings.PlannedDays) - days;
        if (settings.PlannedUsers == 0) return byDays > 0 ? (int)Math.Ceiling(byDays) : null;
        if (days < 0.5 || users == 0) return null;
        var missing = (double)settings.PlannedUsers - users;
        if (weekdays is not null && Duration.Days(missing, weekdays, today, wholeWeeks: false).TryGet(out var calendar, out _)) return (int)Math.Ceiling(Math.Max(0, Math.Max(byDays, missing > 0 ? calendar : 0)));
        var byUsers = missing / (users / days);
        return (int)Math.Ceiling(Math.Max(0, Math.Max(byDays, byUsers)));
    }

    /// <summary>Two-sided: Phi(e/SE - z) + Phi(-e/SE - z).</summary>
    private static double PowerOf(double target, double error, double alpha)
    {
        var z = Normal.UpperQuantile(alpha / 2);
        return Normal.Cdf(target / error - z) + Normal.Cdf(-target / error - z);
    }
}
