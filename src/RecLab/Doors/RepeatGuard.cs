using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RecLab.Storage;

namespace RecLab.Doors;

/// <summary>A request that made something, under the sender's own key for it.</summary>
public sealed class RepeatableRequest
{
    public int Id { get; set; }

    /// <summary>API key, route and the sender's key.</summary>
    public required string Mark { get; set; }

    /// <summary>SHA-256 of the address and the body, hex; empty for what an earlier version stored.</summary>
    public string Content { get; set; } = "";

    /// <summary>What came of it; null while it is carried out.</summary>
    public int? Made { get; set; }
    public DateTimeOffset At { get; set; }
}

internal sealed class RepeatableRequestTable : IEntityTypeConfiguration<RepeatableRequest>
{
    public void Configure(EntityTypeBuilder<RepeatableRequest> table)
    {
        table.ToTable("repeatable_requests");
        table.HasIndex(r => r.Mark).IsUnique();
    }
}

/// <summary>The header <c>Idempotency-Key</c>: a request that is sent again because its answer was lost is carried out once, and answered with what came of it the first time.</summary>
internal sealed class RepeatGuard(IDbContextFactory<RecLabDb> databases, TimeProvider clock)
{
    public const string Header = "Idempotency-Key";

    private static readonly TimeSpan Kept = TimeSpan.FromDays(2), Longest = TimeSpan.FromMinutes(5);

    /// <summary>Carries it out unless it was before; the id of what came of it.</summary>
    /// <param name="body">The body as it was sent.</param>
    /// <param name="make">Carries it out; answers the id of what it made.</param>
    /// <returns>The id of what came of it, and whether that was just now.</returns>
    /// <exception cref="ProblemException">409: the same request is being carried out; 422: the key is no id, or was sent with another request.</exception>
    public async Task<(int Made, bool Now)> OnceAsync(HttpContext http, Caller caller, JsonDocument body, Func<Task<int>> make)
    {
        if (http.Request.Headers[Header].ToString() is not { Length: > 0 } key) return (await make(), true);
        if (Texts.Fault(key) is { } fault) throw ProblemException.Invalid(Header, $"{Header} {fault}.");
        var mark = $"{caller.Grant.Id} {(http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText} {key}";
        var content = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{http.Request.Path}{http.Request.QueryString} {body.RootElement.GetRawText()}")));
        var now = clock.GetUtcNow();
        await using var db = await databases.CreateDbContextAsync(CancellationToken.None);
        // what is old is forgotten, and so is one whose process died in the midst of it
        var (old, stuck) = (now - Kept, now - Longest);
        await db.Set<RepeatableRequest>().Where(r => r.At < old || (r.Mark == mark && r.Made == null && r.At < stuck)).ExecuteDeleteAsync();
        var request = db.Add(new RepeatableRequest { Mark = mark, Content = content, At = now }).Entity;
        try
        {
            await db.SaveChangesAsync();
        }
        catch (DbUpdateException)
        {
            db.ChangeTracker.Clear();
            var before = await db.Set<RepeatableRequest>().AsNoTracking().FirstOrDefaultAsync(r => r.Mark == mark);
            if (before is { Content.Length: > 0 } && before.Content != content) throw ProblemException.Invalid(Header, $"This {Header} came with another request before. Take a new one for a new request.");
            return (before?.Made ?? throw new ProblemException(409, $"A request with this {Header} is being carried out. Ask again in a moment.", retryAfter: 1), false);
        }
        try
        {
            request.Made = await make();
        }
        catch
        {
            db.Remove(request); // nothing came of it, so it may be sent again
            await db.SaveChangesAsync();
            throw;
        }
        await db.SaveChangesAsync();
        return (request.Made.Value, true);
    }
}
