using RecLab.Controls.Charts;
using RecLab.Results.Metrics;
using RecLab.Statistics;
using RecLab.Statistics.Distributions;
using RecLab.Statistics.Planning;

namespace RecLab.Results;

/// <summary>What was measured before: one user's variance of the metric and how many users come.</summary>
/// <param name="Users">Users it was measured on, without any change being tested.</param>
/// <param name="UsersPerDay">Users of the placement on an average day.</param>
/// <param name="Source">Where it was measured: "control of Home page ranking, live".</param>
/// <param name="Simulated">Measured on simulated visitors only.</param>
public sealed record PastTraffic(Moments Moments, long Users, double UsersPerDay, string Source, bool Simulated)
{
    /// <summary>New users on an average Sunday, Monday, ..., Saturday; all the same while less than a week was seen.</summary>
    public IReadOnlyList<double> NewByWeekday { get; init; } = [.. Enumerable.Repeat(UsersPerDay, 7)];

    /// <summary>Averages over the days seen.</summary>
    /// <param name="arrived">UTC day number and how many new users came; days between without an entry had none.</param>
    /// <returns>Null where less than a week was seen.</returns>
    public static IReadOnlyList<double>? Weekdays(IReadOnlyCollection<(int Day, double Users)> arrived)
    {
        if (arrived.Count == 0) return null;
        var (first, last) = (arrived.Min(a => a.Day), arrived.Max(a => a.Day));
        if (last - first + 1 < 7) return null;
        if (last - first + 1 >= 9) (first, last) = (first + 1, last - 1); // the first and the last day are seen in part
        static int Of(int day) => ((day + 4) % 7 + 7) % 7; // day 0 was a Thursday
        var (sums, days) = (new double[7], new int[7]);
        for (var day = first; day <= last; day++) days[Of(day)]++;
        foreach (var (day, users) in arrived.Where(a => a.Day >= first && a.Day <= last)) sums[Of(day)] += users;
        return [.. sums.Zip(days, (s, n) => s / n)];
    }
}

/// <summary>How many users and days an experiment needs, from the variance of past traffic; fixed horizon, the alpha shared over the comparisons.</summary>
public sealed record SampleSize
{
    /// <summary>Users in each arm, rounded up; null where nothing was measured.</summary>
    public int? UsersPerArm { get; init; }

    /// <summary>Days at today's traffic, before rounding to weeks; null where nothing was measured.</summary>
    public double? Days { get; init; }

    /// <summary>Full weeks, at least the minimum.</summary>
    public int? PlannedDays { get; init; }

    /// <summary>Days needed by smallest effect.</summary>
    public IReadOnlyList<ChartPoint> Curve { get; init; } = [];

    /// <summary>The metric today and what the effect makes of it.</summary>
    public double Baseline { get; init; }
    public double Improved { get; init; }

    /// <summary>By how much clustering in users widens the variance of a ratio; null for other metrics.</summary>
    public double? ClusteringFactor { get; init; }

    /// <summary>New users on an average Sunday, Monday, ..., Saturday; empty where nothing was measured.</summary>
    public IReadOnlyList<double> NewByWeekday { get; init; } = [];

    /// <summary>Why there is no number.</summary>
    public string? Why { get; init; }

    /// <summary>The plan is for interleaved lists: its users are those who click.</summary>
    public bool Clickers { get; init; }

    /// <summary>N* of the always-valid interval: a quarter of the users that the comparison is planned with, so that it is narrow early and hardly wider at the end than it could be. Null without a plan.</summary>
    /// <remarks>In standard errors the interval of 95 % reaches 3.36, 3.04, 3.06 and 3.13 far at a twentieth, a quarter, half and all of the plan; tuned to all of it 4.72, 3.26, 3.08 and 3.04; tuned to 5,000 where 785 are planned 5.13, 4.11 and 3.50
    /// at the last three.</remarks>
    public double? TightestAt => UsersPerArm is not { } users ? null : Math.Max(100, Math.Round(users / (Clickers ? 4.0 : 2.0)));

