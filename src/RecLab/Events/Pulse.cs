namespace RecLab.Events;

/// <summary>What a watch is told when events stop coming.</summary>
/// <param name="Cause">The same for as long as it lasts.</param>
public sealed record IngestStop(string Cause, string Sentence);

/// <summary>Whether live events still come, since this process began: lists that were shown without any event coming back, and writes that fail.</summary>
public sealed class Pulse
{
    /// <summary>So many lists in a row, for so long, without one event: nobody sends them any more.</summary>
    public const int SilentLists = 200;
    public static readonly TimeSpan Silence = TimeSpan.FromMinutes(15);

    private long _lastEvent, _listsSince, _failingSince;

    /// <summary>Lists of live users became durable.</summary>
    internal void Listed(bool simulated) { if (!simulated) Interlocked.Increment(ref _listsSince); }

    /// <summary>Events of live users became durable.</summary>
    internal void Heard(DateTimeOffset now)
    {
        Interlocked.Exchange(ref _lastEvent, now.UtcTicks);
        Interlocked.Exchange(ref _listsSince, 0);
    }

    /// <summary>A group could be written, or not.</summary>
    internal void Wrote(bool done, DateTimeOffset now)
    {
        if (done) Interlocked.Exchange(ref _failingSince, 0);
        else Interlocked.CompareExchange(ref _failingSince, now.UtcTicks, 0);
    }

    /// <summary>Why events do not come, or null while they do or never did.</summary>
    public IngestStop? Stopped(DateTimeOffset now)
    {
        if (Interlocked.Read(ref _failingSince) is > 0 and var failing)
            return new($"ingest:failing:{failing}", $"Events cannot be written since {At(failing)}; their senders are asked to try again.");
        var (last, lists) = (Interlocked.Read(ref _lastEvent), Interlocked.Read(ref _listsSince));
        return last > 0 && lists >= SilentLists && now.UtcTicks - last >= Silence.Ticks
            ? new($"ingest:silent:{last}", $"No event has come since {At(last)}, while {lists} lists were served.") : null;
    }

    private static string At(long ticks) => new DateTime(ticks, DateTimeKind.Utc).ToString("yyyy-MM-dd HH:mm 'UTC'", System.Globalization.CultureInfo.InvariantCulture);
}
