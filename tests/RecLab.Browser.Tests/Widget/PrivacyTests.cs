using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests.Widget;

/// <summary>What the widget leaves in a browser: nothing before a yes, and nothing after a no.</summary>
public sealed class PrivacyTests(ShopWindow window) : IClassFixture<ShopWindow>
{
    [Theory]
    [InlineData("unknown")]
    [InlineData("denied")]
    public async Task Without_consent_nothing_is_stored_and_no_user_travels(string consent)
    {
        var (placement, visitor, requests) = await OpenAsync(consent, "user=\"u-17\"");
        await using var _ = visitor;
        await UseAsync(visitor.Page);
        Assert.Empty(await StoredAsync(visitor));
        Assert.All(requests, r => Assert.DoesNotContain("u-17", r.Url + r.PostData, StringComparison.Ordinal));
        Assert.Equal(["click 1", "rendered 3", "viewable 1"], window.Events(placement));
        Assert.Equal([""], window.App.Rows($"SELECT DISTINCT unit FROM recommendation WHERE placement = '{placement}'"));
        Assert.Equal(["no-consent"], window.App.Rows($"SELECT DISTINCT reason FROM recommendation WHERE placement = '{placement}'"));
    }

    [Fact]
    public async Task A_browser_that_asks_not_to_be_tracked_is_a_no_whatever_the_page_says()
    {
        await using var visitor = await window.VisitorAsync();
        await visitor.Page.AddInitScriptAsync("Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true })");
        await visitor.Page.GotoAsync(window.Site.Page(ShopWindow.Element(await window.PlacementAsync()), window.Script("granted")));
        await visitor.Page.ShownAsync();
        Assert.Equal("denied", await visitor.Page.EvaluateAsync<string>("reclab.consent('granted')"));
        await UseAsync(visitor.Page);
        Assert.Empty(await StoredAsync(visitor));
    }

    [Fact]
    public async Task A_yes_keeps_one_random_id_and_a_no_takes_it_away_again()
    {
        var (placement, visitor, _) = await OpenAsync("unknown");
        await using var closing = visitor;
        await visitor.Page.RunAndWaitForResponseAsync(() => visitor.Page.EvaluateAsync("reclab.consent('granted')"), r => r.Url.Contains("/recommendations?", StringComparison.Ordinal) && r.Ok);
        await Expect(visitor.Page.Locator("li[part=card]")).ToHaveCountAsync(3);
        var id = await visitor.Page.EvaluateAsync<string>("JSON.parse(localStorage.getItem('reclab.id')).id");
        Assert.Equal(["", id], window.App.Rows($"SELECT DISTINCT unit FROM recommendation WHERE placement = '{placement}' ORDER BY unit"));
        Assert.Equal(["localStorage reclab.id"], await StoredAsync(visitor));
        await visitor.Page.RunAndWaitForResponseAsync(() => visitor.Page.EvaluateAsync("reclab.consent('denied')"), r => r.Url.Contains("/recommendations?", StringComparison.Ordinal) && r.Ok);
        await UseAsync(visitor.Page);
        Assert.Empty(await StoredAsync(visitor));
        Assert.Equal(["0"], window.App.Rows($"SELECT COUNT(*) FROM event WHERE unit = '{id}' AND type = 'click'"));
    }

    /// <summary>Clicks the first card and sends everything.</summary>
    private static async Task UseAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Listitem).First.GetByRole(AriaRole.Link).ClickAtRestAsync();
        await page.DrainAsync();
    }

    /// <summary>Everything that the browser keeps for any site, by its name.</summary>
    private static async Task<string[]> StoredAsync(Visitor visitor)
    {
        var here = await visitor.Page.EvaluateAsync<string[]>("""
            async () => [...Object.keys(localStorage).map(k => `localStorage ${k}`), ...Object.keys(sessionStorage).map(k => `sessionStorage ${k}`), ...(document.cookie ? [`cookie ${document.cookie}`] : []),
              ...(await indexedDB.databases()).map(d => `database ${d.name}`), ...(await caches.keys()).map(c => `cache ${c}`), ...(await navigator.serviceWorker.getRegistrations()).map(() => 'service worker')]
            """);
        return [.. here, .. (await visitor.Page.Context.CookiesAsync()).Select(c => $"cookie {c.Name} of {c.Domain}")];
    }

    private async Task<(string Placement, Visitor Visitor, List<IRequest> Requests)> OpenAsync(string consent, string attributes = "")
    {
        var placement = await window.PlacementAsync();
        var visitor = await window.App.StrangerAsync();
        List<IRequest> requests = [];
        visitor.Page.Request += (_, request) => { if (request.Url.Contains("/api/", StringComparison.Ordinal)) requests.Add(request); };
        await visitor.Page.StopTheClockAsync();
        await visitor.Page.GotoAsync(window.Site.Page(ShopWindow.Element(placement, "n=\"3\" " + attributes), window.Script(consent)));
        await visitor.Page.ShownAsync();
        return (placement, visitor, requests);
    }
}
