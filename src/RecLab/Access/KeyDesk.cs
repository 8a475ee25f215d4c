using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using RecLab.Controls;
using RecLab.Live;
using RecLab.Storage;

namespace RecLab.Access;

/// <summary>Why a key opens nothing.</summary>
public enum KeyFault { None, Missing, Malformed, Unknown, Revoked, Expired, WrongOrigin, SecretNeeded, OutOfScope }

/// <summary>The answer at the door.</summary>
/// <param name="Fault">None when the key opens.</param>
/// <param name="Key">The key's entry when it opens, else null.</param>
public readonly record struct KeyCheck(KeyFault Fault, KeyGrant? Key)
{
    public bool Opens => Fault == KeyFault.None;

    /// <summary>401 while nobody knows who is asking, 403 when it is known and not allowed.</summary>
    public int Status => Fault switch { KeyFault.None => 200, KeyFault.WrongOrigin or KeyFault.SecretNeeded or KeyFault.OutOfScope => 403, _ => 401 };

    /// <summary>One sentence for the problem details; it never repeats the key.</summary>
    public string Sentence => Fault switch
    {
        KeyFault.None => "",
        KeyFault.Missing => "Send a key: header 'Authorization: Bearer sk_...' or 'X-RecLab-Key', or the query parameter 'key' for a publishable one.",
        KeyFault.Malformed => "The key is incomplete or mistyped.",
        KeyFault.Revoked => "The key was revoked.",
        KeyFault.Expired => "The key has expired.",
        KeyFault.WrongOrigin => "This origin is not on the key's list.",
        KeyFault.OutOfScope => "This key was not made for this: its scopes do not cover it.",
        KeyFault.SecretNeeded => "This needs a secret key, which belongs on a server, never in a page.",
        _ => "Nobody here knows this key.",
    };
}

/// <summary>What a valid key may do and from where.</summary>
public sealed record KeyGrant(int Id, string Name, ApiKeyKind Kind, IReadOnlyList<string> Origins, KeyScope Scopes = KeyScope.Recommend | KeyScope.Events, DateTimeOffset? ExpiresAt = null)
{
    /// <summary>What a kind opens where nobody says what.</summary>
    public static KeyScope AllOf(ApiKeyKind kind) => KeyScope.Recommend | KeyScope.Events | (kind == ApiKeyKind.Secret ? KeyScope.Manage : KeyScope.None);

    /// <summary>The most that a kind may open.</summary>
    public static KeyScope MostOf(ApiKeyKind kind) => AllOf(kind) | (kind == ApiKeyKind.Secret ? KeyScope.Keys : KeyScope.None);

    /// <summary>What an entry opens.</summary>
    public static KeyScope Of(ApiKey key) => MostOf(key.Kind) & (key.Scopes ?? AllOf(key.Kind));
}

/// <summary>Creates, lists, revokes and checks keys. Checking looks only at memory: a copy of all keys, renewed when one changes here,
/// and every five seconds for changes by another process.</summary>
public sealed class KeyDesk(IDbContextFactory<RecLabDb> databases, Audit audit, LiveFeed feed, TimeProvider clock)
{
    private static readonly TimeSpan Stale = TimeSpan.FromSeconds(5), Patience = TimeSpan.FromSeconds(1);
    private readonly Lock _renewing = new();
    private volatile Copy? _copy;

    private sealed record Entry(byte[] Hash, KeyGrant Grant, DateTimeOffset? ExpiresAt, bool Revoked);
    private sealed record Copy(FrozenDictionary<string, Entry[]> ByPrefix, FrozenSet<string> Origins, long ReadAt)
    {
        /// <summary>Keys that were found in this copy, so that a busy one is hashed once and not with every request.</summary>
        public ConcurrentDictionary<string, Entry> Checked { get; } = new(StringComparer.Ordinal);
    }

