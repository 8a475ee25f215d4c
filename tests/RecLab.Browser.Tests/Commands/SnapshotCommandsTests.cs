using System.Text.RegularExpressions;
using Microsoft.Playwright;
using RecLab.Access;
using RecLab.Tests.Doors;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests.Commands;

/// <summary>Every command of the page that cuts a data set from the log pressed once; what each must change is read from the database.</summary>
public sealed class SnapshotCommandsTests(LiveApp app) : IClassFixture<LiveApp>
{
    [Fact]
    public async Task Cut_a_data_set_from_what_people_did()
    {
        await app.OpenAsync();
        await app.ServeAsync("sells", "popularity");
        for (var user = 0; user < 12; user++)
        {
            var list = await app.ListAsync($"placement=home&user={user}&n=3");
            await app.SendAsync([ShopApp.Event("click", list, 0, $"{user}"), ShopApp.Event("click", list, 1, $"{user}")]);
        }
        await using var visitor = await app.SignedInAsync(Roles.Analyst);
        var walk = await CommandWalk.BeginAsync(visitor);
        var page = visitor.Page;
        await walk.GoAsync("/data/snapshot");
        await walk.SeesAsync("The live log holds 24 click");
        Assert.Empty(await page.FindingsAsync());
        await walk.PressAsync("Simulated visitors");
        await walk.SeesAsync("The simulated log holds nothing to learn from yet.");
        await walk.PressAsync("Make the snapshot");
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await walk.PressAsync("Dismiss");
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        Assert.Equal(["shop"], app.AppRows("SELECT Name FROM datasets"));

        await walk.PressAsync("Live people");
        await walk.SeesAsync("The live log holds 24 click");
        await page.GetByLabel("Name", new() { Exact = true }).FillAtRestAsync("what they did");
        await page.GetByLabel("Weight of a click").FillAtRestAsync("2");
        await page.GetByLabel("Half-life, days").FillAtRestAsync("30");
        await page.GetByLabel("Rows of the data set", new() { Exact = true }).SelectAtRestAsync("false");
        await walk.PressAsync("Make the snapshot");
        walk.Pressed("Reading the log"); // the same while it is busy
        await Expect(page).ToHaveURLAsync(new Regex("/data/2$"));
        Assert.Equal(["what they did LiveLog Ready 24 12"], app.AppRows("SELECT Name, Origin, State, Rows, Users FROM datasets WHERE Id = 2"));
        Assert.Equal(["2 30 0 0"], app.AppRows("SELECT json_extract(Log, '$.recipe.weights.click'), json_extract(Log, '$.recipe.halfLifeDays'), json_extract(Log, '$.recipe.withBase'), json_extract(Log, '$.recipe.simulated') FROM datasets WHERE Id = 2"));
        foreach (var command in (string[])["Delete", "Show table"]) walk.Pressed(command); // the page of a data set, which another test walks
        await walk.EndAsync();
    }
}
