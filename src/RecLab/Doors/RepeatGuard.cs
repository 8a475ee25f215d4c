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
    /// <exception cref="ProblemException">409: the same request is being carried out; 422: the key is no id.</exception>
    public async Task<int> OnceAsync(HttpContext http, Caller caller, Func<Task<int>> make)
    {
        if (http.Request.Headers[Header].ToString() is not { Length: > 0 } key) return await make();
        if (Texts.Fault(key) is { } fault) throw ProblemException.Invalid(Header, $"{Header} {fault}.");
        var mark = $"{caller.Grant.Id} {(http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText} {key}";
        var now = clock.GetUtcNow();
        await using var db = await databases.CreateDbContextAsync(CancellationToken.None);
        // what is old is forgotten, and so is one whose process died in the midst of it
        var (old, stuck) = (now - Kept, now - Longest);
        await db.Set<RepeatableRequest>().Where(r => r.At < old || (r.Mark == mark && r.Made == null && r.At < stuck)).ExecuteDeleteAsync();
        var request = db.Add(new RepeatableRequest { Mark = mark, At = now }).Entity;
        try
        {
            await db.SaveChangesAsync();
        }
        catch (DbUpdateException)
        {
            db.ChangeTracker.Clear();
            var before = await db.Set<RepeatableRequest>().AsNoTracking().FirstOrDefaultAsync(r => r.Mark == mark);
            return before?.Made ?? throw new ProblemException(409, $"A request with this {Header} is being carried out. Ask again in a moment.", retryAfter: 1);
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
        return request.Made.Value;
    }
}