    /// <summary>Whether a key opens, and what.</summary>
    /// <param name="key">As it was sent, or null.</param>
    /// <param name="origin">The Origin header of a browser, or null. A publishable key needs a listed origin whenever there is one.</param>
    /// <param name="self">An origin that is allowed beside the list: the server's own, for keys of its own pages; or null.</param>
    /// <param name="secret">True where only a secret key will do.</param>
    /// <param name="scope">What the key must cover.</param>
    public KeyCheck Check(string? key, string? origin = null, string? self = null, bool secret = false, KeyScope scope = KeyScope.None)
    {
        if (string.IsNullOrEmpty(key)) return new(KeyFault.Missing, null);
        var copy = Current();
        if (!copy.Checked.TryGetValue(key, out var found))
        {
            if (!KeyText.IsWhole(key)) return new(KeyFault.Malformed, null);
            var hash = Encoding.ASCII.GetBytes(KeyText.Hash(key));
            found = Find(copy, key, hash) ?? Find(copy = Renewed(Patience), key, hash);
            if (found is null) return new(KeyFault.Unknown, null);
            copy.Checked.TryAdd(key, found);
        }
        if (found.Revoked) return new(KeyFault.Revoked, null);
        if (found.ExpiresAt <= clock.GetUtcNow()) return new(KeyFault.Expired, null);
        if (secret && found.Grant.Kind != ApiKeyKind.Secret) return new(KeyFault.SecretNeeded, null);
        if (found.Grant.Kind == ApiKeyKind.Publishable && origin is not null && origin != self && !found.Grant.Origins.Contains(origin)) return new(KeyFault.WrongOrigin, null);
        if (found.Grant.Kind == ApiKeyKind.Publishable) scope &= ~(KeyScope.Manage | KeyScope.Keys); // its doors refuse it themselves, in better words
        if ((found.Grant.Scopes & scope) != scope) return new(KeyFault.OutOfScope, null);
        return new(KeyFault.None, found.Grant);
    }

    /// <summary>True when some active publishable key lists the origin; for the preflight, which carries no key.</summary>
    public bool KnowsOrigin(string origin) => Current().Origins.Contains(origin);

    /// <summary>Makes a key. The second value is the key itself, shown once and stored nowhere.</summary>
    /// <param name="who">Who asked.</param>
    /// <param name="name">What it is for.</param>
    /// <param name="kind">Publishable or secret.</param>
    /// <param name="origins">Exact origins of a publishable key: "https://shop.example"; ignored for a secret one.</param>
    /// <param name="expiresAt">When it stops working, or null.</param>
    /// <param name="scopes">What it opens, or null for what its kind opens without being asked for by name.</param>
    /// <exception cref="Refusal">Name, origin or expiry are not acceptable.</exception>
    public async Task<(ApiKey Entry, string Key)> CreateAsync(string who, string name, ApiKeyKind kind, IEnumerable<string> origins, DateTimeOffset? expiresAt = null, KeyScope? scopes = null)
    {
        name = name.Trim();
        if (name.Length is 0 or > 80 || name.Any(char.IsControl)) throw new Refusal("Give the key a name of 1 to 80 characters.");
        if (expiresAt <= clock.GetUtcNow()) throw new Refusal("The expiry lies in the past.");
        if (scopes is { } asked && (asked == KeyScope.None || (asked & ~KeyGrant.MostOf(kind)) != 0)) throw new Refusal(kind == ApiKeyKind.Publishable ? "A publishable key opens lists or events, and nothing else." : "Choose what the key opens.");
        var listed = kind == ApiKeyKind.Secret ? [] : origins.Select(o => o.Trim()).Where(o => o.Length > 0).Select(Origin).Distinct().ToArray();
        var key = KeyText.Create(kind);
        var entry = new ApiKey { Name = name, Kind = kind, Hash = KeyText.Hash(key), Prefix = KeyText.Prefix(key), Origins = string.Join('\n', listed), CreatedAt = clock.GetUtcNow(), CreatedBy = who, ExpiresAt = expiresAt, Scopes = scopes is { } some && some != KeyGrant.AllOf(kind) ? some : null };
        await using (var db = await databases.CreateDbContextAsync())
        {
            db.Add(entry);
            await db.SaveChangesAsync();
        }
        await audit.WriteAsync(who, "key.create", $"key {entry.Id} ({name})", $"{kind}, {entry.Prefix}...");
        Changed();
        return (entry, key);
    }

