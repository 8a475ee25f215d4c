using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using RecLab.Storage;

namespace RecLab.Access;

/// <summary>Issues one-time links and takes them back. A token is 256 random bits; the database knows only its hash.</summary>
public sealed class LinkDesk(IDbContextFactory<RecLabDb> databases, TimeProvider clock)
{
    /// <summary>Stores the link and returns its token, which is shown once.</summary>
    public async Task<string> IssueAsync(LinkPurpose purpose, TimeSpan valid, string who, string email = "", string role = "", string? personId = null)
    {
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        await using var db = await databases.CreateDbContextAsync();
        // A newer link of the same kind for the same person replaces the older ones.
        await db.Set<AccessLink>().Where(l => l.Purpose == purpose && l.Email == email && l.PersonId == personId && l.UsedAt == null).ExecuteDeleteAsync();
        var now = clock.GetUtcNow();
        db.Add(new AccessLink { Purpose = purpose, TokenHash = Hash(token), Email = email, Role = role, PersonId = personId, CreatedBy = who, CreatedAt = now, ExpiresAt = now + valid });
        await db.SaveChangesAsync();
        return token;
    }

    /// <summary>The link behind a token while it is unused and not expired, else null.</summary>
    public async Task<AccessLink?> FindAsync(LinkPurpose purpose, string? token)
    {
        if (string.IsNullOrEmpty(token) || token.Length > 200) return null;
        await using var db = await databases.CreateDbContextAsync();
        var (hash, now) = (Hash(token), clock.GetUtcNow());
        return await db.Set<AccessLink>().AsNoTracking().FirstOrDefaultAsync(l => l.TokenHash == hash && l.Purpose == purpose && l.UsedAt == null && l.ExpiresAt > now);
    }

    /// <summary>Marks the link used; false when somebody was faster.</summary>
    public async Task<bool> UseAsync(AccessLink link)
    {
        await using var db = await databases.CreateDbContextAsync();
        var now = clock.GetUtcNow();
        return await db.Set<AccessLink>().Where(l => l.Id == link.Id && l.UsedAt == null).ExecuteUpdateAsync(s => s.SetProperty(l => l.UsedAt, now)) == 1;
    }

    /// <summary>Makes a used link usable again, when what it was used for did not happen.</summary>
    public async Task GiveBackAsync(AccessLink link)
    {
        await using var db = await databases.CreateDbContextAsync();
        await db.Set<AccessLink>().Where(l => l.Id == link.Id).ExecuteUpdateAsync(s => s.SetProperty(l => l.UsedAt, (DateTimeOffset?)null));
    }

    /// <summary>Invitations that still wait.</summary>
    public async Task<IReadOnlyList<AccessLink>> WaitingAsync(CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var now = clock.GetUtcNow();
        return await db.Set<AccessLink>().AsNoTracking().Where(l => l.Purpose == LinkPurpose.Invitation && l.UsedAt == null && l.ExpiresAt > now).OrderBy(l => l.CreatedAt).ToListAsync(cancellation);
    }

    /// <summary>Takes an invitation back.</summary>
    public async Task WithdrawAsync(int id)
    {
        await using var db = await databases.CreateDbContextAsync();
        await db.Set<AccessLink>().Where(l => l.Id == id && l.UsedAt == null).ExecuteDeleteAsync();
    }

    private static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
