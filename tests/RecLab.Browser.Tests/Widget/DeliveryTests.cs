using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests.Widget;

/// <summary>Events on their way from the page to the database: sent again with the same ids, never twice, never lost when the page goes.</summary>
public sealed class DeliveryTests(ShopWindow window) : IClassFixture<ShopWindow>
{
    private const string Events = "**/api/v1/events*";

    [Fact]
    public async Task After_a_503_the_same_events_come_again_when_the_server_said_and_count_once()
    {
        var (placement, visitor) = await OpenAsync("granted");
        await using var _ = visitor;
        var bodies = new List<string>();
        await visitor.Page.RouteAsync(Events, async route =>
        {
            bodies.Add(route.Request.PostData ?? "");
            if (bodies.Count > 1) { await route.ContinueAsync(); return; }
            await route.FulfillAsync(new() { Status = 503, Headers = new Dictionary<string, string>
            {
                ["Access-Control-Allow-Origin"] = window.Site.Origin, ["Access-Control-Expose-Headers"] = "Retry-After", ["Retry-After"] = "30",
            } });
        });
        await visitor.Page.RunAndWaitForResponseAsync(() => visitor.Page.Clock.RunForAsync(3_000), r => r.Status == 503);
        await visitor.Page.Clock.RunForAsync(29_000);
        Assert.Single(bodies);
        await visitor.Page.RunAndWaitForResponseAsync(() => visitor.Page.Clock.RunForAsync(2_000), r => r.Request.Method == "POST" && r.Ok);
        Assert.Equal(Ids(bodies[0]), Ids(bodies[1]));
        Assert.Equal(["rendered 3"], window.Events(placement));
    }

