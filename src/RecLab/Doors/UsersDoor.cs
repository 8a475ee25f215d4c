using System.ComponentModel;
using RecLab.Data;
using RecLab.Events;
using RecLab.Serving;

namespace RecLab.Doors;

internal sealed record UserBody
{
    [Description("At most 20 texts by name, for targeting and slices. What comes with a request as context is stronger; \"known\" is RecLab's own.")] public required IReadOnlyDictionary<string, string> Attributes { get; init; }
}

/// <summary>A user as told and as seen.</summary>
/// <param name="Version">0 while nothing was told.</param>
/// <param name="Seen">What the log counts: live, or simulated where asked.</param>
/// <param name="Recent">Items of the newest 20 clicks, baskets, purchases, ratings and dismissals, newest first.</param>
public sealed record UserAnswer(string Id, IReadOnlyDictionary<string, string> Attributes, long Version, DateTimeOffset? ChangedAt, UserCounts Seen, IReadOnlyList<UserInterest> Recent);

/// <summary>Something a user did with an item.</summary>
public sealed record UserInterest(string Type, string Item, DateTimeOffset At);

/// <summary>All that is held under a user's id.</summary>
/// <param name="Whole">False where there is more than the 50,000 lists or events that are given.</param>
public sealed record UserExportAnswer(UserAnswer User, IReadOnlyList<UserList> Lists, IReadOnlyList<UserAct> Events, bool Whole);

/// <summary>The answer to a deletion.</summary>
/// <param name="Deleted">False where nothing was told.</param>
public sealed record UserGoneAnswer(string Id, bool Deleted);

/// <summary><c>/api/v1/users</c>: what is told of a user, and what is held. Everything needs a secret key.</summary>
internal sealed class UsersDoor(UserDesk desk, UserShelf shelf, UserLog log, InterestReader interests, ExportGate exports)
{
    private const int Recent = 20, MostExported = 50_000;

    public async Task GetAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        var (id, simulated) = (Managing.Name(http, "id"), Managing.Simulated(http.Request));
        var user = await ReadAsync(id, simulated, http.RequestAborted);
        if (user is { Version: 0, Seen.FirstAt: null, Recent.Count: 0 }) throw new ProblemException(404, $"Nothing is held under the user '{id}'.");
        await AnswerAsync(http, user);
    }

    public async Task PutAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        var id = Managing.Name(http, "id");
        using var body = await Body.ReadAsync(http, caller.FromBrowser);
        var fields = Managing.Object(body);
        var attributes = fields.Map("attributes", UserDesk.MostAttributes);
        if (attributes is null && fields.Faults.Count == 0) fields.Fault("attributes", "is missing");
        if (attributes?.ContainsKey(Audience.Known) == true) fields.Fault("attributes/" + Audience.Known, "is found out here and cannot be told");
        RecommendationsDoor.Refuse(fields);
        await StaleAsync(() => desk.PutAsync(id, attributes!, Managing.IfMatch(http.Request), Managing.Who(caller), http.RequestAborted));
        await shelf.RefreshAsync(CancellationToken.None); // the next request is answered by it
        await AnswerAsync(http, await ReadAsync(id, simulated: false, http.RequestAborted));
    }

    public async Task DeleteAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        var (id, deleted) = (Managing.Name(http, "id"), false);
        await StaleAsync(async () => deleted = await desk.DeleteAsync(id, Managing.IfMatch(http.Request), Managing.Who(caller), http.RequestAborted));
        await shelf.RefreshAsync(CancellationToken.None);
        await http.Response.WriteAsJsonAsync(new UserGoneAnswer(id, deleted), ApiJson.Default.UserGoneAnswer, cancellationToken: http.RequestAborted);
    }

    public async Task ExportAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        var (id, simulated) = (Managing.Name(http, "id"), Managing.Simulated(http.Request));
        using var place = exports.TryEnter() ?? throw new ProblemException(429, $"{ExportGate.Most} exports read the log already, each from end to end. Come again when one of them is done.", retryAfter: ExportGate.RetryAfter);
        var user = await ReadAsync(id, simulated, http.RequestAborted);
        var aborted = http.RequestAborted;
        var (lists, acts) = await Task.Run(() => (log.Lists(id, simulated, MostExported + 1, aborted), log.Acts(id, simulated, MostExported + 1, aborted)), aborted);
        var whole = lists.Count <= MostExported && acts.Count <= MostExported;
        await http.Response.WriteAsJsonAsync(new UserExportAnswer(user, [.. lists.Take(MostExported)], [.. acts.Take(MostExported)], whole), ApiJson.Default.UserExportAnswer, cancellationToken: http.RequestAborted);
    }

    private async Task<UserAnswer> ReadAsync(string id, bool simulated, CancellationToken cancellation)
    {
        var told = await desk.FindAsync(id, cancellation);
        var recent = interests.Of(id, simulated, Recent).Reverse().Take(Recent).Select(i => new UserInterest(i.Type, i.Item, DateTimeOffset.FromUnixTimeMilliseconds(i.At)));
        return new(id, told?.AttributeMap() ?? new Dictionary<string, string>(), told?.Version ?? 0, told?.ChangedAt, log.Count(id, simulated), [.. recent]);
    }

    private static Task AnswerAsync(HttpContext http, UserAnswer user)
    {
        http.Response.Headers.ETag = Managing.ETag(user.Version);
        return http.Response.WriteAsJsonAsync(user, ApiJson.Default.UserAnswer, cancellationToken: http.RequestAborted);
    }

    private static async Task StaleAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (StaleVersionException stale)
        {
            throw new ProblemException(412, stale.Message);
        }
    }
}
