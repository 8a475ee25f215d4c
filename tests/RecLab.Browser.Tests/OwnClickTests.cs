using System.Globalization;
using Microsoft.Playwright;
using RecLab.Access;
using RecLab.Experiments;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests;

/// <summary>One's own click in the demo shop, and how long it takes until the live results in another window show it.</summary>
public sealed class OwnClickTests(LiveApp app) : IClassFixture<LiveApp>
{
    private const string Now = "performance.timeOrigin + performance.now()";

    /// <summary>Clicked and viewable of arm B as the page writes them.</summary>
    private const string Cell = "table.score tr.r td.val .cap";

    [Fact]
    public async Task A_click_in_the_demo_shop_is_in_the_live_results_within_two_seconds()
    {
        await app.OpenAsync();
        await app.ExperimentAsync("own-click", "home", await app.ServeAsync("sells", "popularity"), await app.ServeAsync("fits", "popularity"));
        var id = Enumerable.Range(0, 1000).Select(i => $"visitor-{i}").First(u => app.Get<LiveExperiments>().Assign("home", u) is { Counted: true, ArmPosition: 1 });

        await using var shopper = await app.StrangerAsync();
        var shop = shopper.Page;
        await shop.AddInitScriptAsync($"localStorage.getItem('reclab.id') ?? localStorage.setItem('reclab.id', JSON.stringify({{ id: '{id}', at: Date.now() }}))");
        await shop.AddInitScriptAsync($"addEventListener('click', () => sessionStorage.setItem('clicked', {Now}), true)");
        await shop.GotoAsync("/demo");
        await shop.RunAndWaitForResponseAsync(() => shop.GetByRole(AriaRole.Button, new() { Name = "Yes, remember" }).ClickAtRestAsync(), r => r.Url.Contains($"user={id}", StringComparison.Ordinal) && r.Ok);

        await using var analyst = await app.SignedInAsync(Roles.Viewer);
        var results = analyst.Page;
        await analyst.GoAsync("/experiments/own-click?traffic=live");
        List<double> took = [];
        for (var clicks = 1; clicks <= 3; clicks++)
        {
            var card = shop.Locator("li[part=card]:not([aria-hidden])").Nth(clicks);
            await card.WaitForAsync();
            await results.EvaluateAsync($$"""
                clicks => {
                  window.shown = new Promise((done, fail) => {
                    const look = () => document.querySelector('{{Cell}}')?.textContent.startsWith(`${clicks} /`) && (observer.disconnect(), done({{Now}}));
                    const observer = new MutationObserver(look);
                    setTimeout(() => fail(new Error(`the page says: ${document.querySelector('main').innerText.slice(0, 500)}`)), 30000);
                    observer.observe(document.body, { subtree: true, childList: true, characterData: true });
                  });
                }
                """, clicks);
            await card.GetByRole(AriaRole.Link).ClickAtRestAsync();
            var shown = await results.EvaluateAsync<double>("shown");
            took.Add(shown - double.Parse(await shop.EvaluateAsync<string>("sessionStorage.getItem('clicked')"), CultureInfo.InvariantCulture));
            Assert.Equal([$"{clicks}"], app.Rows("SELECT SUM(clicked) FROM unit_day WHERE simulated = 0 AND arm = 1"));
            await shop.GotoAsync("/demo");
        }
        TestContext.Current.SendDiagnosticMessage($"ms from the click to the page: {string.Join(", ", took.Select(t => t.ToString("F0", CultureInfo.InvariantCulture)))}");
        Assert.InRange(Environment.GetEnvironmentVariable("RECLAB_NIGHTLY") == "1" ? took.Order().ElementAt(took.Count / 2) : took.Min(), 1, 2000); // beside other tests the quickest of three tells what the way costs
        Assert.Empty(shopper.Complaints);
        Assert.Empty(analyst.Complaints);
    }
}
