using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting;
using RecLab.Events;
using RecLab.Tests.Experiments;
using Xunit;

namespace RecLab.Tests.Doors;

/// <summary>The routes that manage: what a server can do with its secret key, and that a page can do none of it.</summary>
public sealed class ManagementTests(ManagementTests.Quiet app) : IClassFixture<ManagementTests.Quiet>, IAsyncLifetime
{
    private static readonly SemaphoreSlim Once = new(1, 1);
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Nothing is trained: what is queued waits.</summary>
    public sealed class Quiet : ShopApp
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            builder.UseSetting("RecLab:RunJobs", "false");
        }
    }

    public async ValueTask InitializeAsync()
    {
        await Once.WaitAsync();
        try { await app.OpenAsync(); }
        finally { Once.Release(); }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<(HttpStatusCode Status, JsonElement Body, string? Tag)> SendAsync(string method, string path, object? body = null, params (string Name, string Value)[] headers)
    {
        using var client = app.Backend();
        using var request = new HttpRequestMessage(new HttpMethod(method), "/api/v1" + path);
        if (body is not null) request.Content = JsonContent.Create(body);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await client.SendAsync(request, Cancellation);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.True(text.Length > 0, $"{method} {path} answered {(int)answer.StatusCode} without a body");
        return (answer.StatusCode, JsonDocument.Parse(text).RootElement, answer.Headers.ETag?.Tag);
    }

    private async Task<JsonElement> OkAsync(string method, string path, object? body = null)
    {
        var (status, answer, _) = await SendAsync(method, path, body);
        Assert.True(status == HttpStatusCode.OK, $"{method} {path}: {(int)status} {answer.GetRawText()}");
        return answer;
    }

    [Fact]
    public async Task A_placement_is_made_changed_against_its_tag_and_archived()
    {
        var (status, made, tag) = await SendAsync("POST", "/placements", new { key = "letter", name = "Newsletter", listLength = 3, exploration = 0.1, blocked = new[] { "5" } });
        Assert.Equal((HttpStatusCode.OK, 3, 0.1), (status, made.GetProperty("listLength").GetInt32(), made.GetProperty("exploration").GetDouble()));
        Assert.Equal(3, ShopApp.Ids(await app.ListAsync("placement=letter&user=1")).Length);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("PATCH", "/placements/letter", new { listLength = 2 }, ("If-Match", tag!))).Status);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await SendAsync("PATCH", "/placements/letter", new { listLength = 4 }, ("If-Match", tag!))).Status);
        Assert.Equal(2, ShopApp.Ids(await app.ListAsync("placement=letter&user=1")).Length);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await SendAsync("PATCH", "/placements/letter", new { exploration = 0.9 })).Status);
        Assert.Equal(["5"], (await OkAsync("GET", "/placements/letter")).GetProperty("blocked").EnumerateArray().Select(b => b.GetString()));
        Assert.True((await OkAsync("DELETE", "/placements/letter")).GetProperty("archived").GetBoolean());
        Assert.Equal(HttpStatusCode.Conflict, (await SendAsync("DELETE", "/placements/letter")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("GET", "/recommendations?placement=letter&user=1")).Status);
        Assert.Contains("letter", (await OkAsync("GET", "/placements")).GetProperty("items").EnumerateArray().Select(p => p.GetProperty("key").GetString()));
        Assert.Equal(["placement.archive key 'server'", "placement.edit key 'server'", "placement.create key 'server'"],
            (await OkAsync("GET", "/audit?limit=50")).GetProperty("items").EnumerateArray().Where(a => a.GetProperty("subject").GetString()!.EndsWith("(letter)", StringComparison.Ordinal)).Select(a => $"{a.GetProperty("action")} {a.GetProperty("who")}"));
    }

    [Fact]
    public async Task A_training_that_is_asked_for_twice_under_one_key_is_queued_once_and_can_be_cancelled()
    {
        await OkAsync("POST", "/variants", new { key = "asked", family = "popularity", datasetId = app.DatasetId });
        var (status, first, _) = await SendAsync("POST", "/trainings", new { variant = "asked", seed = 7 }, ("Idempotency-Key", "night-1"));
        Assert.Equal((HttpStatusCode.OK, "queued", 7), (status, first.GetProperty("state").GetString(), first.GetProperty("seed").GetInt32()));
        var id = first.GetProperty("id").GetInt32();
        Assert.Equal(id, (await SendAsync("POST", "/trainings", new { variant = "asked", seed = 7 }, ("Idempotency-Key", "night-1"))).Body.GetProperty("id").GetInt32());
        var together = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => SendAsync("POST", "/trainings", new { variant = "asked" }, ("Idempotency-Key", "night-2"))));
        Assert.All(together, t => Assert.True(t.Status is HttpStatusCode.OK or HttpStatusCode.Conflict, t.Body.GetRawText()));
        Assert.Single(together.Where(t => t.Status == HttpStatusCode.OK).Select(t => t.Body.GetProperty("id").GetInt32()).Distinct());
        Assert.Equal(2, (await OkAsync("GET", "/trainings?limit=500")).GetProperty("items").EnumerateArray().Count(t => t.GetProperty("variant").GetString() == "asked"));

        var other = await SendAsync("POST", "/trainings", new { variant = "asked", seed = 8 }, ("Idempotency-Key", "night-1"));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "Idempotency-Key"), (other.Status, other.Body.GetProperty("errors")[0].GetProperty("pointer").GetString())); // another request under a used key

        Assert.Equal("cancelled", (await OkAsync("POST", $"/trainings/{id}:cancel")).GetProperty("state").GetString());
        Assert.Equal(HttpStatusCode.Conflict, (await SendAsync("POST", $"/trainings/{id}:cancel")).Status);
        Assert.Equal(0, (await OkAsync("GET", $"/trainings/{id}/metrics")).GetProperty("points").GetArrayLength());
        Assert.Equal(id, (await OkAsync("GET", $"/trainings/{id}/log")).GetProperty("id").GetInt32());
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("POST", "/trainings", new { variant = "nothing" })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("GET", "/trainings/99999")).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await SendAsync("POST", "/trainings", new { variant = "asked", log = "both" })).Status);
    }

    [Fact]
    public async Task Of_many_who_change_a_placement_against_the_same_tag_exactly_one_does()
    {
        var (_, _, tag) = await SendAsync("POST", "/placements", new { key = "race", name = "Race", listLength = 2 });
        var together = await Task.WhenAll(Enumerable.Range(3, 12).Select(n => SendAsync("PATCH", "/placements/race", new { listLength = n }, ("If-Match", tag!))));
        var made = Assert.Single(together, t => t.Status == HttpStatusCode.OK);
        Assert.All(together.Where(t => t.Status != HttpStatusCode.OK), t => Assert.Equal(HttpStatusCode.PreconditionFailed, t.Status));
        Assert.Equal(made.Body.GetProperty("listLength").GetInt32(), (await OkAsync("GET", "/placements/race")).GetProperty("listLength").GetInt32());
    }

    [Theory]
    [InlineData("""{"key":"odd","family":"popularity","datasetId":1,"name":7}""", "/name")]
    [InlineData("""{"key":"odd","family":"popularity","datasetId":1,"schedule":["daily"]}""", "/schedule")]
    public async Task A_variant_with_a_name_or_schedule_that_is_no_text_is_refused(string body, string pointer)
    {
        var (status, answer, _) = await SendAsync("POST", "/variants", System.Text.Json.Nodes.JsonNode.Parse(body));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, pointer), (status, answer.GetProperty("errors")[0].GetProperty("pointer").GetString()));
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("GET", "/variants/odd")).Status);
    }

    [Fact]
    public async Task Who_was_shown_what_is_read_page_by_page_and_every_user_once()
    {
        await app.PlacementAsync("api-shown", p => p.Exploration = 0);
        await app.ExperimentAsync("shown", "api-shown", await app.ServeAsync("api-shown-a", "popularity"), await app.ServeAsync("api-shown-b", "item-knn"));
        Dictionary<string, string> shown = [];
        for (var user = 0; user < 12; user++)
        {
            var list = await app.ListAsync($"placement=api-shown&user=who {user}&n=3"); // an id with a space, as the cursor parts arm and id by one
            shown[$"who {user}"] = list.GetProperty("experiment").GetProperty("variant").GetString()!;
            if (user == 0) await app.SendAsync(ShopApp.Event("click", list, 2, "who 0"));
        }
        List<JsonElement> read = [];
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await OkAsync("GET", $"/experiments/shown/exposures?limit=5{(cursor.Length > 0 ? "&cursor=" + cursor : "")}");
            Assert.InRange(page.GetProperty("items").GetArrayLength(), 1, 5);
            read.AddRange(page.GetProperty("items").EnumerateArray());
            cursor = page.GetProperty("nextCursor").GetString();
        }
        Assert.Equal(shown.OrderBy(s => s.Key, StringComparer.Ordinal), read.Select(r => KeyValuePair.Create(r.GetProperty("user").GetString()!, r.GetProperty("variant").GetString()!)).OrderBy(s => s.Key, StringComparer.Ordinal));
        Assert.Equal(["who 0 1 1 1"], read.Where(r => r.GetProperty("clicked").GetInt32() > 0).Select(r => $"{r.GetProperty("user")} {r.GetProperty("lists")} {r.GetProperty("viewable")} {r.GetProperty("clicked")}"));
        Assert.Empty((await OkAsync("GET", "/experiments/shown/exposures?traffic=simulated")).GetProperty("items").EnumerateArray());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await SendAsync("GET", "/experiments/shown/exposures?cursor=bm8")).Status);
    }

    [Fact]
    public async Task Events_that_were_set_aside_are_read_by_reason_newest_first_and_nobodys_name_is_told()
    {
        await app.PlacementAsync("api-aside", p => p.Exploration = 0);
        var list = await app.ListAsync("placement=api-aside&user=secretive&n=2");
        var id = list.GetProperty("recommendationId").GetString()!;
        for (var n = 0; n < 3; n++) await app.SendAsync(new { eventId = $"forged-{n}", type = "click", recommendationId = id[..37] + "AAAAAAAAAAAAAAAA"[..(id.Length - 37)], itemId = "1", user = "secretive" });
        await app.SendAsync(new { eventId = "odd-1", type = "click", recommendationId = "no id at all", itemId = "<b>7</b>", user = "secretive" });
        var forged = await OkAsync("GET", "/quarantine?reason=forged&limit=2");
        Assert.Equal(["forged", "forged"], forged.GetProperty("items").EnumerateArray().Select(q => q.GetProperty("reason").GetString()));
        var rest = await OkAsync("GET", $"/quarantine?reason=forged&limit=2&cursor={forged.GetProperty("nextCursor").GetString()}");
        Assert.Equal((1, JsonValueKind.Null), (rest.GetProperty("items").GetArrayLength(), rest.GetProperty("nextCursor").ValueKind));
        var all = await OkAsync("GET", "/quarantine");
        Assert.Equal(("malformed", "<b>7</b>", "no id at all"), (all.GetProperty("items")[0].GetProperty("reason").GetString(), all.GetProperty("items")[0].GetProperty("item").GetString(), all.GetProperty("items")[0].GetProperty("list").GetString()));
        Assert.DoesNotContain("secretive", all.GetRawText(), StringComparison.Ordinal);
        Assert.Empty((await OkAsync("GET", "/quarantine?traffic=simulated")).GetProperty("items").EnumerateArray());
        Assert.Equal("?reason", (await SendAsync("GET", "/quarantine?reason=stolen")).Body.GetProperty("errors")[0].GetProperty("pointer").GetString());
    }

    // Each of these would be met under a visitor's request, once the experiment runs.
    [Theory]
    [InlineData("""{"targeting":[{"attribute":"country","kind":"Is"}]}""")]
    [InlineData("""{"targeting":[{"attribute":"country","kind":99,"values":["de"]}]}""")]
    [InlineData("""{"targeting":[null]}""")]
    [InlineData("""{"laterSlices":null}""")]
    [InlineData("""{"guardrails":null}""")]
    [InlineData("""{"secondary":[null]}""")]
    public async Task Settings_that_lack_a_part_are_refused_with_a_sentence(string settings)
    {
        await app.PlacementAsync("api-strict", p => p.Exploration = 0);
        await app.ServeAsync("api-strict-a", "popularity");
        await app.ServeAsync("api-strict-b", "item-knn");
        var (status, body, _) = await SendAsync("POST", "/experiments", new { key = "strict", placement = "api-strict", arms = new[] { new { variant = "api-strict-a" }, new { variant = "api-strict-b" } }, settings = System.Text.Json.Nodes.JsonNode.Parse(settings) });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.NotEqual("", body.GetProperty("title").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("GET", "/experiments/strict")).Status);
    }

    [Fact]
    public async Task An_experiment_is_drafted_started_read_and_stopped()
    {
        await app.PlacementAsync("api-home", p => p.Exploration = 0);
        await app.ServeAsync("api-popular", "popularity");
        await app.ServeAsync("api-knn", "item-knn");
        var draft = await OkAsync("POST", "/experiments", new { key = "by-api", placement = "api-home", arms = new[] { new { variant = "api-popular" }, new { variant = "api-knn" } }, settings = new { minimumUsers = 2, minimumDays = 0 } });
        Assert.Equal(("draft", 0.5), (draft.GetProperty("state").GetString(), draft.GetProperty("arms")[1].GetProperty("weight").GetDouble()));
        Assert.Equal("More clicks.", (await OkAsync("PATCH", "/experiments/by-api", new { hypothesis = "More clicks." })).GetProperty("hypothesis").GetString());
        var (_, _, tag) = await SendAsync("GET", "/experiments/by-api");
        var together = await Task.WhenAll(Enumerable.Range(0, 6).Select(n => SendAsync("PATCH", "/experiments/by-api", new { hypothesis = $"More clicks, {n}." }, ("If-Match", tag!))));
        Assert.Single(together, t => t.Status == HttpStatusCode.OK);
        Assert.Equal(5, together.Count(t => t.Status == HttpStatusCode.PreconditionFailed));
        Assert.Equal("running", (await OkAsync("POST", "/experiments/by-api:start", new { why = "go" })).GetProperty("state").GetString());
        Assert.Equal(HttpStatusCode.Conflict, (await SendAsync("PATCH", "/experiments/by-api", new { hypothesis = "Other." })).Status);

        var asked = await OkAsync("GET", "/experiments/by-api/assignments?user=u1");
        Assert.Equal("0", Assert.Single(app.Rows("SELECT count(*) FROM recommendation WHERE placement = 'api-home'")));
        var list = await app.ListAsync("placement=api-home&user=u1&n=3");
        Assert.Equal(asked.GetProperty("variant").GetString(), list.GetProperty("experiment").GetProperty("variant").GetString());
        await app.SendAsync(ShopApp.Event("viewable", list, 0, "u1"), ShopApp.Event("viewable", list, 1, "u1"), ShopApp.Event("click", list, 1, "u1"));
        var results = await OkAsync("GET", "/experiments/by-api/results");
        Assert.Equal(1, results.GetProperty("arms").EnumerateArray().Sum(a => a.GetProperty("users").GetInt64()));
        Assert.Equal(2, results.GetProperty("arms").GetArrayLength());
        Assert.NotEmpty(results.GetProperty("sentence").GetString()!);
        Assert.Equal(0, (await OkAsync("GET", "/experiments/by-api/results?traffic=simulated")).GetProperty("arms").EnumerateArray().Sum(a => a.GetProperty("users").GetInt64()));

        Assert.Equal("paused", (await OkAsync("POST", "/experiments/by-api:pause", new { why = "lunch" })).GetProperty("state").GetString());
        Assert.Equal("no-experiment", (await app.ListAsync("placement=api-home&user=u1&n=3")).GetProperty("experiment").GetProperty("reason").GetString());
        Assert.Equal("running", (await OkAsync("POST", "/experiments/by-api:resume")).GetProperty("state").GetString());
        Assert.Equal(HttpStatusCode.Conflict, (await SendAsync("POST", "/experiments/by-api:rollout")).Status); // not decided
        Assert.Contains("is no bandit", (await SendAsync("POST", "/experiments/by-api:reweight", new { why = "now" })).Body.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal("review", (await OkAsync("POST", "/experiments/by-api:stop", new { why = "enough" })).GetProperty("state").GetString());
        Assert.Equal(HttpStatusCode.Conflict, (await SendAsync("POST", "/experiments/by-api:start")).Status);
        Assert.Equal("/arms/1/variant", (await SendAsync("POST", "/experiments", new { key = "wrong", placement = "api-home", arms = new[] { new { variant = "api-knn" }, new { variant = "nothing" } } })).Body.GetProperty("errors")[0].GetProperty("pointer").GetString());
    }

    [Fact]
    public async Task An_experiment_by_api_names_own_events_and_caps_and_unknown_metrics_are_refused()
    {
        await OkAsync("POST", "/placements", new { key = "api-caps", name = "Caps" });
        foreach (var variant in new[] { "api-caps-a", "api-caps-b" }) await app.VariantAsync(variant);
        object Draft(string key, object settings, string goal = "rating") => new { key, placement = "api-caps", goalMetric = goal, arms = new[] { new { variant = "api-caps-a" }, new { variant = "api-caps-b" } }, settings };
        var (status, body, _) = await SendAsync("POST", "/experiments", Draft("unknown-metric", new { secondary = new[] { "custom:save:median" } }));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "There is no metric 'custom:save:median'."), (status, body.GetProperty("detail").GetString()));
        var made = await OkAsync("POST", "/experiments", Draft("with-caps", new
        {
            guardrails = new[] { new { metric = "custom:complaint:users:lower", margin = 0.2 } }, secondary = new[] { "time-to-click", "custom:save:total" },
            caps = new[] { new { metric = "custom:save:total", value = 7.5 }, new { metric = "time-to-click", value = 600.0 } }, fixedCaps = new[] { new { metric = "clicks", simulated = false, value = 1.0, parts = 1, source = "mine" } },
        }));
        Assert.Equal((2, 0), (made.GetProperty("settings").GetProperty("caps").GetArrayLength(), made.GetProperty("settings").GetProperty("fixedCaps").GetArrayLength()));
        var started = (await OkAsync("POST", "/experiments/with-caps:start")).GetProperty("settings").GetProperty("fixedCaps").EnumerateArray().ToArray();
        Assert.Equal(["custom:save:total False 7500", "custom:save:total True 7500", "time-to-click False 600", "time-to-click True 600"],
            started.Select(c => $"{c.GetProperty("metric").GetString()} {c.GetProperty("simulated").GetBoolean()} {c.GetProperty("parts").GetInt64()}"));
        Assert.Equal("rating", (await OkAsync("GET", "/experiments/with-caps/results")).GetProperty("arms")[1].GetProperty("metrics")[0].GetProperty("metric").GetString());
        var (refused, why, _) = await SendAsync("POST", "/experiments/no-such:start");
        Assert.Equal((HttpStatusCode.NotFound, true), (refused, why.GetProperty("detail").GetString()!.Contains("no-such", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Data_sets_and_audit_are_read_page_by_page()
    {
        Assert.Equal("shop", (await OkAsync("GET", $"/datasets/{app.DatasetId}")).GetProperty("name").GetString());
        var first = await OkAsync("GET", "/audit?limit=1");
        var second = await OkAsync("GET", $"/audit?limit=1&cursor={first.GetProperty("nextCursor").GetString()}");
        var ids = first.GetProperty("items").EnumerateArray().Concat(second.GetProperty("items").EnumerateArray()).Select(a => a.GetProperty("id").GetInt64()).ToArray();
        Assert.Equal(ids.Distinct().OrderDescending(), ids);
        Assert.Equal(2, ids.Length);
    }

    [Theory]
    [InlineData("GET", "/items")]
    [InlineData("PATCH", "/items/1")]
    [InlineData("DELETE", "/items/1")]
    [InlineData("GET", "/placements")]
    [InlineData("POST", "/placements")]
    [InlineData("DELETE", "/placements/home")]
    [InlineData("GET", "/variants")]
    [InlineData("POST", "/variants")]
    [InlineData("GET", "/trainings")]
    [InlineData("POST", "/trainings")]
    [InlineData("POST", "/trainings/1:cancel")]
    [InlineData("GET", "/experiments")]
    [InlineData("POST", "/experiments")]
    [InlineData("POST", "/experiments/x:start")]
    [InlineData("GET", "/experiments/x/results")]
    [InlineData("GET", "/datasets")]
    [InlineData("GET", "/audit")]
    [InlineData("POST", "/datasets")]
    [InlineData("POST", "/datasets:upload?name=a.csv")]
    [InlineData("POST", "/datasets:validate")]
    [InlineData("POST", "/datasets/1:cancel")]
    [InlineData("DELETE", "/datasets/1")]
    [InlineData("GET", "/users/1")]
    [InlineData("PUT", "/users/1")]
    [InlineData("DELETE", "/users/1")]
    [InlineData("GET", "/users/1/export")]
    [InlineData("GET", "/experiments/x/exposures")]
    [InlineData("GET", "/quarantine")]
    [InlineData("GET", "/keys")]
    [InlineData("POST", "/keys")]
    [InlineData("POST", "/keys/1:rotate")]
    [InlineData("DELETE", "/keys/1")]
    public async Task A_page_may_do_none_of_it(string method, string path)
    {
        using var page = app.CreateClient();
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/v1{path}") { Content = method == "GET" ? null : JsonContent.Create(new { }) };
        request.Headers.Add("X-RecLab-Key", app.PublishableKey);
        using var answer = await page.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        using var nobody = new HttpRequestMessage(new HttpMethod(method), $"/api/v1{path}") { Content = method == "GET" ? null : JsonContent.Create(new { }) };
        using var refused = await page.SendAsync(nobody, Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }
}
