using System.Collections.Frozen;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RecLab.Live;
using RecLab.Storage;

namespace RecLab.Serving;

/// <summary>What a placement never shows, as JSON in <see cref="Placement.Filters"/>.</summary>
/// <param name="Categories">Only items of one of these categories; empty for all.</param>
/// <param name="Blocked">Outside ids never shown here.</param>
public sealed record PlacementFilters(IReadOnlyList<string>? Categories = null, IReadOnlyList<string>? Blocked = null)
{
    private static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web);

    /// <exception cref="JsonException">The text is not readable.</exception>
    public static PlacementFilters FromJson(string json) => JsonSerializer.Deserialize<PlacementFilters>(json, Form) ?? new();

    public string ToJson() => JsonSerializer.Serialize(this, Form);
}

/// <summary>A placement with its lists read.</summary>
public sealed record LivePlacement(Placement Placement, IReadOnlyList<string> Fallbacks, PlacementFilters Filters)
{
    /// <summary>The stored row as text: the same object stays in memory while it says the same, so that what was made from it stays valid.</summary>
    internal string Stamp { get; } = JsonSerializer.Serialize(Placement);

    /// <exception cref="JsonException">The filters are not readable.</exception>
    public static LivePlacement Of(Placement placement) =>
        new(placement, placement.Fallbacks.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), PlacementFilters.FromJson(placement.Filters));
}

/// <summary>The placements in memory, read again when one changes and every two seconds.</summary>
public sealed class PlacementShelf(IDbContextFactory<RecLabDb> databases, LiveFeed feed, TimeProvider clock, ILogger<PlacementShelf> log) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(2);
    private readonly SemaphoreSlim _reading = new(1, 1);
    private volatile FrozenDictionary<string, LivePlacement> _placements = FrozenDictionary<string, LivePlacement>.Empty;

    /// <summary>The placement, or null where there is none.</summary>
    public LivePlacement? Find(string key) => _placements.GetValueOrDefault(key);

    /// <summary>Reads the store now. One at a time, so that an older reading never replaces a newer one.</summary>
    public async Task RefreshAsync(CancellationToken cancellation = default)
    {
        await _reading.WaitAsync(cancellation);
        try
        {
            await using var db = await databases.CreateDbContextAsync(cancellation);
            var placements = await db.Set<Placement>().AsNoTracking().Where(p => p.ArchivedAt == null).ToListAsync(cancellation);
            _placements = placements.ToFrozenDictionary(p => p.Key, Same, StringComparer.Ordinal);
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>The placement in memory where the store says the same as before.</summary>
    private LivePlacement Same(Placement placement)
    {
        var read = LivePlacement.Of(placement);
        return Find(placement.Key) is { } present && present.Stamp == read.Stamp ? present : read;
    }

    /// <summary>The placement; asks the store once when it is not in memory yet, so that a new placement answers at once.</summary>
    public async ValueTask<LivePlacement?> FindAsync(string key, CancellationToken cancellation)
    {
        if (Find(key) is { } placement) return placement;
        await using (var db = await databases.CreateDbContextAsync(cancellation))
            if (!await db.Set<Placement>().AnyAsync(p => p.Key == key && p.ArchivedAt == null, cancellation)) return null;
        await RefreshAsync(cancellation);
        return Find(key);
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await using var listening = feed.Listen(LiveFeed.Placements, () => TryRefreshAsync(stopping));
        using var timer = new PeriodicTimer(Poll, clock);
        do await TryRefreshAsync(stopping);
        while (await timer.WaitForNextTickAsync(stopping));
    }

    private async Task TryRefreshAsync(CancellationToken stopping)
    {
        try
        {
            await RefreshAsync(stopping);
        }
        catch (Exception fault) when (!stopping.IsCancellationRequested)
        {
            log.LogWarning(fault, "The placements could not be read; those in memory stay.");
        }
        catch (OperationCanceledException)
        {
            log.LogDebug("Reading the placements ended with the application.");
        }
    }
}
