using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Access;
using RecLab.Tests.Access;
using RecLab.Tests.Faults;
using Xunit;

namespace RecLab.Tests.Doors;

/// <summary>Requests that are wrong in every way a seed can think of, at every route the application has, over a real socket.</summary>
public sealed partial class DoorFuzzTests(ITestOutputHelper output)
{
    /// <summary>As it runs for people: without the framework's page for developers.</summary>
    private sealed class Production : ShopApp
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            builder.UseEnvironment("Production");
            builder.UseSetting("RecLab:Rate:Publishable", "0");
            builder.UseSetting("RecLab:RunJobs", "false");
        }
    }

    private sealed record Target(string Pattern, string[] Methods);

    private const string List = """{"placement":"home","user":"u1","session":"s1","n":5,"exclude":["1","2"],"context":{"device":"mobile"},"consent":"granted","simulated":false}""";
    private const string Lists = """{"user":"u1","session":"s1","dedupe":true,"placements":[{"placement":"home","n":3},{"placement":"home","n":2,"exclude":["1"]}]}""";
    private const string Events = """
        {"sentAt":"2026-11-22T10:00:05Z","events":[
         {"eventId":"0199f0c3-0000-7000-8000-000000000001","type":"viewable","recommendationId":"0199f0c2-0000-7000-8000-000000000000.AAAA","itemId":"1","position":1,"user":"u1","session":"s9","occurredAt":"2026-11-22T10:00:03Z","value":null,"currency":null,"properties":{}},
         {"eventId":"e2","type":"purchase","itemId":"2","user":"u1","occurredAt":"2026-11-22T10:00:03Z","value":1850,"currency":"EUR","properties":{"a":1}},
         {"eventId":"e3","type":"rating","itemId":"3","user":"u1","value":4.5}]}
        """;

    private const string Wish = """{"name":"Ratings","upload":"0123456789abcdef0123456789abcdef","lines":true,"layout":null,"columns":{"user":"user","item":"item","value":"rating","time":"timestamp","delimiter":";","hasHeader":true},"cleaning":{"repeats":"newest","minPerUser":2,"from":"2024-05-01T00:00:00Z"},"hiddenShare":0.1}""";
    private const string Told = """{"attributes":{"country":"de","plan":"pro"}}""";
    private const string Key = """{"name":"shop front","kind":"publishable","origins":["https://shop.example"],"scopes":["keys"],"expiresAt":"2030-01-01T00:00:00Z","overlapDays":7}""";

    private static readonly string[] Parameters =
    [
        "placement", "user", "item", "n", "exclude", "session", "consent", "simulated", "at", "key", "context.device", "explain", "traffic", "phase", "tab", "page", "ReturnUrl", "id", "sort", "q", "handler", "_handler", "name", "limit", "cursor", "reason",
    ];

    [Fact]
    public async Task No_request_is_answered_with_a_fault_a_stack_trace_or_a_path()
    {
        var (seed, requests) = (Sizes.DrawnSeed(), Sizes.Of(suite: 5_000, nightly: 200_000));
        output.WriteLine($"Seed {seed}, {requests} requests; repeat with RECLAB_SEED={seed}.");
        await using var app = new Production();
        app.UseKestrel(0);
        app.StartServer();
        await app.OpenAsync();
        await app.ServeAsync("popularity", "popularity");
        var cookie = await CookieAsync(app);
        var (_, keys) = await app.Get<KeyDesk>().CreateAsync("test", "keys alone", ApiKeyKind.Secret, [], scopes: KeyScope.Keys); // it can end no key but itself and what it makes
        var targets = Targets(app);
        Assert.Contains(targets, t => t.Pattern == "/api/v1/events");
        using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.All }) { BaseAddress = app.ClientOptions.BaseAddress, Timeout = TimeSpan.FromSeconds(60) };
        string[] secrets = [app.DataDir, AppContext.BaseDirectory, Storage.HostPaths.ContentRoot(AppContext.BaseDirectory), "/usr/share/dotnet", "/usr/lib/dotnet"];
        var statuses = new System.Collections.Concurrent.ConcurrentDictionary<int, int>();
        var faults = new System.Collections.Concurrent.ConcurrentQueue<string>();
        await Parallel.ForEachAsync(Enumerable.Range(0, requests), new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken }, async (n, stop) =>
        {
            using var request = Make(new Random(HashCode.Combine(seed, n)), targets, app, cookie, keys);
            using var answer = await client.SendAsync(request, stop);
            var body = await answer.Content.ReadAsStringAsync(stop);
            statuses.AddOrUpdate((int)answer.StatusCode, 1, (_, count) => count + 1);
            if (Fault(request, answer, body, secrets) is { } fault)
                faults.Enqueue($"Request {n} of seed {seed}, {request.Method} {request.RequestUri} ({request.Content?.Headers.ContentType}): {fault}\n{body[..Math.Min(body.Length, 500)]}");
        });
        output.WriteLine(string.Join(", ", statuses.OrderBy(s => s.Key).Select(s => $"{s.Key}: {s.Value}")));
        foreach (var expected in (int[])[200, 302, 400, 401, 404, 413, 415, 422]) Assert.True(statuses.ContainsKey(expected), $"No request was answered with {expected}: the fuzzer does not reach its doors.");
        Assert.True(faults.IsEmpty, string.Join("\n\n", faults.Take(8)));
        Assert.True(app.Faults.All.Count == 0, string.Join("\n\n", app.Faults.All.DistinctBy(f => f[..Math.Min(80, f.Length)]).Take(5)));
        Assert.Empty(app.Get<RecLab.Events.FoldProof>().Check());
    }

    /// <summary>What is wrong with an answer, or null.</summary>
    private static string? Fault(HttpRequestMessage request, HttpResponseMessage answer, string body, string[] secrets)
    {
        var status = (int)answer.StatusCode;
        if (status >= 500 && !(status == 503 && answer.Headers.RetryAfter is not null)) return $"answered {status}";
        if (StackLine().Match(body) is { Success: true } line) return $"a stack trace: {line.Value}";
        if (secrets.FirstOrDefault(s => body.Contains(s, StringComparison.Ordinal)) is { } path) return $"the path {path}";
        if (status < 400 || request.Method == HttpMethod.Head || !request.RequestUri!.AbsolutePath.StartsWith("/api/", StringComparison.Ordinal)) return null;
        if (!answer.Headers.Contains("X-Content-Type-Options") && status is 400 or 414 or 431) return null; // the web server refused before any of the application's code
        if (answer.Content.Headers.ContentType?.MediaType != "application/problem+json") return $"{status} without problem details, but {answer.Content.Headers.ContentType}";
        using var problem = JsonDocument.Parse(body);
        return problem.RootElement.GetProperty("status").GetInt32() == status && problem.RootElement.GetProperty("detail").GetString()!.Length > 0 && problem.RootElement.GetProperty("traceId").GetString()!.Length > 0
            ? null : $"{status} with incomplete problem details";
    }

    private static HttpRequestMessage Make(Random random, Target[] targets, ShopApp app, string cookie, string keys)
    {
        var hostile = new Hostile(random);
        var api = random.Next(2) == 0; // half of all at the public doors
        var target = api ? targets.Where(t => t.Pattern.StartsWith("/api", StringComparison.Ordinal)).ToArray() is var doors ? doors[random.Next(doors.Length)] : null! : targets[random.Next(targets.Length)];
        var methods = random.Next(8) == 0 ? ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND"] : random.Next(10) == 0 ? target.Methods : [.. target.Methods.Where(m => m != "OPTIONS")];
        var path = Parameter().Replace(target.Pattern, _ => random.Next(3) == 0 ? "1" : Segment(hostile.Word()));
        if (random.Next(15) == 0) path += random.Next(2) == 0 ? "/" : Segment(hostile.Word());
        if (random.Next(30) == 0) path = "/api/" + Segment(hostile.Word());
        List<string> query = [];
        if (target.Pattern == "/api/v1/recommendations" && random.Next(3) > 0) query.Add("placement=home");
        for (var n = random.Next(4); n > 0; n--) query.Add($"{(random.Next(10) == 0 ? Uri.EscapeDataString(hostile.Word()) : Parameters[random.Next(Parameters.Length)])}={(random.Next(15) == 0 ? "%00%FF%zz" : Uri.EscapeDataString(hostile.Word()))}");
        var address = path + (query.Count > 0 ? "?" + string.Join('&', query) : "");
        var request = new HttpRequestMessage(new HttpMethod(methods[random.Next(methods.Length)]), new Uri(app.ClientOptions.BaseAddress.GetLeftPart(UriPartial.Authority) + address, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        if (request.Method != HttpMethod.Get && request.Method != HttpMethod.Head && request.Method.Method != "TRACE" || random.Next(40) == 0)
        {
            var valid = target.Pattern switch { "/api/v1/recommendations" => List, "/api/v1/recommendations:batch" => Lists, "/api/v1/users/{id}" => Told, var p when p.StartsWith("/api/v1/datasets", StringComparison.Ordinal) => Wish, var p when p.StartsWith("/api/v1/keys", StringComparison.Ordinal) => Key, _ => Events };
            if (request.Method.Method != "TRACE") request.Content = hostile.Content(random.Next(10) == 0 ? System.Text.Encoding.UTF8.GetBytes(valid) : hostile.Body(valid));
        }
        Identify(random, request, hostile, app, cookie, api, target.Pattern.StartsWith("/api/v1/keys", StringComparison.Ordinal) ? keys : app.SecretKey);
        return request;
    }

    private static void Identify(Random random, HttpRequestMessage request, Hostile hostile, ShopApp app, string cookie, bool api, string secret)
    {
        var who = random.Next(10);
        if (api && who < 6) request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + secret);
        else if (api && who == 6) { request.Headers.Add("X-RecLab-Key", app.PublishableKey); request.Headers.Add("Origin", ShopApp.Origin); }
        else if (who == 7) request.Headers.TryAddWithoutValidation("Authorization", "Bearer sk_" + Ascii(hostile.Word()));
        else if (!api && who < 6) request.Headers.TryAddWithoutValidation("Cookie", cookie);
        else if (who == 8) request.Headers.TryAddWithoutValidation("Cookie", "reclab=" + Ascii(hostile.Word()));
        if (random.Next(10) == 0) request.Headers.TryAddWithoutValidation("Origin", Ascii(hostile.Word()));
        if (random.Next(20) == 0) request.Headers.TryAddWithoutValidation("User-Agent", Ascii(hostile.Word()));
        if (random.Next(20) == 0) request.Headers.TryAddWithoutValidation("If-None-Match", Ascii(hostile.Word()));
        if (random.Next(20) == 0) request.Headers.TryAddWithoutValidation("Accept", Ascii(hostile.Word()));
    }

    private static string Ascii(string text) => new([.. text.Where(c => c is >= ' ' and < '\u007f').Take(300)]);

    private static string Segment(string text) => Uri.EscapeDataString(text is "" or "." or ".." ? "x" : text);

    /// <summary>Every route but static files and the circuit's own transport, with its methods.</summary>
    private static Target[] Targets(RecLabApp app) =>
    [
        .. app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<StaticAssetDescriptor>() is null)
            .GroupBy(e => "/" + e.RoutePattern.RawText!.TrimStart('/'), e => e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET", "POST"])
            .Where(g => !g.Key.StartsWith("/_blazor", StringComparison.Ordinal) && !g.Key.StartsWith("/_framework", StringComparison.Ordinal))
            .Select(g => new Target(g.Key, [.. g.SelectMany(m => m).Distinct()])),
    ];

    /// <summary>The session of a signed-in administrator.</summary>
    private static async Task<string> CookieAsync(Production app)
    {
        await app.Get<PeopleDesk>().CreateAsync("fuzz@example.com", "Fuzz", Browsing.Password, Roles.Administrator);
        var cookies = new CookieContainer();
        using var browser = new HttpClient(new HttpClientHandler { CookieContainer = cookies, AllowAutoRedirect = false }) { BaseAddress = app.ClientOptions.BaseAddress };
        Assert.Equal(HttpStatusCode.Redirect, (await browser.SignInAsync("fuzz@example.com", Browsing.Password)).StatusCode);
        return cookies.GetCookieHeader(app.ClientOptions.BaseAddress);
    }

    [GeneratedRegex(@"\.cs:line \d+|^ +at [\w.<>`]+\(|\b\w+Exception\b", RegexOptions.Multiline)]
    private static partial Regex StackLine();

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();
}
