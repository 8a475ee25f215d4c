using System.Net;
using System.Threading.RateLimiting;
using RecLab.Access;

namespace RecLab.Doors;

/// <summary>Who came through the door.</summary>
/// <param name="Grant">The key and what it may do.</param>
/// <param name="FromBrowser">A publishable key, which travels in pages.</param>
/// <param name="Preview">The dashboard's own preview: it is answered, and nothing about it is recorded.</param>
internal sealed record Caller(KeyGrant Grant, bool FromBrowser, bool Preview = false);

/// <summary>What every request to the API passes: origin, key, rate; and how it ends when something is wrong. Any origin that is not on a key's list gets no CORS
/// header, so a browser keeps the answer from the page.</summary>
public sealed class ApiDoor(KeyDesk keys, OwnKeys own, OriginBook origins, IConfiguration configuration, ILogger<ApiDoor> log) : IDisposable
{
    /// <summary>Header for a key beside <c>Authorization: Bearer</c>.</summary>
    public const string KeyHeader = "X-RecLab-Key";

    private readonly PartitionedRateLimiter<Budget> _rates = Rates(configuration);
    private readonly bool _secretsLimited = configuration.GetValue("RecLab:Rate:Secret", 0) > 0;

    /// <summary>Lets the handler answer, or answers itself.</summary>
    internal async Task HandleAsync(HttpContext http, Func<HttpContext, Caller, Task> handler)
    {
        try
        {
            var caller = Enter(http);
            await handler(http, caller);
        }
        catch (ProblemException problem)
        {
            await Problems.WriteAsync(http, problem);
        }
        catch (Controls.Refusal refusal)
        {
            await Problems.WriteAsync(http, new(422, refusal.Message));
        }
        catch (BadHttpRequestException bad)
        {
            await Problems.WriteAsync(http, new(bad.StatusCode, bad.StatusCode == 413 ? "The body is too large." : "The request could not be read."));
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            http.Response.StatusCode = 499; // the client left; nobody reads this
        }
        catch (Exception fault) when (!http.Response.HasStarted)
        {
            log.LogError(fault, "{Method} {Route} failed.", http.Request.Method, (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText); // not the path, which may hold line breaks
            await Problems.WriteAsync(http, new(500, "The request could not be answered. Quote the trace id when you report it."));
        }
    }

    /// <summary>A browser's question before the real request.</summary>
    public void Preflight(HttpContext http)
    {
        var origin = http.Request.Headers.Origin.ToString();
        http.Response.StatusCode = 204;
        http.Response.Headers.Vary = "Origin";
        if (origin.Length == 0) return;
        if (origin != Self(http) && !keys.KnowsOrigin(origin))
        {
            origins.Add(origin, null, "No active key lists this origin.");
            return;
        }
        Allow(http, origin);
        http.Response.Headers.AccessControlAllowMethods = "GET, POST";
        http.Response.Headers.AccessControlAllowHeaders = $"authorization, content-type, {KeyHeader.ToLowerInvariant()}";
        http.Response.Headers.AccessControlMaxAge = "600";
    }

    public void Dispose() => _rates.Dispose();

    private Caller Enter(HttpContext http)
    {
        var origin = http.Request.Headers.Origin.ToString() is { Length: > 0 } o ? o : null;
        http.Response.Headers.Vary = "Origin";
        http.Response.Headers.CacheControl = "no-store";
        var key = KeyOf(http.Request);
        // the address of this server is what the request says it is: it opens to the pages that this server makes, and to a key that lists it
        var self = origin is not null && origin == Self(http) && keys.Check(key).Key is { } kept && own.IsOwn(kept.Id) ? origin : null;
        var check = keys.Check(key, origin, self, scope: ScopeOf(http.Request.Path));
        if (origin is not null && !(check.Key is { } known && own.IsPreview(known.Id))) origins.Add(origin, http.Request.Query["placement"], check.Opens ? null : check.Sentence);
        if (!check.Opens) throw new ProblemException(check.Status, check.Sentence);
        var grant = check.Key!;
        if (origin is not null && (grant.Kind == ApiKeyKind.Publishable || origin == Self(http))) Allow(http, origin);
        var browser = grant.Kind == ApiKeyKind.Publishable;
        using var lease = browser || _secretsLimited ? _rates.AttemptAcquire(new(grant.Id, Subscriber.Of(http.Connection.RemoteIpAddress), browser, ScopeOf(http.Request.Path))) : null; // the limiter takes a lock over all keys
        if (lease is { IsAcquired: false })
            throw new ProblemException(429, "Too many requests with this key from this address.", retryAfter: lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? Math.Max(1, (int)wait.TotalSeconds) : 1);
        return new(grant, browser, own.IsPreview(grant.Id));
    }

    /// <summary>From the header, or the query parameter <c>key</c> for what cannot set headers (beacons). A secret key is not taken from an address, which stands in histories and in the logs of everything between.</summary>
    /// <exception cref="ProblemException">401: a secret key in the address.</exception>
    private static string? KeyOf(HttpRequest request)
    {
        const string bearer = "Bearer ";
        var authorization = request.Headers.Authorization.ToString();
        if (authorization.StartsWith(bearer, StringComparison.OrdinalIgnoreCase)) return authorization[bearer.Length..].Trim();
        if (request.Headers.TryGetValue(KeyHeader, out var header)) return header.ToString();
        if (!request.Query.TryGetValue("key", out var query)) return null;
        var key = query.ToString();
        return key.StartsWith("sk_", StringComparison.Ordinal) ? throw new ProblemException(401, "A secret key belongs in a header, never in an address. Make a new one; this one may stand in logs.") : key;
    }

    /// <summary>Lets the page of this origin read the answer, and when to come again.</summary>
    private static void Allow(HttpContext http, string origin)
    {
        http.Response.Headers.AccessControlAllowOrigin = origin;
        http.Response.Headers.AccessControlExposeHeaders = "Retry-After";
    }

    /// <summary>What a key must cover for an address; whatever is not known here is management.</summary>
    private static KeyScope ScopeOf(PathString path)
    {
        if (!path.StartsWithSegments("/api/v1", out var rest)) return KeyScope.Manage;
        return rest.Value switch
        {
            { } p when p.StartsWith("/recommendations", StringComparison.OrdinalIgnoreCase) => KeyScope.Recommend,
            { } p when p.StartsWith("/events", StringComparison.OrdinalIgnoreCase) || p.StartsWith("/exposures", StringComparison.OrdinalIgnoreCase) => KeyScope.Events,
            { } p when p.StartsWith("/keys", StringComparison.OrdinalIgnoreCase) => KeyScope.Keys,
            _ => KeyScope.Manage,
        };
    }

    private static string Self(HttpContext http) => $"{http.Request.Scheme}://{http.Request.Host}";

    /// <summary>Whose requests are counted together: a page that sends many events does not use up its own lists.</summary>
    private readonly record struct Budget(int Key, IPAddress? Address, bool Browser, KeyScope Scope);

    /// <summary>Publishable keys: <c>RecLab:Rate:Publishable</c> requests a second per key, address and kind of door, a burst of ten times that; secret keys: <c>RecLab:Rate:Secret</c>, 0 for no limit.</summary>
    private static PartitionedRateLimiter<Budget> Rates(IConfiguration configuration)
    {
        var publishable = configuration.GetValue("RecLab:Rate:Publishable", 50);
        var secret = configuration.GetValue("RecLab:Rate:Secret", 0);
        return PartitionedRateLimiter.Create<Budget, Budget>(who =>
        {
            var rate = who.Browser ? publishable : secret;
            return rate <= 0 ? RateLimitPartition.GetNoLimiter(who with { Address = null })
                : RateLimitPartition.GetTokenBucketLimiter(who, _ => new TokenBucketRateLimiterOptions
                {
                    TokenLimit = rate * 10, TokensPerPeriod = rate, ReplenishmentPeriod = TimeSpan.FromSeconds(1), QueueLimit = 0, AutoReplenishment = true,
                });
        });
    }
}
