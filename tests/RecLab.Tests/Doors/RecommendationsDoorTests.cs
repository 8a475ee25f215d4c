using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using RecLab.Events;
using Xunit;

namespace RecLab.Tests.Doors;

public sealed class RecommendationsDoorTests(ShopApp app) : IClassFixture<ShopApp>, IAsyncLifetime
{
    private static readonly SemaphoreSlim Once = new(1, 1);

    public async ValueTask InitializeAsync()
    {
        await Once.WaitAsync();
        try { await app.OpenAsync(); }
        finally { Once.Release(); }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Without_any_model_the_newest_data_set_answers_and_the_fallback_is_named()
    {
        await app.PlacementAsync("bare");
        var list = await app.ListAsync("placement=bare&user=7&n=5");
        Assert.Equal("popularity", list.GetProperty("fallback").GetString());
        Assert.Equal(5, ShopApp.Ids(list).Distinct().Count());
    }

    [Fact]
    public async Task A_stranger_and_an_unknown_item_get_a_list_with_a_named_fallback()
    {
        await app.PlacementAsync("knn", p => p.Exploration = 0);
        var variant = await app.ServeAsync("als-stranger", "als");
        await app.PlacementAsync("knn", p => p.DefaultVariantId = variant.Id);
        var stranger = await app.ListAsync("placement=knn&user=nobody-here&item=no-such-item&n=10");
        Assert.Equal("popularity", stranger.GetProperty("fallback").GetString());
        Assert.Equal(10, ShopApp.Ids(stranger).Distinct().Count());
        var known = await app.ListAsync("placement=knn&user=7&n=10");
        Assert.Equal(JsonValueKind.Null, known.GetProperty("fallback").ValueKind);
        Assert.Equal("als-stranger", known.GetProperty("model").GetProperty("id").GetString());
    }

    [Fact]
    public async Task Nothing_seen_excluded_blocked_or_of_another_category_is_shown_and_short_lists_are_not_padded()
    {
        await app.PlacementAsync("narrow", p => (p.Exploration, p.Filters) = (1, """{"categories":["c1"],"blocked":["5"]}"""));
        var list = await app.ListAsync("placement=narrow&user=1&n=100&exclude=9,13&item=17");
        var ids = ShopApp.Ids(list);
        var seen = ShopApp.Stock().History(1).Take(10).Select(i => $"{i}").ToArray(); // the last tenth of twelve rows is hidden truth
        Assert.NotEmpty(ids);
        Assert.Equal(ids.Distinct(), ids);
        Assert.All(ids, id => Assert.Equal(1, int.Parse(id) % 4));
        Assert.Empty(ids.Intersect(["5", "9", "13", "17"]));
        Assert.Empty(ids.Intersect(seen));
        Assert.True(ids.Length < 15);
    }

    [Fact]
    public async Task A_click_changes_the_same_users_next_list_at_once()
    {
        await app.PlacementAsync("instant", p => p.Exploration = 0);
        var variant = await app.ServeAsync("als-instant", "als");
        await app.PlacementAsync("instant", p => p.DefaultVariantId = variant.Id);
        var before = await app.ListAsync("placement=instant&user=newcomer&n=10");
        Assert.Equal("popularity", before.GetProperty("fallback").GetString());
        await app.SendAsync(ShopApp.Event("click", before, 0, "newcomer"));
        var after = await app.ListAsync("placement=instant&user=newcomer&n=10");
        Assert.Equal(JsonValueKind.Null, after.GetProperty("fallback").ValueKind);
        Assert.DoesNotContain(ShopApp.Ids(before)[0], ShopApp.Ids(after));
        // the taste of what was clicked comes first
        var taste = int.Parse(ShopApp.Ids(before)[0]) % 4;
        Assert.Equal(taste, int.Parse(ShopApp.Ids(after)[0]) % 4);
    }

    [Fact]
    public async Task The_exposure_is_stored_with_a_propensity_for_every_place()
    {
        await app.PlacementAsync("explore", p => p.Exploration = 0.5);
        var list = await app.ListAsync("placement=explore&user=3&session=s&n=10");
        Assert.True(SealedId.TryParse(list.GetProperty("recommendationId").GetString(), out var id));
        var row = Assert.Single(app.Rows($"SELECT items, propensities FROM recommendation WHERE hex(id) = upper('{id.Id:N}')")).Split(' ');
        Assert.Equal(ShopApp.Ids(list), JsonSerializer.Deserialize<string[]>(row[0]));
        var propensities = JsonSerializer.Deserialize<double[]>(row[1])!;
        Assert.Equal(10, propensities.Length);
        Assert.All(propensities, p => Assert.InRange(p, 0.5 / 60, 0.5 + 0.5 / 10));
        Assert.Equal(ShopApp.Ids(list), ShopApp.Ids(await app.ListAsync("placement=explore&user=3&session=s&n=10")));
    }

    [Fact]
    public async Task A_user_keeps_the_arm_and_the_list_says_which()
    {
        await app.PlacementAsync("sticky", p => p.Exploration = 0);
        await app.ExperimentAsync("sticky-arms", "sticky", await app.ServeAsync("sticky-a", "popularity"), await app.ServeAsync("sticky-b", "als"));
        Dictionary<string, int> counts = [];
        for (var user = 0; user < 40; user++)
        {
            var first = (await app.ListAsync($"placement=sticky&user={user}&n=3")).GetProperty("experiment");
            var second = (await app.ListAsync($"placement=sticky&user={user}&n=7&session=other")).GetProperty("experiment");
            Assert.Equal(("sticky-arms", "assigned"), (first.GetProperty("id").GetString(), first.GetProperty("reason").GetString()));
            Assert.Equal(first.GetProperty("variant").GetString(), second.GetProperty("variant").GetString());
            counts[first.GetProperty("variant").GetString()!] = counts.GetValueOrDefault(first.GetProperty("variant").GetString()!) + 1;
        }
        Assert.Equal(["sticky-a", "sticky-b"], counts.Keys.Order());
    }

    [Theory]
    [InlineData("denied")]
    [InlineData("unknown")]
    public async Task Without_consent_nobody_is_assigned_or_counted(string consent)
    {
        await app.PlacementAsync("consent-" + consent);
        await app.ExperimentAsync("consent-" + consent, "consent-" + consent, await app.ServeAsync("co-a-" + consent, "popularity"), await app.ServeAsync("co-b-" + consent, "als"));
        var list = await app.ListAsync($"placement=consent-{consent}&user=5&consent={consent}");
        Assert.Equal("no-consent", list.GetProperty("experiment").GetProperty("reason").GetString());
        Assert.Equal(JsonValueKind.Null, list.GetProperty("experiment").GetProperty("id").ValueKind);
        Assert.NotEqual(JsonValueKind.Null, list.GetProperty("fallback").ValueKind);
        Assert.Equal(["0 "], app.Rows($"SELECT experiment, unit FROM recommendation WHERE placement = 'consent-{consent}'"));
    }

    [Fact]
    public async Task A_batch_repeats_no_item_on_the_page()
    {
        using var client = app.Backend();
        var answer = await client.PostAsJsonAsync("/api/v1/recommendations:batch", new { user = "9", placements = new[] { new { placement = "home", n = 10 }, new { placement = "home", n = 10 } } });
        var lists = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("lists").EnumerateArray().ToArray();
        Assert.Equal(2, lists.Length);
        var ids = lists.SelectMany(ShopApp.Ids).ToArray();
        Assert.Equal(20, ids.Length);
        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    [Theory]
    [InlineData("placement=home&n=0", 422, "?n")]
    [InlineData("placement=home&n=101", 422, "?n")]
    [InlineData("placement=home&n=abc", 422, "?n")]
    [InlineData("user=1", 422, "?placement")]
    [InlineData("placement=home&user=a%00b", 422, "?user")]
    [InlineData("placement=home&consent=maybe", 422, "?consent")]
    [InlineData("placement=home&at=2026-01-01T00:00:00Z", 422, "?at")]
    [InlineData("placement=nowhere", 404, null)]
    public async Task Bad_values_are_refused_with_a_pointer(string query, int status, string? pointer)
    {
        using var client = app.Backend();
        using var answer = await client.GetAsync($"/api/v1/recommendations?{query}", TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode)status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.NotEmpty(problem.GetProperty("traceId").GetString()!);
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        if (pointer is not null) Assert.Equal(pointer, problem.GetProperty("errors")[0].GetProperty("pointer").GetString());
    }

    [Fact]
    public async Task Keys_and_origins_are_checked()
    {
        using var client = app.CreateClient();
        Assert.Equal(HttpStatusCode.Unauthorized, await Status(null, null));
        Assert.Equal(HttpStatusCode.Unauthorized, await Status("pk_live_wrong", null));
        Assert.Equal(HttpStatusCode.OK, await Status(app.PublishableKey, ShopApp.Origin));
        foreach (var evil in (string[])["https://evil.example", "null", "https://shop.example.evil.example", "http://shop.example"])
            Assert.Equal(HttpStatusCode.Forbidden, await Status(app.PublishableKey, evil));

        Assert.Equal(HttpStatusCode.Unauthorized, await Status(app.SecretKey, null)); // an address stands in logs; a secret key belongs in a header

        async Task<HttpStatusCode> Status(string? key, string? origin)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/recommendations?placement=home{(key is null ? "" : "&key=" + key)}");
            if (origin is not null) request.Headers.Add("Origin", origin);
            using var answer = await client.SendAsync(request);
            Assert.Equal(answer.StatusCode == HttpStatusCode.OK ? [origin!] : [], answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var allowed) ? allowed : []);
            Assert.Equal(answer.StatusCode == HttpStatusCode.OK ? ["Retry-After"] : [], answer.Headers.TryGetValues("Access-Control-Expose-Headers", out var readable) ? readable : []); // or a page could not obey it
            Assert.Contains("Origin", answer.Headers.Vary);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task Only_a_secret_key_may_call_a_visitor_simulated()
    {
        using var client = app.CreateClient();
        using var answer = await client.GetAsync($"/api/v1/recommendations?placement=home&simulated=true&key={app.PublishableKey}");
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        var list = await app.ListAsync("placement=home&user=1&simulated=true&at=2026-02-03T04:05:06Z");
        Assert.Equal(["1 1770091506000"], app.Rows("SELECT simulated, served_at FROM recommendation WHERE simulated = 1"));
        Assert.Equal(DateTimeOffset.Parse("2026-02-03T04:05:06Z"), list.GetProperty("served").GetDateTimeOffset());
    }
}
