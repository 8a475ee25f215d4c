using System.Collections.Concurrent;
using System.Collections.Frozen;
using RecLab.Data;
using RecLab.Live;

namespace RecLab.Serving;

/// <summary>What hosts told of the users who come, in memory: each looked up once and again after somebody told something, here or, within two seconds, to another process. While nothing was ever told, nothing is looked up.</summary>
public sealed class UserShelf(UserDesk desk, LiveFeed feed, TimeProvider clock, ILogger<UserShelf> log) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(2);

    /// <summary>Users in memory at most; beyond that it begins anew.</summary>
    private const int Most = 20_000;

    private static readonly IReadOnlyDictionary<string, string> Nothing = FrozenDictionary<string, string>.Empty;
    private readonly ConcurrentDictionary<string, (long Changes, IReadOnlyDictionary<string, string> Told)> _kept = new(StringComparer.Ordinal);
    private long _changes = -1;

    /// <summary>What was told of a user; empty for nothing.</summary>
    public IReadOnlyDictionary<string, string> Of(string unit)
    {
        var changes = Volatile.Read(ref _changes);
        if (changes == 0) return Nothing;
        if (_kept.TryGetValue(unit, out var known) && known.Changes == changes) return known.Told;
        IReadOnlyDictionary<string, string> found;
        try
        {
            found = desk.Find(unit)?.AttributeMap() ?? Nothing;
        }
        catch (Microsoft.Data.Sqlite.SqliteException fault)
        {
            log.LogWarning(fault, "What was told of a user could not be read; the request is answered without it.");
            return Nothing;
        }
        if (_kept.Count >= Most) _kept.Clear();
        _kept[unit] = (changes, found); // counts while nobody told anything since the number was read
        return found;
    }

    /// <summary>Looks now whether anything was told.</summary>
    public async Task RefreshAsync(CancellationToken cancellation = default)
    {
        var now = await desk.ChangesAsync(cancellation);
        if (Interlocked.Exchange(ref _changes, now) != now) _kept.Clear();
    }

    /// <summary>Looks once before the first request is answered.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await TryRefreshAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await using var listening = feed.Listen(UserDesk.Topic, () => TryRefreshAsync(stopping));
        using var timer = new PeriodicTimer(Poll, clock);
        while (await timer.WaitForNextTickAsync(stopping)) await TryRefreshAsync(stopping);
    }

    private async Task TryRefreshAsync(CancellationToken stopping)
    {
        try
        {
            await RefreshAsync(stopping);
        }
        catch (Exception fault) when (!stopping.IsCancellationRequested)
        {
            log.LogWarning(fault, "What was told of users could not be read; what is in memory stays.");
        }
        catch (OperationCanceledException)
        {
            log.LogDebug("Reading what was told of users ended with the application.");
        }
    }
}
