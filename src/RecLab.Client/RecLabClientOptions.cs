namespace RecLab.Client;

/// <summary>How a <see cref="RecLabClient"/> behaves.</summary>
public sealed record RecLabClientOptions
{
    /// <summary>A secret key (<c>sk_...</c>) on a server, or a publishable one.</summary>
    public required string Key { get; init; }

    /// <summary>How often a request is sent at most, 1 for no repetition. Repeated are failed connections, attempts whose time ran out, and the statuses 429, 502, 503 and 504. A file whose time ran out
    /// is not sent again, here or at a gateway (504).</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>Pause before the first repetition; it doubles with each, with a random part of a half. A Retry-After of the server is longer where it says so.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest pause between two attempts.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time for one attempt; sending a file may take as long as the HttpClient's own Timeout allows.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Tracked events are sent when so many wait, 1..500.</summary>
    public int BatchSize { get; init; } = 50;

    /// <summary>Tracked events wait at most so long for others.</summary>
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>So many tracked events are kept at most; beyond, <see cref="RecLabClient.Track"/> answers false.</summary>
    public int Capacity { get; init; } = 10_000;

    /// <summary>How long disposing waits for what is still to be sent.</summary>
    public TimeSpan LeaveTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Called with tracked events that were given up and why: refused by the server, or still undelivered when the time to leave was over. Must not throw.</summary>
    public Action<IReadOnlyList<RecLabEvent>, Exception>? GivenUp { get; init; }

    /// <summary>Where the time comes from.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    internal void Check()
    {
        if (string.IsNullOrWhiteSpace(Key)) throw new ArgumentException("A key is needed.");
        if (Attempts < 1) throw new ArgumentException("At least one attempt is needed.");
        if (BatchSize is < 1 or > 500) throw new ArgumentException("A batch holds 1 to 500 events.");
        if (Capacity < BatchSize) throw new ArgumentException("The capacity must hold at least one batch.");
    }
}
