using System.Text.Json;
using RecLab.Access;

namespace RecLab.Doors;

/// <summary>A key's entry; the key itself is in the answer that made it and nowhere else.</summary>
/// <param name="Scopes">What it opens: lists, events, manage, keys.</param>
public sealed record KeyAnswer(int Id, string Name, string Kind, IReadOnlyList<string> Scopes, string Prefix, IReadOnlyList<string> Origins, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt);

/// <summary>All keys, newest first.</summary>
public sealed record KeysAnswer(IReadOnlyList<KeyAnswer> Items, string? NextCursor = null);

/// <summary>A key that was made.</summary>
/// <param name="Key">The key, this once; null where the same request (Idempotency-Key) was answered before.</param>
public sealed record KeyMadeAnswer(KeyAnswer Entry, string? Key);

/// <summary><c>/api/v1/keys</c>: for a secret key that was made for it. Whatever such a key makes opens no more than it does itself and works no longer, and it touches no key that opens more.</summary>
internal sealed class KeysDoor(KeyDesk desk, RepeatGuard repeats)
{
    private static readonly (string Word, KeyScope Scope)[] Words = [("lists", KeyScope.Recommend), ("events", KeyScope.Events), ("manage", KeyScope.Manage), ("keys", KeyScope.Keys)];

    public async Task ListAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        var all = await desk.ListAsync(http.RequestAborted);
        await http.Response.WriteAsJsonAsync(new KeysAnswer([.. all.Select(Of)]), ApiJson.Default.KeysAnswer, cancellationToken: http.RequestAborted);
    }

    public async Task PostAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        using var body = await Body.ReadAsync(http, caller.FromBrowser);
        var fields = Managing.Object(body);
        var (name, kind) = (fields.Id("name", required: true), fields.Id("kind", required: true) switch { "secret" => ApiKeyKind.Secret, "publishable" => ApiKeyKind.Publishable, null => (ApiKeyKind?)null, _ => Wrong(fields) });
        var (scopes, origins, expires) = (Scopes(fields), fields.Ids("origins", 50) ?? [], fields.Time("expiresAt"));
        RecommendationsDoor.Refuse(fields);
        var asked = scopes ?? KeyGrant.AllOf(kind!.Value) & caller.Grant.Scopes;
        Below(caller, asked);
        var end = expires is { } time ? DateTimeOffset.FromUnixTimeMilliseconds(time) : (DateTimeOffset?)null;
        string? made = null;
        var (id, _) = await repeats.OnceAsync(http, caller, body, async () =>
        {
            (var entry, made) = await desk.CreateAsync(Managing.Who(caller), name!, kind!.Value, origins, Sooner(end, caller.Grant.ExpiresAt), asked);
            return entry.Id;
        });
        await AnswerAsync(http, id, made);
    }

    /// <summary>A new key in the place of an old one, which goes on working for the days that the body names.</summary>
    public async Task RotateAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        var old = await FindAsync(http, caller);
        using var body = await Body.ReadAsync(http, caller.FromBrowser);
        var fields = Managing.Object(body);
        var days = fields.Number("overlapDays") ?? 7;
        if (days is < 0 or > 90) fields.Fault("overlapDays", "must be 0 to 90");
        RecommendationsDoor.Refuse(fields);
        string? made = null;
        var (id, _) = await repeats.OnceAsync(http, caller, body, async () =>
        {
            var fresh = 0;
            await Managing.InState(async () => { (var entry, made) = await desk.RotateAsync(Managing.Who(caller), old.Id, TimeSpan.FromDays(days), caller.Grant.ExpiresAt); fresh = entry.Id; });
            return fresh;
        });
        await AnswerAsync(http, id, made);
    }

    /// <summary>Ends a key at once; its entry stays.</summary>
    public async Task DeleteAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        var key = await FindAsync(http, caller);
        await desk.RevokeAsync(Managing.Who(caller), key.Id);
        await AnswerAsync(http, key.Id, null);
    }

    private static ApiKeyKind? Wrong(Fields fields)
    {
        fields.Fault("kind", "must be secret or publishable");
        return null;
    }

    private static KeyScope? Scopes(Fields fields)
    {
        if (fields.Ids("scopes", 4) is not { } words) return null;
        var scopes = KeyScope.None;
        foreach (var word in words)
            if (Words.FirstOrDefault(w => w.Word == word) is { Word: not null } found) scopes |= found.Scope;
            else fields.Fault("scopes", "may hold lists, events, manage and keys");
        return scopes;
    }

    /// <exception cref="ProblemException">403: it opens something that the caller's key does not.</exception>
    private static void Below(Caller caller, KeyScope scopes)
    {
        if ((scopes & ~caller.Grant.Scopes) != 0) throw new ProblemException(403, "A key can only make, rotate and end keys that open nothing it does not open itself.");
    }

    private static DateTimeOffset? Sooner(DateTimeOffset? wish, DateTimeOffset? end) => wish is null || wish > end ? end ?? wish : wish;

    private async Task<ApiKey> FindAsync(HttpContext http, Caller caller)
    {
        var id = Managing.Number(http, "id");
        var key = (await desk.ListAsync(http.RequestAborted)).FirstOrDefault(k => k.Id == id) ?? throw new ProblemException(404, $"There is no key {id}.");
        Below(caller, KeyGrant.Of(key));
        return key;
    }

    private async Task AnswerAsync(HttpContext http, int id, string? made) => await http.Response.WriteAsJsonAsync(
        new KeyMadeAnswer(Of((await desk.ListAsync(http.RequestAborted)).Single(k => k.Id == id)), made), ApiJson.Default.KeyMadeAnswer, cancellationToken: http.RequestAborted);

    private static KeyAnswer Of(ApiKey k) => new(k.Id, k.Name, k.Kind.ToString().ToLowerInvariant(), [.. Words.Where(w => KeyGrant.Of(k).HasFlag(w.Scope)).Select(w => w.Word)], k.Prefix,
        k.Origins.Split('\n', StringSplitOptions.RemoveEmptyEntries), k.CreatedAt, k.CreatedBy, k.ExpiresAt, k.RevokedAt);
}
