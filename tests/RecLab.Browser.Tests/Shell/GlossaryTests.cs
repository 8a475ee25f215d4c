using Microsoft.Playwright;
using RecLab.Access;
using RecLab.Tests.Experiments;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests.Shell;

public sealed class GlossaryTests(LiveApp app) : IClassFixture<LiveApp>
{
    [Fact]
    public async Task A_term_explains_itself_on_hover_focus_and_touch_and_the_page_of_all_terms_is_readable()
    {
        await app.RunningAsync(await app.DraftAsync("words") with { Name = "Words" });
        await using var visitor = await app.SignedInAsync(Roles.Viewer);
        var page = visitor.Page;
        await visitor.GoAsync("/experiments/words");
        var term = page.Locator("dfn.term", new() { HasText = "Traffic split" });
        var tip = page.GetByRole(AriaRole.Tooltip);
        await term.HoverAsync();
        await Expect(tip).ToContainTextAsync("planned shares");
        await tip.HoverAsync(); // it can be reached and read
        await Expect(tip).ToBeVisibleAsync();
        await page.Mouse.MoveAsync(0, 0);
        await Expect(tip).ToBeHiddenAsync();
        await term.FocusAsync();
        await Expect(tip).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(tip).ToBeHiddenAsync();
        await page.Locator("h1").ClickAtRestAsync();
        await term.ClickAtRestAsync(); // what a finger does
        await Expect(tip).ToBeVisibleAsync();
        Assert.Empty(await page.FindingsAsync());
        await visitor.GoAsync("/glossary");
        Assert.Equal(Controls.Glossary.All.Count, await page.Locator("dl.glossary dt").CountAsync());
        Assert.Empty(await page.FindingsAsync());
        await page.SetViewportSizeAsync(390, 844);
        Assert.Empty(await page.FindingsAsync());
        Assert.Empty(visitor.Complaints);
    }
}
