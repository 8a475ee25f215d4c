using Microsoft.Playwright;
using RecLab.Shell;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests.Shell;

public sealed class FrameTests(LiveApp app) : IClassFixture<LiveApp>
{
    [Fact]
    public async Task The_chosen_theme_applies_at_once_and_is_remembered()
    {
        await using var visitor = await app.SignedInAsync();
        var page = visitor.Page;
        Assert.Null(await page.Locator("html").GetAttributeAsync("data-theme"));
        await page.Locator("summary[aria-label^='Menu of']").ClickAtRestAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Dark" }).ClickAtRestAsync();
        Assert.Equal("dark", await page.Locator("html").GetAttributeAsync("data-theme"));
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Dark" })).ToHaveAttributeAsync("aria-pressed", "true");
        Assert.Equal("rgb(14, 19, 19)", await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor")); // --bg of the dark tokens, #0E1313
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Dark" })).ToBeHiddenAsync();
        await visitor.GoAsync("/people");
        Assert.Equal("dark", await page.Locator("html").GetAttributeAsync("data-theme"));
        Assert.Empty(visitor.Complaints);
    }

    [Fact]
    public async Task The_first_tab_stop_skips_to_the_content()
    {
        await using var visitor = await app.SignedInAsync();
        await Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
        // After a navigation the heading has the focus; somebody who begins at the top of the page begins at its body.
        await visitor.Page.EvaluateAsync("document.body.tabIndex = -1; document.body.focus()");
        await visitor.Page.Keyboard.PressAsync("Tab");
        await Expect(visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Skip to content" })).ToBeFocusedAsync();
        await visitor.Page.Keyboard.PressAsync("Enter");
        Assert.Equal("main", await visitor.Page.EvaluateAsync<string>("document.activeElement.id"));
    }

    [Fact]
    public async Task A_lost_connection_is_said_and_the_page_comes_back_by_itself()
    {
        await using var visitor = await app.SignedInAsync();
        await visitor.Page.EvaluateAsync("document.getElementById('components-reconnect-modal').classList.add('components-reconnect-show')");
        await Expect(visitor.Page.GetByText("Connection lost.")).ToBeVisibleAsync();
        await visitor.Page.EvaluateAsync("window.stale = true");
        await visitor.Page.EvaluateAsync("document.getElementById('components-reconnect-modal').classList.add('components-reconnect-rejected')");
        await visitor.Page.WaitForFunctionAsync("() => !window.stale");
        await visitor.ReadyAsync();
    }

    [Fact]
    public async Task Every_place_is_readable_named_and_fits_in_both_themes_on_desk_and_phone()
    {
        await using var visitor = await app.SignedInAsync();
        List<string> findings = [];
        foreach (var path in Place.All.Select(p => p.Path).Concat(["/people", "/settings", "/settings?tab=audit", "/notifications", "/notifications/webhooks", "/more"]))
        {
            await visitor.Page.SetViewportSizeAsync(1440, 900);
            await visitor.GoAsync(path);
            if (path == "/people") findings.AddRange((await visitor.Page.FocusFindingsAsync()).Select(f => $"{path}: {f}"));
            foreach (var (width, theme) in ((int, string)[])[(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")])
            {
                await visitor.Page.SetViewportSizeAsync(width, 900);
                await visitor.Page.EvaluateAsync("theme => document.documentElement.setAttribute('data-theme', theme)", theme);
                await visitor.PictureAsync($"{path.Trim('/').Replace('/', '-').Replace('?', '-')}-{width}-{theme}");
                findings.AddRange((await visitor.Page.FindingsAsync()).Select(f => $"{path} {width} {theme}: {f}"));
            }
        }
        Assert.True(findings.Count == 0, string.Join('\n', findings.Distinct()));
        Assert.Empty(visitor.Complaints);
    }

    [Fact]
    public async Task The_pages_before_signing_in_are_readable_and_named_too()
    {
        await using var stranger = await app.StrangerAsync();
        List<string> findings = [];
        foreach (var path in (string[])["/sign-in", "/setup/none", "/status/500"])
            foreach (var (width, theme) in ((int, string)[])[(1440, "light"), (390, "dark")])
            {
                await stranger.Page.SetViewportSizeAsync(width, 900);
                await stranger.Page.GotoAsync(path);
                await stranger.Page.EvaluateAsync("theme => document.documentElement.setAttribute('data-theme', theme)", theme);
                findings.AddRange((await stranger.Page.FindingsAsync()).Select(f => $"{path} {width} {theme}: {f}"));
            }
        Assert.True(findings.Count == 0, string.Join('\n', findings.Distinct()));
    }
}
