using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests.Commands;

/// <summary>Every command of the demo shop pressed once: its banner, its switch, its basket; what each must change is read from the log.</summary>
public sealed class DemoShopCommandsTests(LiveApp app) : IClassFixture<LiveApp>
{
    [Fact]
    public async Task From_the_banner_to_the_till()
    {
        await app.OpenAsync();
        await app.ServeAsync("sells", "popularity");
        foreach (var placement in (string[])["item", "cart"]) await app.PlacementAsync(placement, p => p.Exploration = 0);
        await app.ExperimentAsync("till", "cart", await app.ServeAsync("till-a", "item-knn"), await app.ServeAsync("till-b", "ease"));
        var before = app.Rows("SELECT coalesce(max(served_at), 0) FROM recommendation")[0]; // the other test of this shop may have come first
        await using var visitor = await app.StrangerAsync();
        var walk = await CommandWalk.BeginAsync(visitor);
        var page = visitor.Page;
        await walk.GoAsync("/demo");
        var banner = page.GetByRole(AriaRole.Region, new() { Name = "Consent" });
        await page.RunAndWaitForResponseAsync(() => walk.PressAsync("No, thanks"), r => r.Url.Contains("consent=denied", StringComparison.Ordinal) && r.Ok);
        await Expect(banner).ToBeHiddenAsync();
        Assert.Null(await page.EvaluateAsync<string?>("localStorage.getItem('reclab.id')"));
        Assert.Equal([""], app.Rows($"SELECT DISTINCT unit FROM recommendation WHERE served_at > {before}"));

        await walk.PressAsync("Change what is remembered");
        await page.RunAndWaitForResponseAsync(() => walk.PressAsync("Yes, remember"), r => r.Url.Contains("consent=granted", StringComparison.Ordinal) && r.Ok);
        await Expect(banner).ToBeHiddenAsync();
        var id = await page.EvaluateAsync<string>("JSON.parse(localStorage.getItem('reclab.id')).id");
        Assert.Equal([id], app.Rows($"SELECT DISTINCT unit FROM recommendation WHERE served_at > {before} AND unit <> ''"));

        Assert.Empty(await page.FindingsAsync());
        await walk.PressAsync("Why this?");
        await Expect(page.Locator(".why")).ToContainTextAsync("Why this?");
        await page.GetByLabel("Staff view").SetAtRestAsync(true);
        await Expect(page.Locator(".why .badge")).ToHaveTextAsync(["No experiment counted this list", "Model sells v1", "Fallback: popularity"]);

        await page.Locator("li[part=card]:not([aria-hidden])").Nth(1).GetByRole(AriaRole.Link).ClickAtRestAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/demo/item/"));
        await visitor.ReadyAsync();
        var first = await ItemAsync();
        await LiveApp.EventuallyAsync([$"click {first} 2 {id}"], () => app.Rows("SELECT type, item, position, unit FROM event WHERE type = 'click'"));

        Assert.Empty(await page.FindingsAsync());
        await walk.PressAsync("Why this?");
        await Expect(page.Locator(".why")).ToContainTextAsync("Why this?");
        await Expect(page.Locator(".why .badge")).ToHaveCountAsync(0); // a visitor is told why, not by which variant
        await page.GetByLabel("Staff view").SetAtRestAsync(true);
        await Expect(page.Locator(".why .badge").First).ToHaveTextAsync("No experiment counted this list");
        await walk.PressAsync("Add to basket");
        await Expect(page.Locator("#basket")).ToHaveTextAsync("Basket, 1");
        await LiveApp.EventuallyAsync([$"{first} {id}"], () => app.Rows("SELECT item, unit FROM event WHERE type = 'add_to_cart'"));
        await walk.GoAsync("/demo/cart");
        await walk.PressAsync("Why this?");
        await page.GetByLabel("Staff view").SetAtRestAsync(true);
        await Expect(page.Locator(".why .badge").First).ToHaveTextAsync(new Regex(@"^Variant till-[ab] in till \(assigned\)$"));
        await page.GetByLabel("Staff view").SetAtRestAsync(false);
        await Expect(page.Locator(".why .badge")).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Remove Item") }).ClickAtRestAsync();
        walk.Pressed("Remove *");
        await walk.SeesAsync("Your basket is empty.");
        await Expect(page.Locator("#basket")).ToHaveTextAsync("Basket, 0");

        await walk.GoAsync("/demo/item/7");
        await walk.PressAsync("Add to basket");
        await LiveApp.EventuallyAsync([$"{first} {id}", $"7 {id}"], () => app.Rows("SELECT item, unit FROM event WHERE type = 'add_to_cart' ORDER BY id"));
        await page.Locator("#basket").ClickAtRestAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Buy" })).ToBeVisibleAsync();
        Assert.Empty(await page.FindingsAsync());
        await walk.PressAsync("Buy");
        await Expect(page.Locator("h1")).ToHaveTextAsync("Thank you");
        await LiveApp.EventuallyAsync([$"7 {id} 700 EUR"], () => app.Rows("SELECT item, unit, value, currency FROM event WHERE type = 'purchase'")); // item k costs 100 k minor units
        await Expect(page.Locator("#basket")).ToHaveTextAsync("Basket, 0");
        await walk.EndAsync();

        async Task<string> ItemAsync() => Uri.UnescapeDataString(await page.EvaluateAsync<string>("location.pathname.split('/').at(-1)"));
    }

    /// <summary>The widget's script is async and may come late; the answer given before it is there holds all the same.</summary>
    [Fact]
    public async Task A_yes_before_the_widget_is_there_is_kept_for_it()
    {
        await app.OpenAsync();
        await using var visitor = await app.StrangerAsync();
        var script = new TaskCompletionSource<IRoute>(TaskCreationOptions.RunContinuationsAsynchronously);
        await visitor.Page.RouteAsync("**/widget/v1/reclab.js", route => script.TrySetResult(route));
        await visitor.Page.GotoAsync("/demo", new() { WaitUntil = WaitUntilState.Commit });
        var held = await script.Task;
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Yes, remember" }).ClickAtRestAsync();
        await visitor.Page.RunAndWaitForResponseAsync(() => held.ContinueAsync(), r => r.Url.Contains("consent=granted", StringComparison.Ordinal) && r.Ok);
        var id = await visitor.Page.EvaluateAsync<string>("JSON.parse(localStorage.getItem('reclab.id')).id");
        Assert.Equal(["1"], app.Rows(string.Create(CultureInfo.InvariantCulture, $"SELECT COUNT(*) FROM recommendation WHERE unit = '{id}'")));
        Assert.Empty(visitor.Complaints);
    }
}
