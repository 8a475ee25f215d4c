using System.Text.RegularExpressions;
using Microsoft.Playwright;
using RecLab.Access;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests.Shell;

/// <summary>The line between page and server breaks and comes back.</summary>
public sealed class ReconnectTests(LiveApp app) : IClassFixture<LiveApp>
{
    [Fact]
    public async Task A_page_whose_connection_drops_says_so_and_goes_on_where_it_was()
    {
        await using var visitor = await app.SignedInAsync(Roles.Administrator);
        var page = visitor.Page;
        var cut = false;
        List<IWebSocketRoute> lines = [];
        await page.RouteAsync("**/_blazor/**", route => cut ? route.AbortAsync() : route.ContinueAsync()); // nothing gets through to ask for another line
        await page.RouteWebSocketAsync(new Regex("/_blazor"), line =>
        {
            line.ConnectToServer();
            lines.Add(line);
        });
        await visitor.GoAsync("/settings");
        await page.GetByLabel("Kind").SelectAtRestAsync("Secret");
        await Expect(page.GetByLabel("management")).ToBeVisibleAsync(); // drawn by the server, so it knows of the choice
        await page.GetByLabel("Name").FillAtRestAsync("Made after the break");

        cut = true;
        await lines[^1].CloseAsync(new() { Code = 3001, Reason = "the line broke" });
        await Expect(page.GetByText("Connection lost.")).ToBeVisibleAsync();
        cut = false;
        await Expect(page.GetByText("Connection lost.")).ToBeHiddenAsync(); // by itself
        Assert.True(lines.Count >= 2);
        await Expect(page.GetByLabel("Kind")).ToHaveValueAsync("Secret");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAtRestAsync();
        await Expect(page.GetByText("Made after the break.")).ToBeVisibleAsync();
        Assert.Equal(["Made after the break Secret"], app.AppRows("SELECT Name, Kind FROM api_keys WHERE Name = 'Made after the break'"));
    }
}