    /// <param name="effect">Smallest relative effect worth finding.</param>
    /// <param name="smallestWeight">Weight of the smallest arm.</param>
    /// <param name="traffic">Share of the placement's users that takes part.</param>
    /// <param name="comparisons">Arms other than control.</param>
    /// <param name="start">The first day.</param>
    public static SampleSize Of(PastTraffic? past, double effect, double power, double alpha, int comparisons, double smallestWeight, double traffic, int minimumDays, DayOfWeek start = DayOfWeek.Monday)
    {
        if (past is null) return new() { Why = "Nothing was measured on this placement yet, so nobody can say how long it takes. It can start without a plan; power appears while it runs." };
        var moments = past.Moments;
        if (!(moments.Value > 0) || !(moments.UnitVariance > 0)) return new() { Why = "What was measured so far has no value of this metric above 0." };
        var plan = new LiftPower(moments.Value, moments.UnitVariance, 1, alpha / Math.Max(1, comparisons));
        double DaysFor(double e) => plan.UsersFor(e, power) / (past.UsersPerDay * smallestWeight * traffic);
        var (users, days) = (plan.UsersFor(effect, power), DaysFor(effect));
        var calendar = Duration.Days(users, [.. past.NewByWeekday.Select(n => n * smallestWeight * traffic)], start);
        return new()
        {
            NewByWeekday = past.NewByWeekday,
            UsersPerArm = (int)Math.Min(int.MaxValue, Math.Ceiling(users)), Days = days, PlannedDays = calendar.TryGet(out var whole, out _) ? Math.Max(whole, Weeks(minimumDays)) : Weeks(Math.Max(days, minimumDays)), Baseline = moments.Value, Improved = moments.Value * (1 + effect),
            Curve = [.. Enumerable.Range(0, 41).Select(i => effect * (0.5 + i * 0.0375)).Select(e => new ChartPoint(e, DaysFor(e)))],
            ClusteringFactor = moments.Kind == MetricKind.Ratio ? moments.UnitVariance * moments.Average(Quantity.Denominator) / (moments.Value * (1 - moments.Value)) : null,
        };
    }

    /// <summary>The plan for lists that all arms make together: users who click until a preference is found. A user's score lies between -1 and 1 and varies most, by 1, where everybody clicks once; the plan assumes that.</summary>
    /// <param name="clickers">Share of users who click and how many users come; null where nothing was measured.</param>
    /// <param name="score">Smallest mean score worth finding, 0 to 1.</param>
    public static SampleSize OfPreference(PastTraffic? clickers, double score, double power, double alpha, int comparisons, double traffic, int minimumDays)
    {
        double UsersFor(double s) => Math.Pow(Normal.UpperQuantile(alpha / Math.Max(1, comparisons) / 2) + Normal.Quantile(power), 2) * (1 - s * s) / (s * s);
        var plan = new SampleSize { Clickers = true, UsersPerArm = (int)Math.Min(int.MaxValue, Math.Ceiling(UsersFor(score))) };
        if (clickers is null || !(clickers.Moments.Value > 0)) return plan with { Why = "How long it takes nobody can say yet: how many users click here was not measured." };
        var perDay = clickers.UsersPerDay * clickers.Moments.Value * traffic;
        var days = UsersFor(score) / perDay;
        return plan with
        {
            Days = days, PlannedDays = Weeks(Math.Max(days, minimumDays)), Baseline = clickers.Moments.Value, NewByWeekday = clickers.NewByWeekday,
            Curve = [.. Enumerable.Range(0, 41).Select(i => score * (0.5 + i * 0.0375)).Where(s => s < 0.95).Select(s => new ChartPoint(s / 2, UsersFor(s) / perDay))],
        };
    }

    private static int Weeks(double days) => (int)Math.Min(10_000, Math.Ceiling(days / 7 - 1e-9)) * 7;
}