    [Fact]
    public async Task When_the_answer_is_lost_after_the_commit_the_repetition_changes_nothing()
    {
        var (placement, visitor) = await OpenAsync("granted");
        await using var _ = visitor;
        var (posts, before) = (0, Duplicates());
        await visitor.Page.RouteAsync(Events, async route =>
        {
            if (Interlocked.Increment(ref posts) > 1) { await route.ContinueAsync(); return; }
            var stored = await route.FetchAsync();
            Assert.Equal(200, stored.Status);
            await route.AbortAsync("connectionreset");
        });
        await FailedAsync(visitor.Page, () => visitor.Page.Clock.RunForAsync(3_000));
        Assert.Equal(["rendered 3"], window.Events(placement));
        await visitor.Page.RunAndWaitForResponseAsync(() => visitor.Page.Clock.RunForAsync(5_000), r => r.Request.Method == "POST" && r.Ok);
        Assert.Equal(["rendered 3"], window.Events(placement));
        Assert.Equal(3, Duplicates() - before);

        int Duplicates() => int.Parse(window.App.Rows("SELECT COALESCE(SUM(count), 0) FROM tally WHERE kind = 'duplicate'")[0], System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task After_consent_a_click_is_sent_at_once_and_counts_as_seen()
    {
        var (placement, visitor) = await OpenAsync("granted");
        await using var _ = visitor;
        await visitor.Page.RunAndWaitForResponseAsync( // the page's clock stands still: nothing that waits could have sent it
            () => visitor.Page.GetByRole(AriaRole.Listitem).First.GetByRole(AriaRole.Link).ClickAtRestAsync(),
            r => r.Request.Method == "POST" && r.Ok && (r.Request.PostData ?? "").Contains("\"click\"", StringComparison.Ordinal));
        Assert.Equal(["click 1", "rendered 3", "viewable 1"], window.Events(placement));
        var id = await visitor.Page.EvaluateAsync<string>("JSON.parse(localStorage.getItem('reclab.id')).id");
        Assert.Equal([id], window.App.Rows($"SELECT DISTINCT e.unit FROM event e JOIN recommendation r ON r.id = e.recommendation WHERE r.placement = '{placement}'"));
    }

    [Fact]
    public async Task What_waits_when_the_page_goes_still_arrives()
    {
        var (placement, visitor) = await OpenAsync("unknown");
        await using var _ = visitor;
        await visitor.Page.GotoAsync(window.Site.Page("<p>Elsewhere</p>"));
        await LiveApp.EventuallyAsync(["rendered 3"], () => window.Events(placement));
    }

    [Fact]
    public async Task What_happened_without_a_connection_is_kept_with_consent_and_sent_by_the_next_page()
    {
        var (placement, visitor) = await OpenAsync("granted");
        await using var _ = visitor;
        await visitor.Page.RunAndWaitForResponseAsync(() => visitor.Page.Clock.RunForAsync(3_000), r => r.Request.Method == "POST" && r.Ok);
        await visitor.Page.Context.SetOfflineAsync(true);
        await visitor.Page.GetByRole(AriaRole.Listitem).First.GetByRole(AriaRole.Link).ClickAtRestAsync();
        await Expect(visitor.Page.Locator("reclab-recommendations")).ToBeVisibleAsync();
        Assert.Contains("\"click\"", await visitor.Page.EvaluateAsync<string>("localStorage.getItem('reclab.queue')"), StringComparison.Ordinal);
        await visitor.Page.CloseAsync();
        await visitor.Page.Context.SetOfflineAsync(false);
        var next = await visitor.Page.Context.NewPageAsync();
        await next.RunAndWaitForResponseAsync(() => next.GotoAsync(window.Site.Page("<p>Another page of the shop</p>", window.Script("granted"))), r => r.Request.Method == "POST" && r.Ok);
        Assert.Equal(["click 1", "rendered 3", "viewable 1"], window.Events(placement));
        Assert.Null(await next.EvaluateAsync<string?>("localStorage.getItem('reclab.queue')"));
    }

    /// <summary>One goes at once; the 199 that come meanwhile are more than the 64 KiB which the server takes from a page.</summary>
    [Fact]
    public async Task Two_hundred_events_at_once_arrive_although_no_body_holds_them()
    {
        var (placement, visitor) = await OpenAsync("granted");
        await using var _ = visitor;
        await visitor.Page.EvaluateAsync("async name => { for (let i = 0; i < 200; i++) reclab.event({ type: 'custom:seen', itemId: `${name} ${i} `.padEnd(240, 'ü') }); }", placement);
        await LiveApp.EventuallyAsync(["200"], () => window.App.Rows($"SELECT COUNT(*) FROM event WHERE item LIKE '{placement} %'"));
    }

    [Fact]
    public async Task What_something_between_finds_too_large_comes_in_halves()
    {
        var (placement, visitor) = await OpenAsync("granted");
        await using var _ = visitor;
        await visitor.Page.RouteAsync(Events, route => Ids(route.Request.PostData ?? "").Length <= 2 ? route.ContinueAsync() : route.FulfillAsync(new()
        {
            Status = 413, Headers = new Dictionary<string, string> { ["Access-Control-Allow-Origin"] = window.Site.Origin },
        }));
        await visitor.Page.EvaluateAsync("name => { for (let i = 0; i < 9; i++) reclab.event({ type: 'custom:seen', itemId: `${name} ${i}` }); }", placement);
        await LiveApp.EventuallyAsync(["9"], () => window.App.Rows($"SELECT COUNT(*) FROM event WHERE item LIKE '{placement} %'"));
        Assert.Equal(["rendered 3"], window.Events(placement));
    }

    [Fact]
    public async Task What_comes_while_a_batch_travels_is_not_taken_for_a_part_of_it()
    {
        var (placement, visitor) = await OpenAsync("granted");
        await using var _ = visitor;
        var first = new TaskCompletionSource<IRoute>(TaskCreationOptions.RunContinuationsAsynchronously);
        await visitor.Page.RouteAsync(Events, route => first.TrySetResult(route) ? Task.CompletedTask : route.ContinueAsync());
        await visitor.Page.EvaluateAsync("name => reclab.event({ type: 'custom:before', itemId: name })", placement);
        var held = await first.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await visitor.Page.EvaluateAsync("name => { reclab.consent('denied'); reclab.event({ type: 'custom:after', itemId: name }); }", placement); // the queue is emptied under the batch's feet
        await held.ContinueAsync();
        await LiveApp.EventuallyAsync(["custom:after", "custom:before"], () => window.App.Rows($"SELECT type FROM event WHERE item = '{placement}' ORDER BY type"));
    }

    /// <summary>Does something and waits until a request has failed for it.</summary>
    private static async Task FailedAsync(IPage page, Func<Task> act)
    {
        var failed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        page.RequestFailed += (_, _) => failed.TrySetResult();
        await act();
        await failed.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    private static string[] Ids(string body) =>
        [.. System.Text.Json.JsonDocument.Parse(body).RootElement.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("eventId").GetString()!)];

    private async Task<(string Placement, Visitor Visitor)> OpenAsync(string consent)
    {
        var placement = await window.PlacementAsync();
        var visitor = await window.App.StrangerAsync();
        await visitor.Page.StopTheClockAsync();
        await visitor.Page.GotoAsync(window.Site.Page("<style>.gap{block-size:3000px}</style><div class=\"gap\"></div>" + ShopWindow.Element(placement, "n=\"3\""), window.Script(consent)));
        await visitor.Page.ShownAsync();
        return (placement, visitor);
    }
}
