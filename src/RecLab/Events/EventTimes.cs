namespace RecLab.Events;

/// <summary>When something happened, by our clock.</summary>
public static class EventTimes
{
    /// <summary>Impressions join their list within this time of its serving either way, and are late when they arrive later than this after they happened.</summary>
    public const long JoinWindow = 30 * 60_000L;

    /// <summary>Baskets, purchases, ratings belong to a list or an exposure at most this old.</summary>
    public const long OutcomeWindow = 7 * Day;

    /// <summary>Older events are kept and not counted.</summary>
    public const long OldestCounted = 72 * 3_600_000L;
    public const long Day = 86_400_000L;
    public const long Hour = 3_600_000L;

    /// <summary>How far a sender's two readings of one clock may disagree before "later than sent" is believed.</summary>
    private const long Tolerance = 1_000;

    /// <summary>received - (sent - occurred): the sender's clock only measures the time between happening and sending
    /// (Snowplow's derived timestamp). Simulated time is taken as given.</summary>
    /// <param name="type">The event's type.</param>
    /// <param name="occurredAt">The sender's reading when it happened, or null: when it was sent.</param>
    /// <param name="sentAt">The sender's reading when the batch left, or null: its clock is trusted.</param>
    /// <param name="receivedAt">Our reading. All in Unix milliseconds.</param>
    /// <param name="simulated">The times are of a simulated clock.</param>
    public static (long OccurredAt, EventFlags Flags) Derive(string type, long? occurredAt, long? sentAt, long receivedAt, bool simulated)
    {
        if (simulated) return (occurredAt ?? sentAt ?? receivedAt, EventFlags.None);
        var derived = (occurredAt, sentAt) switch
        {
            (null, _) => receivedAt,
            ({ } occurred, null) => occurred,
            ({ } occurred, { } sent) => receivedAt - (sent - occurred),
        };
        if (derived > receivedAt + Tolerance) return (receivedAt, EventFlags.Future);
        derived = Math.Min(derived, receivedAt);
        var age = receivedAt - derived;
        var flags = age > OldestCounted ? EventFlags.Stale : age > JoinWindow && EventTypes.IsImpression(type) ? EventFlags.Late : EventFlags.None;
        return (derived, flags);
    }

    /// <summary>The UTC day, counted from 1970-01-01.</summary>
    public static int DayOf(long milliseconds) => (int)Math.DivRem(milliseconds, Day, out var rest) - (rest < 0 ? 1 : 0);
}
