using Microsoft.Playwright;
using RecLab.Access;
using RecLab.Tests.Experiments;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests.Commands;

/// <summary>Every command of the list of experiments pressed once.</summary>
public sealed class ExperimentCommandsTests(LiveApp app) : IClassFixture<LiveApp>
{
    [Fact]
    public async Task The_list()
    {
        await app.Desk().DraftAsync(await app.DraftAsync("listed") with { Name = "Listed" }, "test");
        await using var visitor = await app.SignedInAsync(Roles.Viewer);
        var walk = await CommandWalk.BeginAsync(visitor);
        await walk.GoAsync("/experiments");
        await walk.ChooseAsync("State", "running");
        await Expect(visitor.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("state=running"));
        await visitor.Page.GetByLabel("Search experiments").FillAsync("nothing is called so");
        await visitor.Page.GetByLabel("Search experiments").PressAsync("Enter");
        await walk.PressAsync("Show all");
        await Expect(visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Listed" })).ToBeVisibleAsync();
        await walk.EndAsync();
    }
}
