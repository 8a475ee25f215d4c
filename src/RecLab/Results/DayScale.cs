using RecLab.Controls;

namespace RecLab.Results;

/// <summary>The measuring rule of an experiment's days: a tick a day, a long one a week, a marker for today.</summary>
public sealed record DayScale
{
    /// <summary>Days the scale shows, at least one week.</summary>
    public required int Days { get; init; }

    /// <summary>Where today is, 0..100 percent.</summary>
    public required double Today { get; init; }

    /// <summary>Percent from the left, and whether it is the long tick of a week.</summary>
    public required IReadOnlyList<(double At, bool Long)> Ticks { get; init; }

    /// <summary>Texts below: percent from the left, anchor, words.</summary>
    public required IReadOnlyList<(double At, string Anchor, string Text)> Labels { get; init; }

    /// <summary>"Day 18", counted from 1.</summary>
    public required string Marker { get; init; }

    /// <param name="start">When the phase began.</param>
    /// <param name="days">Days since then.</param>
    /// <param name="minimum">Days a verdict needs.</param>
    /// <param name="planned">Days of the plan; 0 without one.</param>
    public static DayScale Of(DateTimeOffset start, double days, int minimum, int planned)
    {
        var whole = Math.Max(Math.Max(minimum, planned), (int)Math.Ceiling(Math.Max(days, 1)));
        var every = whole <= 60 ? 1 : 7;
        double At(double day) => Math.Min(100, day / whole * 100);
        List<(double, string, string)> labels = [(0, "start", Figures.Day(start))];
        if (minimum > 0 && minimum < whole) labels.Add((At(minimum), "middle", minimum == 7 ? "1 week, minimum" : $"day {minimum}, minimum"));
        for (var week = 2; week * 7 < whole * 0.85; week += Math.Max(1, whole / 42)) if (week * 7 > minimum + whole * 0.12) labels.Add((At(week * 7), "middle", $"{week} weeks"));
        labels.Add((100, "end", Figures.Day(start.AddDays(whole))));
        return new()
        {
            Days = whole, Today = At(days), Marker = $"Day {(int)days + 1}", Labels = labels,
            Ticks = [.. Enumerable.Range(0, whole / every + 1).Select(i => (At(i * every), i * every % 7 == 0))],
        };
    }
}
