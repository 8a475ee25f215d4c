using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using RecLab.Data;
using RecLab.Events;
using Xunit;

namespace RecLab.Tests.Doors;

/// <summary>Events of every kind from the door to what is made of them.</summary>
public sealed class EventKindsTests(ShopApp app) : IClassFixture<ShopApp>, IAsyncLifetime
{
    private static readonly SemaphoreSlim Once = new(1, 1);
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await Once.WaitAsync();
        try { await app.WithAislesAsync(); }
        finally { Once.Release(); }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string? Recommendation(JsonElement list) => list.GetProperty("recommendationId").GetString();

    [Fact]
    public async Task What_somebody_dismisses_is_in_none_of_that_persons_next_lists_anywhere_and_in_everybody_elses()
    {
        var list = await app.ListAsync("placement=home&user=hides&n=60");
        var gone = ShopApp.Ids(list)[0];
        await app.SendAsync(ShopApp.Event("dismiss", list, 0, "hides"));
        Assert.DoesNotContain(gone, ShopApp.Ids(await app.ListAsync("placement=home&user=hides&n=60")));
        Assert.DoesNotContain(gone, ShopApp.Ids(await app.ListAsync($"placement=aisle-{int.Parse(gone) % 4}&user=hides&n=60")));
        Assert.Contains(gone, ShopApp.Ids(await app.ListAsync("placement=home&user=keeps&n=60")));
        Assert.Equal(["0"], app.Rows("SELECT sum(clicked) FROM unit_day WHERE unit = 'hides'")); // a dismissal is no click
    }

    [Fact]
    public async Task A_rating_is_kept_with_its_stars_learnt_by_them_and_counts_as_no_click()
    {
        for (var user = 0; user < 12; user++) await app.ClickAsync($"rates-{user}", "6", type: "rating", value: user < 6 ? 5 : 1);
        Assert.Equal(["12 36"], app.Rows("SELECT count(*), sum(value) FROM event WHERE type = 'rating'"));
        Assert.Equal(["0"], app.Rows("SELECT sum(clicked) FROM unit_day WHERE unit LIKE 'rates-%'"));
        var snapshot = await app.SnapshotAsync("stars", new LogRecipe { Weights = { ["click"] = 0, ["rating"] = 1 }, WithBase = false });
        var data = await app.Get<DatasetShelf>().OpenAsync(snapshot.Id, Cancellation);
        Assert.Equal([1f, 5f], data.Value.Distinct().Order());
        Assert.Equal(12, data.Count);
    }

    [Fact]
    public async Task A_hosts_own_type_is_kept_counted_by_name_and_can_be_learnt_from()
    {
        for (var user = 0; user < 11; user++) await app.ClickAsync($"saves-{user}", "10", type: "custom:wish_list");
        var count = Assert.Single(app.Get<InteractionReader>().Count(), c => c.Type == "custom:wish_list");
        Assert.Equal((11L, false), (count.Events, count.Simulated));
        var recipe = new LogRecipe { WithBase = false };
        foreach (var other in recipe.Weights.Keys.ToArray()) recipe.Weights[other] = 0; // other tests of this shop rate and buy
        recipe.Weights["custom:wish_list"] = 2;
        var snapshot = await app.SnapshotAsync("wishes", recipe);
        Assert.Equal(11, snapshot.Rows);
        Assert.Equal([2f], (await app.Get<DatasetShelf>().OpenAsync(snapshot.Id, Cancellation)).Value.Distinct());
    }

