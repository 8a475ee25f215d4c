using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using RecLab.Experiments;
using RecLab.Serving;
using Xunit;

namespace RecLab.Tests.Doors;

/// <summary>What a host tells of its users, and what it can read back.</summary>
public sealed class UsersDoorTests(ManagementTests.Quiet app) : IClassFixture<ManagementTests.Quiet>, IAsyncLifetime
{
    private static readonly SemaphoreSlim Once = new(1, 1);
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await Once.WaitAsync();
        try { await app.OpenAsync(); }
        finally { Once.Release(); }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<(HttpStatusCode Status, JsonElement Body, string? Tag)> SendAsync(string method, string path, object? body = null, string? ifMatch = null)
    {
        using var client = app.Backend();
        using var request = new HttpRequestMessage(new HttpMethod(method), "/api/v1" + path) { Content = body is null ? null : JsonContent.Create(body) };
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        using var answer = await client.SendAsync(request, Cancellation);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation)).RootElement, answer.Headers.ETag?.Tag);
    }

    /// <summary>Where the assignment says a user stands is where a list sends them: targeted, told, halted.</summary>
    [Fact]
    public async Task An_assignment_looks_at_what_a_list_looks_at()
    {
        await app.PlacementAsync("asked", p => p.Exploration = 0);
        var settings = ExperimentSettings.Default with { Targeting = [new Condition("country", ConditionKind.Is, ["de"])] };
        await app.ExperimentAsync("asked", "asked", settings, await app.ServeAsync("asked-a", "popularity"), await app.ServeAsync("asked-b", "item-knn"));
        Assert.Equal("not-targeted", await SameAsync());
        Assert.Equal("assigned", await SameAsync("&context.country=de"));
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("PUT", "/users/a1", new { attributes = new { country = "de" } })).Status);
        Assert.Equal("assigned", await SameAsync());
        Assert.Equal("not-targeted", await SameAsync("&context.country=fr"));
        await app.Get<PlacementDesk>().HaltAsync("asked", "prices are wrong", "mara", Cancellation);
        await app.Get<PlacementShelf>().RefreshAsync();
        Assert.Equal("halted", await SameAsync("&context.country=de"));

        async Task<string> SameAsync(string context = "")
        {
            var (status, stands, _) = await SendAsync("GET", $"/experiments/asked/assignments?user=a1{context}");
            Assert.Equal(HttpStatusCode.OK, status);
            var list = (await app.ListAsync($"placement=asked&user=a1&n=2{context}")).GetProperty("experiment");
            Assert.Equal(list.GetProperty("reason").GetString(), stands.GetProperty("reason").GetString());
            if (stands.GetProperty("variant").ValueKind != JsonValueKind.Null) Assert.Equal(list.GetProperty("variant").GetString(), stands.GetProperty("variant").GetString());
            Assert.Equal(stands.GetProperty("reason").GetString() == "assigned", stands.GetProperty("counted").GetBoolean());
            return stands.GetProperty("reason").GetString()!;
        }
    }

    [Fact]
    public async Task What_was_told_of_a_user_admits_to_an_experiment_from_the_next_request_on_and_the_request_itself_is_stronger()
    {
        await app.PlacementAsync("told", p => p.Exploration = 0);
        var settings = ExperimentSettings.Default with { Targeting = [new Condition("country", ConditionKind.Is, ["de"])] };
        await app.ExperimentAsync("told", "told", settings, await app.ServeAsync("told-a", "popularity"), await app.ServeAsync("told-b", "item-knn"));
        async Task<string> ReasonAsync(string context = "") => (await app.ListAsync($"placement=told&user=t1&n=2{context}")).GetProperty("experiment").GetProperty("reason").GetString()!;
        Assert.Equal("not-targeted", await ReasonAsync());
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("PUT", "/users/t1", new { attributes = new { country = "de" } })).Status);
        Assert.Equal("assigned", await ReasonAsync());
        Assert.Equal("not-targeted", await ReasonAsync("&context.country=fr"));
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("DELETE", "/users/t1")).Status);
        Assert.Equal("not-targeted", await ReasonAsync());
    }

    [Fact]
    public async Task A_change_against_an_old_tag_is_refused_though_the_user_was_deleted_in_between()
    {
        var (_, _, first) = await SendAsync("PUT", "/users/tagged", new { attributes = new { plan = "free" } });
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("PUT", "/users/tagged", new { attributes = new { plan = "pro" } }, first)).Status);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await SendAsync("PUT", "/users/tagged", new { attributes = new { plan = "none" } }, first)).Status);
        Assert.Equal("pro", (await SendAsync("GET", "/users/tagged")).Body.GetProperty("attributes").GetProperty("plan").GetString());
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await SendAsync("DELETE", "/users/tagged", ifMatch: first)).Status);
        Assert.True((await SendAsync("DELETE", "/users/tagged")).Body.GetProperty("deleted").GetBoolean());
        Assert.False((await SendAsync("DELETE", "/users/tagged")).Body.GetProperty("deleted").GetBoolean());
        await SendAsync("PUT", "/users/tagged", new { attributes = new { plan = "free" } });
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await SendAsync("PUT", "/users/tagged", new { attributes = new { plan = "none" } }, first)).Status);
    }

    [Fact]
    public async Task A_user_is_read_as_told_and_as_seen_and_all_that_is_held_is_exported()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("GET", "/users/nobody-at-all")).Status);
        var list = await app.ListAsync("placement=home&user=seen/1&n=3&session=s1");
        await app.SendAsync(ShopApp.Event("viewable", list, 0, "seen/1"), ShopApp.Event("click", list, 1, "seen/1"), new { eventId = "bought", type = "purchase", itemId = "9", user = "seen/1", value = 700 });
        var (_, user, _) = await SendAsync("GET", "/users/seen%2F1");
        var seen = user.GetProperty("seen");
        Assert.Equal((1, 2, 1, 1), (seen.GetProperty("lists").GetInt32(), seen.GetProperty("viewable").GetInt32(), seen.GetProperty("clicked").GetInt32(), seen.GetProperty("purchases").GetInt32())); // a click implies viewable
        Assert.Equal(["purchase 9", $"click {ShopApp.Ids(list)[1]}"], user.GetProperty("recent").EnumerateArray().Select(r => $"{r.GetProperty("type")} {r.GetProperty("item")}"));

        var (_, all, _) = await SendAsync("GET", "/users/seen%2F1/export");
        var given = Assert.Single(all.GetProperty("lists").EnumerateArray());
        Assert.Equal((list.GetProperty("recommendationId").GetString()![..36], "s1"), (given.GetProperty("id").GetString(), given.GetProperty("session").GetString()));
        Assert.Equal(ShopApp.Ids(list), given.GetProperty("items").EnumerateArray().Select(i => i.GetString()));
        Assert.Equal(["click", "purchase", "viewable"], all.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("type").GetString()).Order());
        Assert.True(all.GetProperty("whole").GetBoolean());
        Assert.Empty((await SendAsync("GET", "/users/seen%2F1/export?traffic=simulated")).Body.GetProperty("lists").EnumerateArray());
        Assert.DoesNotContain("seen/1", (await SendAsync("GET", "/users/other/export")).Body.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_exports_at_a_time_read_the_log_and_a_third_is_told_when_to_come_again()
    {
        var gate = app.Get<RecLab.Doors.ExportGate>();
        using var client = app.Backend();
        using var first = gate.TryEnter();
        using (gate.TryEnter())
        {
            using var refused = await client.GetAsync("/api/v1/users/anybody/export", Cancellation);
            Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(5)), (refused.StatusCode, refused.Headers.RetryAfter!.Delta));
            Assert.Equal("2 exports read the log already, each from end to end. Come again when one of them is done.", (await refused.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("detail").GetString());
        }
        for (var again = 0; again < 3; again++) Assert.Equal(HttpStatusCode.OK, (await SendAsync("GET", "/users/anybody/export")).Status); // each gives its place back
        using var second = gate.TryEnter();
        Assert.NotNull(second);
        Assert.Null(gate.TryEnter());
    }

    [Fact]
    public async Task Attributes_are_texts_twenty_at_most_and_none_that_is_found_out_here()
    {
        async Task<string[]> FaultsAsync(object attributes)
        {
            var (status, body, _) = await SendAsync("PUT", "/users/wrong", new { attributes });
            Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
            return [.. body.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("pointer").GetString()!)];
        }
        Assert.Equal(["/attributes/known"], await FaultsAsync(new { known = "true" }));
        Assert.Equal(["/attributes/age"], await FaultsAsync(new { age = 7 }));
        Assert.Equal(["/attributes"], await FaultsAsync(Enumerable.Range(0, 21).ToDictionary(i => $"a{i}", i => "x")));
        Assert.Equal(["/attributes"], await FaultsAsync("de"));
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("GET", "/users/wrong")).Status);
    }
}
