using Microsoft.EntityFrameworkCore;
using RecLab.Storage;

namespace RecLab.Access;

/// <summary>The record of who did what, when. Written after the act, in words that name its object.</summary>
public sealed class Audit(IDbContextFactory<RecLabDb> databases, TimeProvider clock)
{
    /// <param name="who">Name of the person or key that acted.</param>
    /// <param name="action">"experiment.start", "key.create": room and verb.</param>
    /// <param name="subject">What it was done to: "experiment 3 (home-1)".</param>
    /// <param name="detail">What else a reader needs: old and new value, the reason given.</param>
    /// <param name="cancellation">Cancels the write.</param>
    public async Task WriteAsync(string who, string action, string subject = "", string detail = "", CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        db.Add(new AuditEntry { At = clock.GetUtcNow(), Who = who, Action = action, Subject = subject, Detail = detail });
        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>The newest entries first.</summary>
    /// <param name="take">At most this many.</param>
    /// <param name="actionPrefix">Only actions that begin so: "experiment.".</param>
    /// <param name="cancellation">Cancels the read.</param>
    public async Task<IReadOnlyList<AuditEntry>> ReadAsync(int take = 100, string actionPrefix = "", CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Set<AuditEntry>().AsNoTracking().Where(a => a.Action.StartsWith(actionPrefix)).OrderByDescending(a => a.Id).Take(take).ToListAsync(cancellation);
    }
}
