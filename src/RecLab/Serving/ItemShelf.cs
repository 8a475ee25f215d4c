using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using RecLab.Data;
using RecLab.Live;
using RecLab.Storage;

namespace RecLab.Serving;

/// <summary>What the shop says of its items, in memory: read again when somebody says something here, and every two seconds for what was said to another process.</summary>
public sealed class ItemShelf(IDbContextFactory<RecLabDb> databases, ModelShelf models, LiveFeed feed, TimeProvider clock, ILogger<ItemShelf> log) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(2);
    private readonly SemaphoreSlim _reading = new(1, 1);
    private readonly ConditionalWeakTable<ServedModel, Assortment> _assortments = [];
    private readonly ConditionalWeakTable<ServedModel, Likeness> _likeness = [];
    private volatile View _view = new(FrozenDictionary<string, ToldItem>.Empty, (0, 0), 0);

    private sealed record View(FrozenDictionary<string, ToldItem> Items, (int Count, long Versions) Stamp, long Generation);

    /// <summary>Goes up whenever the shop said something new.</summary>
    public long Generation => _view.Generation;

    /// <summary>What a model can show as the shop stands now.</summary>
    internal Assortment For(ServedModel served)
    {
        var view = _view;
        if (_assortments.TryGetValue(served, out var made) && made.Generation == view.Generation) return made;
        made = new(served, view.Items, view.Generation, () => _likeness.GetValue(served, s => new Likeness(s)));
        _assortments.AddOrUpdate(served, made);
        return made;
    }

    /// <summary>Looks now.</summary>
    public async Task RefreshAsync(CancellationToken cancellation = default)
    {
        await _reading.WaitAsync(cancellation);
        try
        {
            await using var db = await databases.CreateDbContextAsync(cancellation);
            // every change raises a version, whatever the clock says and in whatever order changes are committed
            var now = (await db.Set<ToldItem>().CountAsync(cancellation), await db.Set<ToldItem>().SumAsync(i => (long)i.Version, cancellation));
            var view = _view;
            if (now == view.Stamp) return;
            var items = await db.Set<ToldItem>().AsNoTracking().ToListAsync(cancellation);
            _view = new(items.ToFrozenDictionary(i => i.Id, StringComparer.Ordinal), now, view.Generation + 1);
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>Reads once before the first request is answered: nothing that is sold out is shown for a moment after a restart.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await TryRefreshAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await using var listening = feed.Listen(ItemDesk.Topic, () => TryRefreshAsync(stopping));
        using var timer = new PeriodicTimer(Poll, clock);
        do await TryRefreshAsync(stopping);
        while (await timer.WaitForNextTickAsync(stopping));
    }

    private async Task TryRefreshAsync(CancellationToken stopping)
    {
        try
        {
            await RefreshAsync(stopping);
            foreach (var served in models.All.Append(models.LastResort).OfType<ServedModel>()) _ = For(served); // made now, not under the next request
        }
        catch (Exception fault) when (!stopping.IsCancellationRequested)
        {
            log.LogWarning(fault, "What the shop says of its items could not be read; what is in memory stays.");
        }
        catch (OperationCanceledException)
        {
            log.LogDebug("Reading the shop's items ended with the application.");
        }
    }
}
