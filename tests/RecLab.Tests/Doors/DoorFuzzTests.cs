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

    /// <summary>Else every spoilt body would be refused for what the unspoilt one already had wrong.</summary>
    [Fact]
    public async Task What_is_spoilt_is_a_body_that_its_door_takes()
    {
        await using var app = new Production();
        await app.OpenAsync();
        await app.ServeAsync("popularity", "popularity");
        using var client = app.Backend();
        (string Method, string Path)[] doors =
        [
            ("POST", "/recommendations"), ("POST", "/recommendations:batch"), ("POST", "/events"), ("POST", "/exposures"), ("PUT", "/items"), ("PUT", "/users/u1"),
            ("POST", "/placements"), ("POST", "/variants"), ("POST", "/trainings"), ("POST", "/experiments"),
        ];
        foreach (var (method, path) in doors)
        {
            var body = DoorBodies.For("/api/v1" + path).Replace("\"datasetId\":1", $"\"datasetId\":{app.DatasetId}", StringComparison.Ordinal);
            using var request = new HttpRequestMessage(new HttpMethod(method), "/api/v1" + path) { Content = new StringContent(body, System.Text.Encoding.UTF8, path == "/items" ? "application/x-ndjson" : "application/json") };
            using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
        }
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
            if (request.Method.Method != "TRACE") request.Content = DoorBodies.Of(target.Pattern, random, hostile);
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
        if (random.Next(10) == 0) request.Headers.TryAddWithoutValidation("If-Match", random.Next(2) == 0 ? "\"1\"" : Ascii(hostile.Word()));
        if (random.Next(10) == 0) request.Headers.TryAddWithoutValidation("Idempotency-Key", random.Next(2) == 0 ? "again" : Ascii(hostile.Word()));
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
