using System.Collections.Frozen;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RecLab.Live;
using RecLab.Storage;

namespace RecLab.Serving;

/// <summary>What a placement never shows.</summary>
/// <param name="Categories">Only items of one of these categories; empty for all.</param>
/// <param name="Blocked">Outside ids of items that must not appear.</param>
public sealed record PlacementFilters(IReadOnlyList<string>? Categories = null, IReadOnlyList<string>? Blocked = null)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web);

    public static PlacementFilters FromJson(string json) => JsonSerializer.Deserialize<PlacementFilters>(json, Format) ?? new();
    public string ToJson() => JsonSerializer.Serialize(this, Format);
}

/// <summary>A placement as serving needs it.</summary>
public sealed record LivePlacement(int Id, string Key, IReadOnlyList<string> Fallbacks, double Exploration, bool HideSeen, PlacementFilters Filters, int? DefaultVariantId);

/// <summary>The placements in memory, read again when told so and every two seconds.</summary>
public sealed class PlacementShelf(IDbContextFactory<RecLabDb> databases, LiveFeed feed, TimeProvider clock, ILogger<PlacementShelf> log) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(2);
    private volatile FrozenDictionary<string, LivePlacement> _placements = FrozenDictionary<string, LivePlacement>.Empty;

    /// <summary>A placement by key; asks the database itself for one it has not seen.</summary>
    /// <exception cref="UnknownPlacementException">There is none.</exception>
    public async ValueTask<LivePlacement> GetAsync(string key, CancellationToken cancellation)
    {
        if (_placements.TryGetValue(key, out var known)) return known;
        await RefreshAsync(cancellation);
        return _placements.TryGetValue(key, out known) ? known : throw new UnknownPlacementException(key);
    }

    public async Task RefreshAsync(CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var rows = await db.Set<Placement>().AsNoTracking().ToListAsync(cancellation);
        _placements = rows.ToFrozenDictionary(p => p.Key, p => new LivePlacement(p.Id, p.Key, p.Fallbacks.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            Math.Clamp(p.Exploration, 0, 1), p.HideSeen, PlacementFilters.FromJson(p.Filters), p.DefaultVariantId));
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var listening = feed.Listen(LiveFeed.Placements, () => TryRefreshAsync(stopping));
        using var timer = new PeriodicTimer(Poll, clock);
        do await TryRefreshAsync(stopping);
        while (await timer.WaitForNextTickAsync(stopping));
    }

    private async Task TryRefreshAsync(CancellationToken stopping)
    {
        try { await RefreshAsync(stopping); }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested) { log.LogDebug("Reading placements ended with the application."); }
        catch (Exception fault) { log.LogWarning(fault, "The placements could not be read; the last view is kept."); }
    }
}