    /// <summary>All keys, newest first.</summary>
    public async Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Set<ApiKey>().AsNoTracking().OrderByDescending(k => k.Id).ToListAsync(cancellation);
    }

    /// <summary>Gives a publishable key another list of origins; browsers on sites that are no longer on it are refused at once.</summary>
    /// <exception cref="Refusal">There is no such active publishable key, or something in the list is not an origin.</exception>
    public async Task SetOriginsAsync(string who, int id, IEnumerable<string> origins)
    {
        var listed = origins.Select(o => o.Trim()).Where(o => o.Length > 0).Select(Origin).Distinct().ToArray();
        await using var db = await databases.CreateDbContextAsync();
        var key = await db.Set<ApiKey>().FindAsync(id);
        if (key is not { Kind: ApiKeyKind.Publishable, RevokedAt: null }) throw new Refusal($"There is no active publishable key {id}.");
        key.Origins = string.Join('\n', listed);
        await db.SaveChangesAsync();
        await audit.WriteAsync(who, "key.origins", $"key {id} ({key.Name})", string.Join(", ", listed));
        Changed();
    }

    /// <summary>A new key in the place of an old one, which goes on working for a while so that nobody who uses it is cut off.</summary>
    /// <param name="overlap">How long the old one still works; never longer than it would have.</param>
    /// <param name="notAfter">The new one works no longer than this; null for as long as the old one was made for.</param>
    /// <exception cref="Refusal">There is no such key, or it works no more.</exception>
    public async Task<(ApiKey Entry, string Key)> RotateAsync(string who, int id, TimeSpan overlap, DateTimeOffset? notAfter = null)
    {
        if (overlap < TimeSpan.Zero || overlap > TimeSpan.FromDays(90)) throw new Refusal("The old key can go on working for up to 90 days.");
        await using var db = await databases.CreateDbContextAsync();
        var (old, now) = (await db.Set<ApiKey>().FindAsync(id) ?? throw new Refusal($"There is no key {id}."), clock.GetUtcNow());
        if (old.RevokedAt is not null || old.ExpiresAt <= now) throw new Refusal($"{old.Name} works no more; make a new key instead.");
        var subject = $"key {id} ({old.Name})";
        if (await db.Set<AuditEntry>().AnyAsync(a => a.Action == "key.rotate" && a.Subject == subject)) throw new Refusal($"{old.Name} was replaced already; rotate its successor, or make a new key.");
        var key = KeyText.Create(old.Kind);
        var expires = now + (old.ExpiresAt - old.CreatedAt);
        if (expires is null || expires > notAfter) expires = notAfter ?? expires;
        var entry = new ApiKey
        {
            Name = old.Name, Kind = old.Kind, Hash = KeyText.Hash(key), Prefix = KeyText.Prefix(key), Origins = old.Origins, Scopes = old.Scopes, CreatedAt = now, CreatedBy = who, ExpiresAt = expires,
        };
        db.Add(entry);
        var end = now + overlap;
        if (old.ExpiresAt is null || old.ExpiresAt > end) old.ExpiresAt = end;
        await db.SaveChangesAsync();
        await audit.WriteAsync(who, "key.rotate", subject, $"replaced by {entry.Prefix}..., works until {old.ExpiresAt:yyyy-MM-dd HH:mm} UTC");
        Changed();
        return (entry, key);
    }

    /// <summary>Ends a key at once.</summary>
    public async Task RevokeAsync(string who, int id)
    {
        await using var db = await databases.CreateDbContextAsync();
        var key = await db.Set<ApiKey>().FindAsync(id) ?? throw new Refusal($"There is no key {id}.");
        if (key.RevokedAt is not null) return;
        key.RevokedAt = clock.GetUtcNow();
        await db.SaveChangesAsync();
        await audit.WriteAsync(who, "key.revoke", $"key {id} ({key.Name})");
        Changed();
    }

    private static Entry? Find(Copy copy, string key, byte[] hash)
    {
        if (!copy.ByPrefix.TryGetValue(KeyText.Prefix(key), out var entries)) return null;
        Entry? found = null;
        foreach (var entry in entries)
            if (CryptographicOperations.FixedTimeEquals(entry.Hash, hash)) found = entry;
        return found;
    }

    private Copy Current() => _copy is { } copy && clock.GetElapsedTime(copy.ReadAt) < Stale ? copy : Renewed(Stale);

    /// <summary>The copy, read again unless it is younger than <paramref name="age"/>, so that unknown keys cannot make the database busy.</summary>
    private Copy Renewed(TimeSpan age)
    {
        lock (_renewing)
        {
            if (_copy is { } young && clock.GetElapsedTime(young.ReadAt) < age) return young;
            var now = clock.GetTimestamp();
            using var db = databases.CreateDbContext();
            var keys = db.Set<ApiKey>().AsNoTracking().ToList();
            var open = keys.Where(k => k.RevokedAt is null && (k.ExpiresAt is null || k.ExpiresAt > clock.GetUtcNow()));
            return _copy = new(
                keys.GroupBy(k => k.Prefix).ToFrozenDictionary(g => g.Key, g => g.Select(k => new Entry(
                    Encoding.ASCII.GetBytes(k.Hash), new(k.Id, k.Name, k.Kind, Lines(k.Origins), KeyGrant.Of(k), k.ExpiresAt), k.ExpiresAt, k.RevokedAt is not null)).ToArray()),
                open.SelectMany(k => Lines(k.Origins)).ToFrozenSet(StringComparer.Ordinal), now);
        }
    }

    private void Changed()
    {
        lock (_renewing) _copy = null;
        feed.Changed(LiveFeed.Keys);
    }

    private static string[] Lines(string origins) => origins.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string Origin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is { Scheme: "http" or "https" } and { AbsolutePath: "/", Query: "", Fragment: "", UserInfo: "" } && !text.Contains('*')
            ? $"{uri.Scheme}://{uri.IdnHost}{(uri.IsDefaultPort ? "" : $":{uri.Port}")}"
            : throw new Refusal($"'{text}' is not an origin. Write scheme and host, such as https://shop.example.");
}
