using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RecLab.Access;
using RecLab.Controls;
using RecLab.Live;
using RecLab.Storage;

namespace RecLab.Data;

/// <summary>An item as it is told, already checked for shape. What is null is left to the data sets.</summary>
public sealed record ItemDraft(string Id, string? Title = null, IReadOnlyList<string>? Categories = null, string? Description = null, string? Url = null, string? ImageUrl = null, long? Price = null, bool Available = true);

/// <summary>What became of items that were told.</summary>
public sealed record ItemsStored(int Created, int Changed, int Unchanged);

/// <summary>Somebody else changed it meanwhile.</summary>
public sealed class StaleVersionException(string message) : Refusal(message);

/// <summary>It was deleted, and only telling of it anew brings it back.</summary>
public sealed class DeletedItemException(string message) : Refusal(message);

/// <summary>Takes what the shop says of its items: from the next request on it is in force.</summary>
public sealed class ItemDesk(IDbContextFactory<RecLabDb> databases, LiveFeed feed, TimeProvider clock)
{
    /// <summary>Topic of the feed.</summary>
    public const string Topic = "items";

    /// <summary>Tells of items, all of them or none: what is there already is replaced as a whole.</summary>
    /// <param name="drafts">Each id once.</param>
    public async Task<ItemsStored> PutAsync(IReadOnlyList<ItemDraft> drafts, string who, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var now = clock.GetUtcNow();
        int created = 0, changed = 0;
        foreach (var chunk in drafts.Chunk(500))
        {
            var ids = chunk.Select(d => d.Id).ToArray();
            var there = await db.Set<ToldItem>().Where(i => ids.Contains(i.Id)).ToDictionaryAsync(i => i.Id, StringComparer.Ordinal, cancellation);
            foreach (var draft in chunk)
                if (!there.TryGetValue(draft.Id, out var item))
                {
                    Write(draft, db.Add(new ToldItem { Id = draft.Id, FirstAt = now, ChangedAt = now }).Entity);
                    created++;
                }
                else
                {
                    Write(draft, item);
                    if (db.Entry(item).State == EntityState.Unchanged) continue;
                    Touch(item, now);
                    changed++;
                }
            await db.SaveChangesAsync(cancellation);
        }
        if (created + changed > 0) db.Add(new AuditEntry { At = now, Who = who, Action = "items.put", Subject = "items", Detail = $"{created} new, {changed} changed" });
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        feed.Changed(Topic);
        return new(created, changed, drafts.Count - created - changed);
    }

    /// <summary>Changes some of what is told of one item. One that only a data set knows is told of from now on.</summary>
    /// <param name="change">Makes the new draft of the present one.</param>
    /// <param name="version">The version that was read, or null for any.</param>
    /// <exception cref="StaleVersionException">It has another version by now.</exception>
    /// <exception cref="DeletedItemException">It was deleted: a change must not bring it back.</exception>
    public async Task<ToldItem> ChangeAsync(string id, Func<ItemDraft, ItemDraft> change, int? version, string who, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation); // one writer at a time, from the look at the version on
        var now = clock.GetUtcNow();
        var item = await db.Set<ToldItem>().FirstOrDefaultAsync(i => i.Id == id, cancellation);
        if (item?.DeletedAt is not null) throw new DeletedItemException($"The item '{id}' was deleted. Put it to bring it back.");
        Check(item, id, version);
        item ??= db.Add(new ToldItem { Id = id, FirstAt = now, ChangedAt = now, Version = 0 }).Entity;
        Write(change(Of(item)), item);
        if (db.Entry(item).State == EntityState.Unchanged) return item;
        Touch(item, now);
        db.Add(new AuditEntry { At = now, Who = who, Action = "items.change", Subject = $"item {id}", Detail = item.Available ? "available" : "not available" });
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        feed.Changed(Topic);
        return item;
    }

    /// <summary>Takes an item out of every list for good. What was recorded about it stays.</summary>
    /// <exception cref="StaleVersionException">It has another version by now.</exception>
    public async Task<ToldItem> DeleteAsync(string id, int? version, string who, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation); // one writer at a time, from the look at the version on
        var now = clock.GetUtcNow();
        var item = await db.Set<ToldItem>().FirstOrDefaultAsync(i => i.Id == id, cancellation);
        Check(item, id, version);
        item ??= db.Add(new ToldItem { Id = id, FirstAt = now, ChangedAt = now, Version = 0 }).Entity;
        if (item.DeletedAt is not null) return item;
        item.DeletedAt = now;
        Touch(item, now);
        db.Add(new AuditEntry { At = now, Who = who, Action = "items.delete", Subject = $"item {id}" });
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        feed.Changed(Topic);
        return item;
    }

    /// <summary>What was told of an item; null where nothing was, or it is gone.</summary>
    public async Task<ToldItem?> FindAsync(string id, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Set<ToldItem>().AsNoTracking().FirstOrDefaultAsync(i => i.Id == id && i.DeletedAt == null, cancellation);
    }

    /// <summary>Items in the order of their ids, after one of them.</summary>
    public async Task<IReadOnlyList<ToldItem>> ListAsync(string? after, int count, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Set<ToldItem>().AsNoTracking().Where(i => i.DeletedAt == null && (after == null || string.Compare(i.Id, after) > 0)).OrderBy(i => i.Id).Take(count).ToListAsync(cancellation);
    }

    /// <summary>What is told of an item, as it would be told again.</summary>
    public static ItemDraft Of(ToldItem item) => new(item.Id, item.Title, item.CategoryList(), item.Description, item.Url, item.ImageUrl, item.Price, item.Available);

    private static void Check(ToldItem? item, string id, int? version)
    {
        if (version is { } read && read != (item?.Version ?? 0)) throw new StaleVersionException($"The item '{id}' has version {item?.Version ?? 0} by now, not {read}. Read it again.");
    }

    private static void Write(ItemDraft draft, ToldItem item)
    {
        (item.Title, item.Description, item.Url, item.ImageUrl, item.Price, item.Available, item.DeletedAt) = (draft.Title, draft.Description, draft.Url, draft.ImageUrl, draft.Price, draft.Available, null);
        item.Categories = draft.Categories is null ? null : JsonSerializer.Serialize(draft.Categories);
    }

    private static void Touch(ToldItem item, DateTimeOffset now)
    {
        item.ChangedAt = now;
        item.Version++;
    }
}