    [Fact]
    public async Task Programs_that_say_so_get_the_fallback_are_in_no_experiment_and_are_counted_apart()
    {
        await app.PlacementAsync("crawled", p => p.Exploration = 0);
        await app.ExperimentAsync("crawled-1", "crawled", await app.ServeAsync("crawled-a", "popularity"), await app.ServeAsync("crawled-b", "als"));
        using var client = app.CreateClient();
        foreach (var agent in (string[])["Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "facebookexternalhit/1.1", "SomeSpider"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/recommendations?placement=crawled&user=u1&consent=granted&key={app.PublishableKey}");
            request.Headers.TryAddWithoutValidation("User-Agent", agent);
            using var answer = await client.SendAsync(request, Cancellation);
            var list = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation)).RootElement;
            Assert.Equal("bot", list.GetProperty("experiment").GetProperty("reason").GetString());
        }
        // A phone of that name, somebody whose name ends so, and a server that calls itself so are people, or speak for them.
        foreach (var (agent, key) in new[] { ("Mozilla/5.0 (Linux; Android 12; CUBOT_NOTE_30)", app.PublishableKey), ("Mozilla/5.0 Abbott/1", app.PublishableKey), ("shop-bot-backend/1.0", app.SecretKey) })
            foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post })
            {
                using var request = new HttpRequestMessage(method, "/api/v1/recommendations" + (method == HttpMethod.Get ? "?placement=crawled&user=u2&consent=granted" : ""));
                if (method == HttpMethod.Post) request.Content = JsonContent.Create(new { placement = "crawled", user = "u2", consent = "granted" });
                request.Headers.TryAddWithoutValidation("User-Agent", agent);
                request.Headers.Add("X-RecLab-Key", key);
                using var answer = await client.SendAsync(request, Cancellation);
                var list = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation)).RootElement;
                Assert.Equal("assigned", list.GetProperty("experiment").GetProperty("reason").GetString());
            }
        Assert.Equal(["3 0"], app.Rows("SELECT count(*), sum(experiment) FROM recommendation WHERE placement = 'crawled' AND unit = ''"));
        Assert.Equal(["bot 3"], app.Rows("SELECT kind, count FROM tally WHERE placement = 'crawled'"));
    }

    [Fact]
    public async Task A_click_before_its_list_and_one_long_after_join_within_half_an_hour_either_way_and_later_ones_are_told_apart()
    {
        var list = await app.ListAsync("placement=home&user=late&n=60");
        var now = DateTimeOffset.UtcNow;
        object Click(int place, TimeSpan after) => new { eventId = Guid.CreateVersion7(), type = "click", recommendationId = Recommendation(list), itemId = ShopApp.Ids(list)[place], user = "late", occurredAt = now + after };
        // by the sender's clock the batch leaves an hour from now, so that what is half an hour ahead has happened; the door derives our time from the difference
        await SendAtAsync(now.AddHours(1), Click(0, TimeSpan.FromMinutes(59)));
        await SendAtAsync(now, Click(1, TimeSpan.FromMinutes(-29)), Click(2, TimeSpan.FromMinutes(-31)));
        Assert.Equal(["2"], app.Rows("SELECT sum(clicked) FROM unit_day WHERE unit = 'late'"));
        Assert.Equal(["0", "0", "1"], app.Rows("SELECT flags & 1 FROM event WHERE unit = 'late' AND type = 'click' ORDER BY occurred_at DESC"));
    }

    [Theory]
    [InlineData(-26)]
    [InlineData(26)]
    public async Task A_sender_whose_clock_is_a_day_off_is_counted_at_the_right_time(int hours)
    {
        var user = $"skewed{hours}";
        var list = await app.ListAsync($"placement=home&user={user}&n=5");
        var (wrong, before) = (DateTimeOffset.UtcNow.AddHours(hours), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        await SendAtAsync(wrong, new { eventId = Guid.CreateVersion7(), type = "click", recommendationId = Recommendation(list), itemId = ShopApp.Ids(list)[0], user, occurredAt = wrong.AddSeconds(-2) });
        Assert.Equal(["1"], app.Rows($"SELECT sum(clicked) FROM unit_day WHERE unit = '{user}'"));
        var at = long.Parse(Assert.Single(app.Rows($"SELECT occurred_at FROM event WHERE unit = '{user}'")), System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(at, before - 2_000, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - 2_000);
    }

    [Fact]
    public async Task Forged_foreign_and_malformed_ids_are_set_aside_touch_no_total_and_can_be_looked_at()
    {
        var list = await app.ListAsync("placement=home&user=honest&n=5");
        var id = Recommendation(list)!;
        object With(string recommendation, string item, string user) => new { eventId = Guid.CreateVersion7(), type = "click", recommendationId = recommendation, itemId = item, user };
        var item = ShopApp.Ids(list)[0];
        var answer = await app.SendAsync(With(id[..^1] + (id[^1] == 'A' ? 'B' : 'A'), item, "honest"), With("nonsense", item, "honest"), With(id, item, "somebody-else"), With(id, "no-item-of-it", "honest"), With($"{Guid.CreateVersion7()}{id[36..]}", item, "honest"));
        Assert.Equal(["forged", "malformed", "foreign", "foreign", "unknown"], answer.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("reason").GetString()));
        Assert.Equal(5, answer.GetProperty("quarantined").GetInt32());
        Assert.Equal(["0"], app.Rows("SELECT sum(clicked) FROM unit_day WHERE unit IN ('honest', 'somebody-else')"));
        var seen = app.Get<TrafficReader>().Quarantine(simulated: false, 5).Select(q => q.Reason).Order();
        Assert.Equal(["foreign", "foreign", "forged", "malformed", "unknown"], seen);
    }

    private async Task SendAtAsync(DateTimeOffset sentAt, params object[] events)
    {
        using var client = app.Backend();
        using var answer = await client.PostAsJsonAsync("/api/v1/events", new { sentAt, events }, Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
