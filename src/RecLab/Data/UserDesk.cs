using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RecLab.Access;
using RecLab.Controls;
using RecLab.Live;
using RecLab.Storage;

namespace RecLab.Data;

/// <summary>Takes what a host says of its users: from the next request on it is in force.</summary>
public sealed class UserDesk(IDbContextFactory<RecLabDb> databases, LiveFeed feed, TimeProvider clock)
{
    /// <summary>Topic of the feed.</summary>
    public const string Topic = "users";

    /// <summary>Most attributes of a user.</summary>
    public const int MostAttributes = 20;

    /// <summary>Name of the setting that counts changes of users.</summary>
    private const string Changes = "users.changes";

    /// <summary>Tells of a user; what was told before is replaced as a whole.</summary>
    /// <param name="attributes">At most <see cref="MostAttributes"/>, already checked for shape.</param>
    /// <param name="version">The version that was read, 0 for none, or null for any.</param>
    /// <exception cref="StaleVersionException">There is another version by now.</exception>
    public async Task<ToldUser> PutAsync(string id, IReadOnlyDictionary<string, string> attributes, long? version, string who, CancellationToken cancellation = default)
    {
        if (attributes.Count > MostAttributes) throw new Refusal($"At most {MostAttributes} attributes.");
        await using var db = await databases.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation); // one writer at a time, from the look at the version on
        var now = clock.GetUtcNow();
        var user = await db.Set<ToldUser>().FirstOrDefaultAsync(u => u.Id == id, cancellation);
        Check(user, id, version);
        user ??= db.Add(new ToldUser { Id = id, FirstAt = now, ChangedAt = now }).Entity;
        user.Attributes = JsonSerializer.Serialize(new SortedDictionary<string, string>(attributes.ToDictionary(), StringComparer.Ordinal));
        if (db.Entry(user).State == EntityState.Unchanged) return user;
        (user.ChangedAt, user.Version) = (now, await CountAsync(db, cancellation));
        db.Add(new AuditEntry { At = now, Who = who, Action = "users.put", Subject = $"user {id}", Detail = $"{attributes.Count} attributes" }); // not their values
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        feed.Changed(Topic);
        return user;
    }

    /// <summary>Takes back all that was told of a user. What the log holds stays.</summary>
    /// <returns>False where nothing was told.</returns>
    /// <exception cref="StaleVersionException">There is another version by now.</exception>
    public async Task<bool> DeleteAsync(string id, long? version, string who, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var user = await db.Set<ToldUser>().FirstOrDefaultAsync(u => u.Id == id, cancellation);
        Check(user, id, version);
        if (user is null) return false;
        db.Remove(user);
        await CountAsync(db, cancellation);
        db.Add(new AuditEntry { At = clock.GetUtcNow(), Who = who, Action = "users.delete", Subject = $"user {id}" });
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        feed.Changed(Topic);
        return true;
    }

    /// <summary>What was told of a user, or null.</summary>
    public async Task<ToldUser?> FindAsync(string id, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Set<ToldUser>().AsNoTracking().FirstOrDefaultAsync(u => u.Id == id, cancellation);
    }

    /// <summary>The same for whoever answers requests and cannot wait.</summary>
    public ToldUser? Find(string id)
    {
        using var db = databases.CreateDbContext();
        return db.Set<ToldUser>().AsNoTracking().FirstOrDefault(u => u.Id == id);
    }

    /// <summary>How many changes of users there have been, of all processes; 0 while nothing was ever told.</summary>
    public async Task<long> ChangesAsync(CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Set<Setting>().AsNoTracking().FirstOrDefaultAsync(s => s.Name == Changes, cancellation) is { } counted ? long.Parse(counted.Value, CultureInfo.InvariantCulture) : 0;
    }

    private static async Task<long> CountAsync(RecLabDb db, CancellationToken cancellation)
    {
        var counted = await db.Set<Setting>().FirstOrDefaultAsync(s => s.Name == Changes, cancellation) ?? db.Add(new Setting { Name = Changes, Value = "0" }).Entity;
        var next = long.Parse(counted.Value, CultureInfo.InvariantCulture) + 1;
        counted.Value = next.ToString(CultureInfo.InvariantCulture);
        return next;
    }

    private static void Check(ToldUser? user, string id, long? version)
    {
        if (version is { } read && read != (user?.Version ?? 0)) throw new StaleVersionException($"The user '{id}' has version {user?.Version ?? 0} by now, not {read}. Read it again.");
    }
}
