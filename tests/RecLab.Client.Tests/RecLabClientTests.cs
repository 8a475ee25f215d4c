using RecLab.Serving;
using RecLab.Tests.Doors;
using RecLab.Training.External;
using Xunit;

namespace RecLab.Client.Tests;

/// <summary>The client against the running application.</summary>
public sealed class RecLabClientTests(ShopApp app) : IClassFixture<ShopApp>, IAsyncLifetime
{
    private static readonly SemaphoreSlim Once = new(1, 1);

    public async ValueTask InitializeAsync()
    {
        await Once.WaitAsync();
        try { await app.OpenAsync(); }
        finally { Once.Release(); }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private (RecLabClient Client, Wire Wire) Open(Func<RecLabClientOptions, RecLabClientOptions>? with = null, string? key = null)
    {
        var wire = new Wire(app.Server.CreateHandler());
        var options = new RecLabClientOptions { Key = key ?? app.SecretKey, FirstPause = TimeSpan.FromMilliseconds(1), LongestPause = TimeSpan.FromMilliseconds(20), FlushInterval = TimeSpan.FromMinutes(5) };
        return (new(new HttpClient(wire) { BaseAddress = app.Server.BaseAddress }, with?.Invoke(options) ?? options), wire);
    }

    private static RecLabEvent Custom(string type, string user) => new() { Type = "custom:" + type, User = user };
    private string[] Stored(string type) => app.Rows($"SELECT count(*) FROM event WHERE type = 'custom:{type}'");

    [Fact]
    public async Task A_list_comes_back_typed_and_its_click_is_counted()
    {
        var (client, _) = Open();
        await using var _1 = client;
        var list = await client.RecommendAsync(new RecommendationQuery { Placement = "home", User = "client-1", N = 5, Exclude = ["1"] });
        Assert.Equal(5, list.Items.Count);
        Assert.Equal(("home", "popularity"), (list.Placement, list.Fallback));
        Assert.DoesNotContain(list.Items, i => i.Id == "1");
        var receipts = await client.SendAsync([RecLabEvent.Of("click", list, list.Items[2].Id, "client-1")]);
        Assert.Equal(1, receipts.Accepted);
        Assert.Equal(["1"], app.Rows("SELECT sum(clicked) FROM unit_day WHERE unit = 'client-1'"));
    }

    [Fact]
    public async Task A_page_of_lists_repeats_no_item()
    {
        var (client, _) = Open();
        await using var _1 = client;
        var lists = await client.RecommendAsync(new PageQuery { User = "client-2", Placements = [new() { Placement = "home", N = 8 }, new() { Placement = "home", N = 8 }] });
        Assert.Equal(16, lists.SelectMany(l => l.Items).Select(i => i.Id).Distinct().Count());
    }

    [Fact]
    public async Task What_is_sold_out_leaves_the_lists_and_comes_back()
    {
        var (client, _) = Open();
        await using var _1 = client;
        var query = new RecommendationQuery { Placement = "home", User = "client-3", N = 100 };
        Assert.Equal(new(2, 0, 0), await client.PutItemsAsync([new("7", Title: "Seven", Price: 700), new("told", Title: "Told of")]));
        var list = await client.RecommendAsync(query);
        Assert.Equal(("Seven", 700L), list.Items.Where(i => i.Id == "7").Select(i => (i.Title, i.Price)).Single());
        Assert.Contains(list.Items, i => i.Id == "told");
        Assert.False((await client.SetAvailableAsync("7", false)).Available);
        Assert.DoesNotContain((await client.RecommendAsync(query)).Items, i => i.Id == "7");
        await client.SetAvailableAsync("7", true);
        Assert.Contains((await client.RecommendAsync(query)).Items, i => i.Id == "7");
        Assert.Equal(422, (await Assert.ThrowsAsync<RecLabException>(() => client.PutItemsAsync([new("x", Url: "javascript:alert(1)")]))).Status);
    }

    [Fact]
    public async Task A_lost_answer_is_asked_for_again_with_the_same_ids_and_counts_once()
    {
        var (client, wire) = Open();
        await using var _1 = client;
        wire.LoseAnswers = 2;
        var receipts = await client.SendAsync([Custom("lost", "a"), Custom("lost", "b")]);
        Assert.Equal((0, 2, 3), (receipts.Accepted, receipts.Duplicates, wire.Requests));
        Assert.Equal(["2"], Stored("lost"));
    }

    [Fact]
    public async Task A_busy_server_is_asked_again_and_a_refusal_is_not()
    {
        var (client, wire) = Open();
        await using var _1 = client;
        wire.Busy = 2;
        Assert.NotEmpty((await client.RecommendAsync(new RecommendationQuery { Placement = "home" })).Items);
        Assert.Equal(3, wire.Requests);
        var refused = await Assert.ThrowsAsync<RecLabException>(() => client.RecommendAsync(new RecommendationQuery { Placement = "nowhere" }));
        Assert.Equal((404, 4), (refused.Status, wire.Requests));
        Assert.Contains("nowhere", refused.Message, StringComparison.Ordinal);
        Assert.NotNull(refused.TraceId);
    }

    [Fact]
    public async Task Tracked_events_leave_when_enough_wait()
    {
        var (client, wire) = Open(o => o with { BatchSize = 10 });
        await using var _1 = client;
        for (var i = 0; i < 25; i++) Assert.True(client.Track(Custom("many", $"{i}")));
        await client.FlushAsync();
        Assert.Equal((3, 0), (wire.Requests, client.Waiting));
        Assert.Equal(["25"], Stored("many"));
    }

    [Fact]
    public async Task Tracked_events_leave_after_a_while()
    {
        var (client, _) = Open(o => o with { FlushInterval = TimeSpan.FromMilliseconds(20) });
        await using var _1 = client;
        client.Track(Custom("while", "a"));
        while (client.Waiting > 0) await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.Equal(["1"], Stored("while"));
    }

    [Fact]
    public async Task Disposing_sends_what_is_left()
    {
        var (client, _) = Open();
        client.Track(Custom("leave", "a"));
        await client.DisposeAsync();
        Assert.Equal(["1"], Stored("leave"));
        Assert.Throws<ObjectDisposedException>(() => client.Track(Custom("leave", "b")));
    }

    [Fact]
    public async Task While_the_line_is_cut_events_wait_up_to_the_capacity_and_none_is_lost_or_doubled()
    {
        var (client, wire) = Open(o => o with { BatchSize = 5, Capacity = 20, Attempts = 2 });
        await using var _1 = client;
        wire.Cut = true;
        var taken = Enumerable.Range(0, 30).Count(i => client.Track(Custom("cut", $"{i}")));
        Assert.Equal((20, 20), (taken, client.Waiting));
        (wire.Cut, wire.LoseAnswers) = (false, 1);
        await client.FlushAsync();
        Assert.Equal(["20"], Stored("cut"));
    }

    [Fact]
    public async Task What_cannot_be_delivered_is_given_up_by_name_never_silently()
    {
        List<(int Count, Exception Why)> givenUp = [];
        var (refused, _) = Open(o => o with { GivenUp = (events, why) => givenUp.Add((events.Count, why)) }, key: "sk_" + new string('0', 48));
        refused.Track(Custom("lost", "x"));
        await refused.DisposeAsync();
        Assert.Equal(401, Assert.IsType<RecLabException>(Assert.Single(givenUp).Why).Status);

        var (cut, wire) = Open(o => o with { GivenUp = (events, why) => givenUp.Add((events.Count, why)), LeaveTimeout = TimeSpan.FromMilliseconds(50) });
        wire.Cut = true;
        cut.Track(Custom("never", "x"));
        cut.Track(Custom("never", "y"));
        await cut.DisposeAsync();
        Assert.Equal(2, givenUp[1..].Sum(g => g.Count));
    }

    [Fact]
    public async Task A_host_reports_its_list_once_even_when_the_answer_is_lost()
    {
        var theirs = await app.Get<ExternalDesk>().CreateLogOnlyAsync(new("client-host", "Host", app.DatasetId), "test");
        await app.Get<ModelShelf>().RefreshAsync();
        await app.PlacementAsync("client-host", p => p.DefaultVariantId = theirs.Id);
        var (client, wire) = Open();
        await using var _1 = client;
        var asked = await client.RecommendAsync(new RecommendationQuery { Placement = "client-host", User = "h" });
        Assert.True(asked.HostDecides);
        Assert.Empty(asked.Items);
        wire.LoseAnswers = 1;
        var recorded = await client.ReportAsync(new() { Placement = "client-host", User = "h", Items = [new("shoe", 0.5), new("shirt")] });
        Assert.Equal(1, (await client.SendAsync([new() { Type = "click", RecommendationId = recorded.RecommendationId, ItemId = "shirt", User = "h" }])).Accepted);
        Assert.Equal(["1 2 1"], app.Rows("SELECT sum(lists), sum(served), sum(clicked) FROM unit_day WHERE unit = 'h'"));
    }
}
