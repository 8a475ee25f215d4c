namespace RecLab.Statistics.Planning;

/// <summary>How long it takes until enough new users have come.</summary>
public static class Duration
{
    /// <summary>Longest plan that is worth stating: two years.</summary>
    public const int MaximumDays = 731;

    /// <summary>Days until the users needed have arrived, the first day counted whole.</summary>
    /// <param name="users">Users still needed, all arms together.</param>
    /// <param name="newUsersByWeekday">New users a day on Sunday, Monday, ..., Saturday, of this placement's own past.</param>
    /// <param name="start">The first day.</param>
    /// <param name="wholeWeeks">Round up to whole weeks, so that every weekday counts equally.</param>
    /// <returns>No answer where nobody comes, or it would take more than two years.</returns>
    public static Answer<int> Days(double users, IReadOnlyList<double> newUsersByWeekday, DayOfWeek start, bool wholeWeeks = true)
    {
        if (newUsersByWeekday.Count != 7 || newUsersByWeekday.Any(n => !(n >= 0))) throw new ArgumentException("Seven numbers of new users are needed, Sunday first, none negative.", nameof(newUsersByWeekday));
        var week = newUsersByWeekday.Sum();
        if (!(week > 0)) return NotComputable.NoUnits;
        var days = 0;
        for (var missing = users; missing > 0; days++)
        {
            if (days == MaximumDays) return TooLong;
            missing -= newUsersByWeekday[((int)start + days) % 7];
        }
        return wholeWeeks ? (days + 6) / 7 * 7 : days;
    }

    /// <summary>Why there is no number of days.</summary>
    public static NotComputable TooLong { get; } = new("too_long", "With this traffic it would take more than two years.");
}
