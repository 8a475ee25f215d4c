using Microsoft.EntityFrameworkCore;
using RecLab.Live;
using RecLab.Storage;

namespace RecLab.Notices;

/// <summary>A notice, and whether the reader has read it.</summary>
public sealed record NoticeRow(Notice Notice, bool Read);

/// <summary>Tells people: keeps each notice once per cause, hands it to every webhook, and remembers who has read what.</summary>
public sealed class NoticeDesk(IDbContextFactory<RecLabDb> databases, LiveFeed feed, TimeProvider clock)
{
    /// <summary>Says something, unless the same cause was told before.</summary>
    /// <param name="cause">What it is about, with whatever makes a new occurrence a new one: "run:7:2" is the second attempt of run 7.</param>
    /// <param name="sentence">One sentence that names the object.</param>
    /// <param name="path">The page where it is seen.</param>
    /// <returns>True when it was news.</returns>
    public async Task<bool> TellAsync(NoticeKind kind, string cause, string sentence, string path, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        if (await db.Set<Notice>().AnyAsync(n => n.Cause == cause, cancellation)) return false;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var now = clock.GetUtcNow();
        var notice = db.Add(new Notice { At = now, Kind = kind, Cause = cause, Sentence = sentence, Path = path }).Entity;
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException) when (Known(cause))
        {
            return false; // another process was faster
        }
        foreach (var webhook in await db.Set<Webhook>().Select(w => w.Id).ToListAsync(cancellation))
            db.Add(new Delivery { WebhookId = webhook, NoticeId = notice.Id, CreatedAt = now, NextAt = now });
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        feed.Changed(LiveFeed.Notices);
        return true;
    }

    /// <summary>The newest notices first, as one person sees them.</summary>
    public async Task<IReadOnlyList<NoticeRow>> ListAsync(string personId, int take = 100, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Set<Notice>().AsNoTracking().OrderByDescending(n => n.Id).Take(take)
            .Select(n => new NoticeRow(n, db.Set<NoticeReading>().Any(r => r.PersonId == personId && r.NoticeId == n.Id))).ToListAsync(cancellation);
    }

    /// <summary>How many a person has not read.</summary>
    public async Task<int> UnreadAsync(string personId, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Set<Notice>().CountAsync(n => !db.Set<NoticeReading>().Any(r => r.PersonId == personId && r.NoticeId == n.Id), cancellation);
    }

    /// <summary>Marks one notice, or all there are, as read by a person; what was read stays read.</summary>
    public async Task ReadAsync(string personId, long? noticeId = null, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        await db.Database.ExecuteSqlAsync(
            $"INSERT OR IGNORE INTO notice_readings (PersonId, NoticeId) SELECT {personId}, Id FROM notices WHERE {noticeId} IS NULL OR Id = {noticeId}", cancellation);
        feed.Changed(LiveFeed.Notices);
    }

    private bool Known(string cause)
    {
        using var db = databases.CreateDbContext();
        return db.Set<Notice>().Any(n => n.Cause == cause);
    }
}
