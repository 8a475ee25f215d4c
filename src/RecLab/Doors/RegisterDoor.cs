using Microsoft.EntityFrameworkCore;
using RecLab.Access;
using RecLab.Data;
using RecLab.Storage;

namespace RecLab.Doors;

/// <summary>A data set as it is registered.</summary>
public sealed record DatasetAnswer(int Id, string Name, string Layout, string Origin, string State, long Rows, int Users, int Items, string ContentHash, DateTimeOffset CreatedAt, string CreatedBy, string? Error);

/// <summary>A page of data sets, newest first.</summary>
public sealed record DatasetsAnswer(IReadOnlyList<DatasetAnswer> Items, string? NextCursor);

/// <summary>Who did what.</summary>
public sealed record AuditLine(long Id, DateTimeOffset At, string Who, string Action, string Subject, string Detail);

/// <summary>A page of the audit, newest first.</summary>
public sealed record AuditAnswer(IReadOnlyList<AuditLine> Items, string? NextCursor);

/// <summary>A key's entry; the key itself is shown once, to people, where it is made.</summary>
public sealed record KeyAnswer(int Id, string Name, string Kind, string Prefix, IReadOnlyList<string> Origins, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt);

/// <summary>All keys, newest first.</summary>
public sealed record KeysAnswer(IReadOnlyList<KeyAnswer> Items, string? NextCursor = null);

/// <summary>What is registered here, to read: data sets, audit, keys. Everything needs a secret key.</summary>
internal sealed class RegisterDoor(IDbContextFactory<RecLabDb> databases, DatasetDesk datasets, KeyDesk keys)
{
    public async Task DatasetsAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        var (limit, before) = (Managing.Limit(http.Request), Managing.Before(http.Request) ?? int.MaxValue);
        await using var db = await databases.CreateDbContextAsync(http.RequestAborted);
        var rows = await db.Set<Dataset>().AsNoTracking().Where(d => d.Id < before).OrderByDescending(d => d.Id).Take(limit + 1).ToListAsync(http.RequestAborted);
        await http.Response.WriteAsJsonAsync(new DatasetsAnswer([.. rows.Take(limit).Select(Of)], rows.Count > limit ? Managing.CursorOf(rows[limit - 1].Id) : null), ApiJson.Default.DatasetsAnswer, cancellationToken: http.RequestAborted);
    }

    public async Task DatasetAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        var id = Managing.Number(http, "id");
        await http.Response.WriteAsJsonAsync(Of(await datasets.FindAsync(id, http.RequestAborted) ?? throw new ProblemException(404, $"There is no data set {id}.")), ApiJson.Default.DatasetAnswer, cancellationToken: http.RequestAborted);
    }

    public async Task AuditAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        var (limit, before) = (Managing.Limit(http.Request), (long)(Managing.Before(http.Request) ?? int.MaxValue));
        await using var db = await databases.CreateDbContextAsync(http.RequestAborted);
        var rows = await db.Set<AuditEntry>().AsNoTracking().Where(a => a.Id < before).OrderByDescending(a => a.Id).Take(limit + 1).ToListAsync(http.RequestAborted);
        await http.Response.WriteAsJsonAsync(new AuditAnswer([.. rows.Take(limit).Select(a => new AuditLine(a.Id, a.At, a.Who, a.Action, a.Subject, a.Detail))], rows.Count > limit ? Managing.CursorOf(rows[limit - 1].Id) : null), ApiJson.Default.AuditAnswer, cancellationToken: http.RequestAborted);
    }

    public async Task KeysAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        var all = await keys.ListAsync(http.RequestAborted);
        await http.Response.WriteAsJsonAsync(new KeysAnswer([.. all.Select(k => new KeyAnswer(k.Id, k.Name, k.Kind.ToString().ToLowerInvariant(), k.Prefix, k.Origins.Split('\n', StringSplitOptions.RemoveEmptyEntries), k.CreatedAt, k.CreatedBy, k.ExpiresAt, k.RevokedAt))]), ApiJson.Default.KeysAnswer, cancellationToken: http.RequestAborted);
    }

    private static DatasetAnswer Of(Dataset d) => new(d.Id, d.Name, d.Layout, d.Origin switch { DatasetOrigin.Imported => "imported", DatasetOrigin.Generated => "generated", DatasetOrigin.LiveLog => "live-log", _ => "simulated-log" },
        d.State.ToString().ToLowerInvariant(), d.Rows, d.Users, d.Items, d.ContentHash, d.CreatedAt, d.CreatedBy, d.Error);
}
