using System.Text.RegularExpressions;
using Microsoft.Playwright;
using RecLab.Shell;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests.Commands;

/// <summary>Every link and command of the frame around the pages pressed once. None of them may change anything but the session.</summary>
public sealed class FrameCommandsTests(LiveApp app) : IClassFixture<LiveApp>
{
    private const string InFrame = ":is(header.top, nav.tabbar) :is(a[href], button, summary)";

    [Fact]
    public async Task Places_themes_menu_and_sign_out()
    {
        await using var visitor = await app.SignedInAsync();
        var walk = await CommandWalk.BeginAsync(visitor, InFrame);
        var page = visitor.Page;
        await walk.GoAsync("/people");
        var before = app.AppRows("SELECT (SELECT COUNT(*) FROM audit), (SELECT group_concat(LastSignInAt) FROM AspNetUsers)");
        foreach (var place in Place.All)
        {
            await page.GetByRole(AriaRole.Navigation, new() { Name = "Main", Exact = true }).GetByRole(AriaRole.Link, new() { Name = place.Name, Exact = true }).ClickAtRestAsync();
            walk.Pressed(place.Name);
            await Expect(page).ToHaveURLAsync(app.Url + place.Path);
            await Expect(page.Locator("nav[aria-label=Main] a[aria-current=page]")).ToHaveTextAsync(place.Name);
            await visitor.ReadyAsync();
        }
        await walk.PressAsync("RecLab, overview", AriaRole.Link);
        await Expect(page).ToHaveURLAsync(app.Url + "/");

        await MenuAsync();
        foreach (var (name, theme, kept) in ((string, string?, string?)[])[("Dark", "dark", "dark"), ("Light", "light", "light"), ("System", null, null)])
        {
            await walk.PressAsync(name);
            await Expect(page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true })).ToHaveAttributeAsync("aria-pressed", "true");
            Assert.Equal(theme, await page.Locator("html").GetAttributeAsync("data-theme"));
            Assert.Equal(kept, (await page.Context.CookiesAsync()).FirstOrDefault(c => c.Name == "reclab-theme")?.Value);
        }
        await walk.PressAsync("Glossary", AriaRole.Link);
        await Expect(page).ToHaveURLAsync(app.Url + "/glossary");
        await walk.PressAsync("Notifications", AriaRole.Link);
        await Expect(page).ToHaveURLAsync(app.Url + "/notifications");
        await MenuAsync();
        await walk.PressAsync("People", AriaRole.Link);
        await Expect(page).ToHaveURLAsync(app.Url + "/people");
        await MenuAsync();
        await walk.PressAsync("Keys and audit", AriaRole.Link);
        await Expect(page).ToHaveURLAsync(new Regex("/settings"));
        Assert.Equal(before, app.AppRows("SELECT (SELECT COUNT(*) FROM audit), (SELECT group_concat(LastSignInAt) FROM AspNetUsers)"));

        await MenuAsync();
        await walk.PressAsync("Sign out");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
        Assert.DoesNotContain(await page.Context.CookiesAsync(), c => c.Name.Contains("Identity", StringComparison.Ordinal));
        await page.GotoAsync("/people");
        await Expect(page).ToHaveURLAsync(new Regex("/sign-in"));
        var email = app.AppRows("SELECT Email FROM AspNetUsers")[0];
        await visitor.SignInAsync(email, LiveApp.Password);
        Assert.NotEqual(before, app.AppRows("SELECT (SELECT COUNT(*) FROM audit), (SELECT group_concat(LastSignInAt) FROM AspNetUsers)"));
        await walk.EndAsync();

        async Task MenuAsync()
        {
            await page.Locator("summary[aria-label^='Menu of']").ClickAtRestAsync();
            walk.Pressed("Menu of *");
        }
    }

    [Fact]
    public async Task The_bar_of_a_phone()
    {
        await using var visitor = await app.SignedInAsync(width: 390, height: 844);
        var walk = await CommandWalk.BeginAsync(visitor, "nav.tabbar a[href], .more-list a[href]");
        var bar = visitor.Page.GetByRole(AriaRole.Navigation, new() { Name = "Main, phone" });
        await walk.GoAsync("/people");
        foreach (var place in Place.All)
        {
            if (!Place.Thumb.Contains(place.Name))
            {
                await bar.GetByRole(AriaRole.Link, new() { Name = "More", Exact = true }).ClickAtRestAsync();
                walk.Pressed("More");
                await Expect(bar.Locator("a[aria-current=page]")).ToHaveTextAsync("More");
            }
            await (Place.Thumb.Contains(place.Name) ? bar : visitor.Page.Locator(".more-list")).GetByRole(AriaRole.Link, new() { Name = place.Name, Exact = true }).ClickAtRestAsync();
            walk.Pressed(place.Name);
            await Expect(visitor.Page).ToHaveURLAsync(app.Url + place.Path);
            await visitor.ReadyAsync();
        }
        await walk.EndAsync();
    }
}
