using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using RecLab.Data;
using RecLab.Events;
using RecLab.Recommenders.Data;
using RecLab.Training;
using Xunit;

namespace RecLab.Tests.Doors;

/// <summary>What the shop says of its items, and what the next list makes of it.</summary>
public sealed class ItemsDoorTests(ShopApp app) : IClassFixture<ShopApp>, IAsyncLifetime
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

    private async Task<(HttpStatusCode Status, JsonElement Body, EntityTagHeaderValue? Tag)> SendAsync(string method, string path, string? body = null, string type = "application/json", string? ifMatch = null)
    {
        using var client = app.Backend();
        using var request = new HttpRequestMessage(new HttpMethod(method), "/api/v1" + path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, type);
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        using var answer = await client.SendAsync(request, Cancellation);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation)).RootElement, answer.Headers.ETag);
    }

    private async Task<JsonElement> PutAsync(params object[] items)
    {
        var (status, body, _) = await SendAsync("PUT", "/items", string.Join('\n', items.Select(i => JsonSerializer.Serialize(i))), "application/x-ndjson");
        Assert.True(status == HttpStatusCode.OK, body.GetRawText());
        return body;
    }

    [Fact]
    public async Task What_is_sold_out_is_in_no_list_from_the_next_request_on_and_back_again_when_it_is_there()
    {
        var variant = await app.ServeAsync("stock-als", "als");
        await app.PlacementAsync("stock", p => (p.Exploration, p.DefaultVariantId) = (1, variant.Id)); // every place is drawn: whatever may be shown is shown
        Assert.Contains("57", ShopApp.Ids(await app.ListAsync("placement=stock&user=4&n=100")));
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("PATCH", "/items/57", """{"available":false}""")).Status);
        Assert.DoesNotContain("57", ShopApp.Ids(await app.ListAsync("placement=stock&user=4&n=100")));
        Assert.DoesNotContain("57", ShopApp.Ids(await app.ListAsync("placement=stock&n=100"))); // nor by the fallback
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("PATCH", "/items/57", """{"available":true}""")).Status);
        Assert.Contains("57", ShopApp.Ids(await app.ListAsync("placement=stock&user=4&n=100")));
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("DELETE", "/items/57")).Status);
        Assert.DoesNotContain("57", ShopApp.Ids(await app.ListAsync("placement=stock&user=4&n=100")));
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("GET", "/items/57")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("PATCH", "/items/57", """{"available":true}""")).Status); // a change brings nothing back
        Assert.DoesNotContain("57", ShopApp.Ids(await app.ListAsync("placement=stock&user=4&n=100")));
        await PutAsync(new { id = "57" });
        Assert.Contains("57", ShopApp.Ids(await app.ListAsync("placement=stock&user=4&n=100")));
    }

    [Fact]
    public async Task Words_and_price_are_those_the_shop_told_last_and_what_it_did_not_tell_is_the_data_sets()
    {
        await app.PlacementAsync("words", p => p.Exploration = 0);
        await PutAsync(new { id = "8", title = "Lamp", price = 1850, url = "https://shop.example/8" });
        var item = (await app.ListAsync("placement=words&n=100")).GetProperty("items").EnumerateArray().Single(i => i.GetProperty("id").GetString() == "8");
        Assert.Equal(("Lamp", 1850L, "https://shop.example/8", "c0"), (item.GetProperty("title").GetString()!, item.GetProperty("price").GetInt64(), item.GetProperty("url").GetString()!, item.GetProperty("categories")[0].GetString()!));
        await SendAsync("PATCH", "/items/8", """{"title":null}""");
        item = (await app.ListAsync("placement=words&n=100")).GetProperty("items").EnumerateArray().Single(i => i.GetProperty("id").GetString() == "8");
        Assert.Equal(("Item <b>8</b>", 1850L), (item.GetProperty("title").GetString()!, item.GetProperty("price").GetInt64()));
    }

    [Fact]
    public async Task An_item_no_model_has_learnt_comes_by_its_content_to_those_who_like_its_like_and_is_learnt_by_the_next_training()
    {
        await using var own = new ShopApp();
        var stock = ShopApp.Stock();
        await own.OpenAsync(stock.Describe(new(stock.Catalogue.Items, new(new(["e0", "e1"]), new(["like"]), [0], [0], [1], new(["0"]), [0])), stock.Audience));
        await own.WithAislesAsync();
        var variant = await own.ServeAsync("content-als", "als");
        await own.PlacementAsync("fresh", p => (p.Exploration, p.DefaultVariantId) = (0, variant.Id));
        using var client = own.Backend();
        using var told = await client.PutAsync("/api/v1/items", new StringContent("""{"id":"brand-new","title":"Item of today","categories":["c1"]}""", Encoding.UTF8, "application/x-ndjson"), Cancellation);
        Assert.Equal(HttpStatusCode.OK, told.StatusCode);

        // user 5 touches what has remainder 1, user 6 what has remainder 2; c1 is the category of the first kind
        var liked = await own.ListAsync("placement=fresh&user=5&n=100");
        var place = Array.IndexOf(ShopApp.Ids(liked), "brand-new");
        var other = Array.IndexOf(ShopApp.Ids(await own.ListAsync("placement=fresh&user=6&n=100")), "brand-new");
        Assert.True(place >= 0 && place < 12 && place < other, $"place {place} for who likes its like, {other} for who does not");
        var item = liked.GetProperty("items")[place];
        Assert.Equal(("Item of today", "new"), (item.GetProperty("title").GetString(), item.GetProperty("reasons")[0].GetProperty("type").GetString()));
        Assert.Contains("brand-new", ShopApp.Ids(await own.ListAsync("placement=fresh&user=5&n=100&category=c1")));
        Assert.DoesNotContain("brand-new", ShopApp.Ids(await own.ListAsync("placement=fresh&user=5&n=100&category=c2")));
        Assert.DoesNotContain("brand-new", ShopApp.Ids(await own.ListAsync("placement=fresh&user=5&n=100&exclude=brand-new")));
        var similar = await own.ListAsync("placement=fresh&item=brand-new&n=5");
        Assert.Equal("brand-new", similar.GetProperty("about").GetString());
        Assert.All(ShopApp.Ids(similar), id => Assert.Equal(1, int.Parse(id) % 4));

        for (var user = 1; user < 60; user += 4)
        {
            var list = await own.ListAsync($"placement=fresh&user={user}&n=100");
            await own.SendAsync(ShopApp.Event("click", list, Array.IndexOf(ShopApp.Ids(list), "brand-new"), $"{user}"));
        }
        Assert.DoesNotContain("brand-new", ShopApp.Ids(await own.ListAsync("placement=fresh&user=1&n=100"))); // seen by now
        var snapshot = await own.SnapshotAsync("with the new item");
        var data = await own.Get<DatasetShelf>().OpenAsync(snapshot.Id, Cancellation);
        Assert.True(data.Items.IndexOf("brand-new") >= 0);
        Assert.Equal("Item of today", data.Catalogue["brand-new"].Title);
        Assert.Equal("e0", data.Catalogue.Graph!.Entities[data.Catalogue.Graph.Of("0")]); // what was known around the others still is
        Assert.Equal(15, data.ByItem[data.Items.IndexOf("brand-new")].Length);
    }

    [Fact]
    public async Task Half_of_the_exploration_is_for_newcomers_and_the_logged_propensities_say_so()
    {
        await using var own = new ShopApp();
        await own.OpenAsync();
        await own.PlacementAsync("slots", p => (p.Exploration, p.HideSeen) = (1, false));
        using var client = own.Backend();
        using var told = await client.PutAsync("/api/v1/items", new StringContent("{\"id\":\"n1\",\"title\":\"Unlike anything\"}\n{\"id\":\"n2\",\"title\":\"Without its like\"}\n", Encoding.UTF8, "application/x-ndjson"), Cancellation);
        Assert.Equal(HttpStatusCode.OK, told.StatusCode);
        // at each first place a newcomer has 1/2 * 1/2 + 1/2 * 1/62, any other item 1/2 * 1/62
        var (newcomers, seen) = (0, new HashSet<double>());
        const int users = 200;
        for (var user = 0; user < users; user++)
        {
            var list = await own.ListAsync($"placement=slots&user=u{user}&n=1");
            Assert.True(SealedId.TryParse(list.GetProperty("recommendationId").GetString(), out var id));
            var propensity = JsonSerializer.Deserialize<double[]>(own.Rows($"SELECT propensities FROM recommendation WHERE hex(id) = upper('{id.Id:N}')")[0])![0];
            var fresh = ShopApp.Ids(list)[0][0] == 'n';
            if (fresh) newcomers++;
            seen.Add(propensity);
            Assert.Equal(fresh ? 0.25 + 0.5 / 62 : 0.5 / 62, propensity, 12);
        }
        // 200 draws with p = 1/2 + 1/62: five standard deviations are 35
        Assert.InRange(newcomers, users * (0.5 + 1.0 / 62) - 35, users * (0.5 + 1.0 / 62) + 35);
        Assert.Equal(2, seen.Count);
    }

    [Fact]
    public async Task One_wrong_line_refuses_all_and_points_at_it()
    {
        var (status, problem, _) = await SendAsync("PUT", "/items", "{\"id\":\"good\"}\n{\"id\":\"bad\",\"price\":1.5,\"url\":\"javascript:alert(1)\"}\n{\"id\":\"good\"}", "application/x-ndjson");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Equal(["/1/url", "/1/price", "/2/id"], problem.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("pointer").GetString()));
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("GET", "/items/good")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync("PUT", "/items", "{\"id\":", "application/x-ndjson")).Status);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await SendAsync("PUT", "/items", "{\"id\":\"x\"}")).Status);
    }

    [Fact]
    public async Task A_change_on_what_somebody_else_changed_meanwhile_is_refused()
    {
        await PutAsync(new { id = "races", title = "First" });
        var (_, _, tag) = await SendAsync("GET", "/items/races");
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("PATCH", "/items/races", """{"title":"Second"}""", ifMatch: tag!.Tag)).Status);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await SendAsync("PATCH", "/items/races", """{"title":"Third"}""", ifMatch: tag.Tag)).Status);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await SendAsync("DELETE", "/items/races", ifMatch: tag.Tag)).Status);
        Assert.Equal("Second", (await SendAsync("GET", "/items/races")).Body.GetProperty("title").GetString());
        Assert.Equal("""{"created":0,"changed":0,"unchanged":1}""", (await PutAsync(new { id = "races", title = "Second" })).GetRawText());
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gap_or_repetition_and_ids_may_hold_anything()
    {
        await PutAsync([.. Enumerable.Range(0, 25).Select(i => new { id = $"page/{i:D2} ä%" })]);
        List<string> ids = [];
        for (string? cursor = null; ;)
        {
            var (_, page, _) = await SendAsync("GET", $"/items?limit=10{(cursor is null ? "" : "&cursor=" + cursor)}");
            ids.AddRange(page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetString()!));
            if ((cursor = page.GetProperty("nextCursor").GetString()) is null) break;
        }
        Assert.Equal(ids.Distinct().Order(StringComparer.Ordinal), ids);
        Assert.Equal(25, ids.Count(i => i.StartsWith("page/", StringComparison.Ordinal)));
        Assert.Equal("page/07 ä%", (await SendAsync("GET", "/items/" + Uri.EscapeDataString("page/07 ä%"))).Body.GetProperty("id").GetString());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await SendAsync("GET", "/items?limit=0")).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await SendAsync("GET", "/items?cursor=%21%21")).Status);
    }
}
