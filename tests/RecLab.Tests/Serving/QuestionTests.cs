using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Access;
using RecLab.Recommenders.Neural;
using RecLab.Serving;
using RecLab.Tests.Doors;
using RecLab.Training;
using Xunit;

namespace RecLab.Tests.Serving;

/// <summary>The kinds of questions a page may ask, through HTTP.</summary>
public sealed class QuestionTests(ShopApp app) : IClassFixture<ShopApp>, IAsyncLifetime
{
    private static readonly SemaphoreSlim Once = new(1, 1);

    public async ValueTask InitializeAsync()
    {
        await Once.WaitAsync();
        try { await app.OpenAsync(); }
        finally { Once.Release(); }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string? Fallback(JsonElement list) => list.GetProperty("fallback").GetString();
    private static Dictionary<string, float> Scores(JsonElement list) => list.GetProperty("items").EnumerateArray().ToDictionary(i => i.GetProperty("id").GetString()!, i => i.GetProperty("score").GetSingle());

    private async Task<string> ServedAsync(string key, string family, string options = "{}", bool hideSeen = true)
    {
        await app.PlacementAsync(key);
        var variant = await app.ServeAsync(key, family, options);
        await app.PlacementAsync(key, p => (p.Exploration, p.DefaultVariantId, p.HideSeen) = (0, variant.Id, hideSeen));
        return key;
    }

    [Fact]
    public async Task Similar_items_need_no_user_and_do_not_hold_the_item()
    {
        await ServedAsync("similar", "item-knn");
        var list = await app.ListAsync("placement=similar&item=8&n=5");
        Assert.Null(Fallback(list));
        Assert.Equal("8", list.GetProperty("about").GetString());
        Assert.DoesNotContain("8", ShopApp.Ids(list));
        Assert.All(ShopApp.Ids(list), id => Assert.Equal(0, int.Parse(id) % 4)); // people of one taste touch items of one remainder
        Assert.All(list.GetProperty("items").EnumerateArray(), i => Assert.Equal(("viewed", "8"), (i.GetProperty("reasons")[0].GetProperty("type").GetString(), i.GetProperty("reasons")[0].GetProperty("itemId").GetString())));
    }

    [Fact]
    public async Task Because_you_viewed_is_about_the_last_item_touched()
    {
        await ServedAsync("because", "item-knn");
        var first = await app.ListAsync("placement=because&user=watcher&because=true&n=5");
        Assert.False(first.TryGetProperty("about", out _)); // nothing viewed yet: a plain list
        await app.SendAsync(new { eventId = Guid.CreateVersion7(), type = "click", itemId = "5", user = "watcher" }, new { eventId = Guid.CreateVersion7(), type = "click", itemId = "6", user = "watcher", occurredAt = DateTimeOffset.UtcNow.AddSeconds(-30) });
        var list = await app.ListAsync("placement=because&user=watcher&because=true&n=5");
        Assert.Equal("5", list.GetProperty("about").GetString());
        Assert.Null(Fallback(list));
        Assert.All(ShopApp.Ids(list), id => Assert.Equal(1, int.Parse(id) % 4));
    }

    [Fact]
    public async Task Categories_can_be_asked_for_and_short_lists_stay_short()
    {
        var ids = ShopApp.Ids(await app.ListAsync("placement=home&user=2&n=100&category=c3&category=c1"));
        Assert.NotEmpty(ids);
        Assert.All(ids, id => Assert.Contains(int.Parse(id) % 4, new[] { 1, 3 }));
        var none = await app.ListAsync("placement=home&user=2&n=10&category=no-such");
        Assert.Equal(("empty", 0), (Fallback(none), ShopApp.Ids(none).Length));
    }

    [Fact]
    public async Task A_dismissed_item_is_gone_from_the_next_list_and_stays_gone()
    {
        var before = await app.ListAsync("placement=home&user=picky&n=3");
        var hidden = ShopApp.Ids(before)[0];
        await app.SendAsync(ShopApp.Event("dismiss", before, 0, "picky"));
        Assert.DoesNotContain(hidden, ShopApp.Ids(await app.ListAsync("placement=home&user=picky&n=60")));
        // newer interests do not push it out of memory
        await app.SendAsync([.. Enumerable.Range(0, 250).Select(object (i) => new { eventId = Guid.CreateVersion7(), type = "rating", itemId = $"{i % 50}", value = 3, user = "picky", occurredAt = DateTimeOffset.UtcNow })]);
        await app.PlacementAsync("all", p => (p.Exploration, p.HideSeen) = (0, false));
        Assert.DoesNotContain(hidden, ShopApp.Ids(await app.ListAsync("placement=all&user=picky&n=100")));
        Assert.Contains(hidden, ShopApp.Ids(await app.ListAsync("placement=all&user=another&n=100")));
    }

    [Fact]
    public async Task Get_and_post_answer_the_same()
    {
        var get = await app.ListAsync("placement=home&user=4&n=7&exclude=8,12&category=c0&context.device=mobile");
        using var client = app.Backend();
        using var answer = await client.PostAsJsonAsync("/api/v1/recommendations", new { placement = "home", user = "4", n = 7, exclude = new[] { "8", "12" }, categories = new[] { "c0" }, context = new { device = "mobile" } });
        var post = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(Scores(get), Scores(post));
        Assert.NotEqual(get.GetProperty("recommendationId").GetString(), post.GetProperty("recommendationId").GetString());
    }

    [Fact]
    public async Task The_same_list_again_has_its_own_id_and_exposure()
    {
        List<JsonElement> lists = [];
        for (var i = 0; i < 3; i++) lists.Add(await app.ListAsync("placement=home&user=again&n=4"));
        Assert.Equal(3, lists.Select(l => l.GetProperty("recommendationId").GetString()).Distinct().Count());
        Assert.Single(lists.Select(l => string.Join(' ', ShopApp.Ids(l))).Distinct());
        Assert.Equal(["3 12"], app.Rows("SELECT lists, served FROM unit_day WHERE unit = 'again'"));
        // what the list is like beyond its accuracy goes with it, and into the totals: three lists of four items whose popularity and categories are known
        Assert.Equal(["3"], app.Rows("SELECT count(*) FROM recommendation WHERE unit = 'again' AND head BETWEEN 0 AND 4 AND variety BETWEEN 0 AND 2520"));
        Assert.Equal(["12 3 1"], app.Rows("SELECT known, varied, head = (SELECT sum(head) FROM recommendation WHERE unit = 'again') FROM unit_day WHERE unit = 'again'"));
    }

    [Fact]
    public async Task A_variant_whose_model_is_not_there_yet_is_answered_by_the_fallback()
    {
        await using var db = await app.DbAsync();
        var variant = db.Add(new Variant { Key = "loading", Name = "loading", Family = "als", Options = "{}", DatasetId = app.DatasetId }).Entity;
        await db.SaveChangesAsync();
        await app.Get<ModelShelf>().RefreshAsync();
        await app.PlacementAsync("loading", p => p.DefaultVariantId = variant.Id);
        var list = await app.ListAsync("placement=loading&user=3&n=5");
        Assert.Equal(("popularity", 5), (Fallback(list), ShopApp.Ids(list).Length));
        Assert.Equal("loading", list.GetProperty("experiment").GetProperty("variant").GetString());
        await app.ServeAsync("loading", "als");
        Assert.Null(Fallback(await app.ListAsync("placement=loading&user=3&n=5"))); // what was kept of the fallback is not shown any longer
    }

    [Theory]
    [InlineData("als", "3", """{"factors":8}""")]
    [InlineData("ease", "7", "{}")]
    [InlineData("sasrec", "11", """{"epochs":2,"width":16,"maxLength":20,"layers":1}""")]
    public async Task A_click_changes_what_the_model_thinks_at_the_next_question(string family, string user, string options)
    {
        if (family == "sasrec") Assert.SkipWhen(NeuralRuntime.Missing is not null, NeuralRuntime.Missing ?? "");
        var key = await ServedAsync("instant-" + family, family, options, hideSeen: false);
        var before = Scores(await app.ListAsync($"placement={key}&user={user}&n=60"));
        Assert.Equal(before, Scores(await app.ListAsync($"placement={key}&user={user}&n=60")));
        await app.SendAsync(new { eventId = Guid.CreateVersion7(), type = "click", itemId = "20", user });
        var after = await app.ListAsync($"placement={key}&user={user}&n=60");
        Assert.Null(Fallback(after));
        Assert.Contains(Scores(after), s => s.Value != before[s.Key]); // the event was acknowledged, so this very question knows it
        Assert.Equal(1, after.GetProperty("model").GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task Without_any_data_the_list_is_empty_and_says_so()
    {
        await using var bare = new ShopApp();
        var (_, key) = await bare.Services.GetRequiredService<KeyDesk>().CreateAsync("test", "server", ApiKeyKind.Secret, []);
        await bare.PlacementAsync("home");
        using var client = bare.CreateClient();
        client.DefaultRequestHeaders.Add("X-RecLab-Key", key);
        var list = await client.GetFromJsonAsync<JsonElement>("/api/v1/recommendations?placement=home&user=1&item=2");
        Assert.Equal(("empty", 0), (Fallback(list), ShopApp.Ids(list).Length));
        Assert.NotNull(list.GetProperty("recommendationId").GetString());
    }
}
