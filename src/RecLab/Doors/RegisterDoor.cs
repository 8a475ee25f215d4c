using Microsoft.EntityFrameworkCore;
using RecLab.Access;
using RecLab.Events;
using RecLab.Storage;

namespace RecLab.Doors;

/// <summary>Who did what.</summary>
public sealed record AuditLine(long Id, DateTimeOffset At, string Who, string Action, string Subject, string Detail);

/// <summary>A page of the audit, newest first.</summary>
public sealed record AuditAnswer(IReadOnlyList<AuditLine> Items, string? NextCursor);

/// <summary>An event that was set aside: it touches no total. Whose it was is not told.</summary>
/// <param name="Reason">malformed, forged, unknown, foreign, replayed or mixed.</param>
/// <param name="List">The id that it named as its list, shortened.</param>
public sealed record QuarantinedAnswer(DateTimeOffset ReceivedAt, string Reason, string Type, string? List, string? Item);

/// <summary>A page of events that were set aside, newest first.</summary>
public sealed record QuarantineAnswer(IReadOnlyList<QuarantinedAnswer> Items, string? NextCursor);

/// <summary>What is kept here, to read: the audit, and the events that were set aside. Everything needs a secret key.</summary>
internal sealed class RegisterDoor(IDbContextFactory<RecLabDb> databases, TrafficReader traffic)
{
    public async Task AuditAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        var (limit, before) = (Managing.Limit(http.Request), (long)(Managing.Before(http.Request) ?? int.MaxValue));
        await using var db = await databases.CreateDbContextAsync(http.RequestAborted);
        var rows = await db.Set<AuditEntry>().AsNoTracking().Where(a => a.Id < before).OrderByDescending(a => a.Id).Take(limit + 1).ToListAsync(http.RequestAborted);
        await http.Response.WriteAsJsonAsync(new AuditAnswer([.. rows.Take(limit).Select(a => new AuditLine(a.Id, a.At, a.Who, a.Action, a.Subject, a.Detail))], rows.Count > limit ? Managing.CursorOf(rows[limit - 1].Id) : null), ApiJson.Default.AuditAnswer, cancellationToken: http.RequestAborted);
    }

    public async Task QuarantineAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        var (limit, simulated, reason) = (Managing.Limit(http.Request), Managing.Simulated(http.Request), http.Request.Query["reason"].ToString());
        if (reason.Length > 0 && !QuarantineReasons.All.Contains(reason)) throw ProblemException.Invalid("?reason", $"reason must be one of {string.Join(", ", QuarantineReasons.All)}.");
        var rows = traffic.Quarantine(simulated, limit + 1, reason.Length > 0 ? reason : null, Managing.Before(http.Request));
        var page = rows.Take(limit).Select(q => new QuarantinedAnswer(q.ReceivedAt, q.Reason, q.Type, q.ShortList, q.Item)).ToArray();
        await http.Response.WriteAsJsonAsync(new QuarantineAnswer(page, rows.Count > limit ? Managing.CursorOf(rows[limit - 1].Number) : null), ApiJson.Default.QuarantineAnswer, cancellationToken: http.RequestAborted);
    }
}
