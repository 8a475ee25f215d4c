using System.Text.RegularExpressions;
using Microsoft.Playwright;
using RecLab.Access;
using RecLab.Experiments;
using RecLab.Results;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests.Commands;

/// <summary>Every command of the pages of placements pressed once; what each must change is read from the database.</summary>
public sealed class PlacementCommandsTests(LiveApp app) : IClassFixture<LiveApp>
{
    private const string Place = "FROM placements WHERE Key = 'basket'";

    [Fact]
    public async Task From_the_form_to_the_kill_switch()
    {
        await app.OpenAsync();
        var sells = await app.ServeAsync("sells", "popularity", name: "What sells");
        var fits = await app.ServeAsync("fits", "popularity", name: "What fits");
        await using var visitor = await app.SignedInAsync();
        var walk = await CommandWalk.BeginAsync(visitor);
        var page = visitor.Page;
        await walk.GoAsync("/placements/new");
        await page.GetByLabel("Name", new() { Exact = true }).FillAtRestAsync("Basket page");
        await page.GetByLabel("Key", new() { Exact = true }).FillAtRestAsync("basket");
        await page.GetByLabel("Items of a list").FillAtRestAsync("6");
        await page.GetByLabel("First fallback").SelectAtRestAsync("fits");
        await page.GetByLabel("Leave out what the user has already touched").SetAtRestAsync(false);
        await page.GetByLabel("Only these categories, one a line").FillAtRestAsync("c1\nc2");
        await page.GetByLabel("Block list, one item id a line").FillAtRestAsync("5");
        await page.GetByLabel("Share of places drawn at random, %").FillAtRestAsync("7.5");
        await walk.PressAsync("Create placement");
        await Expect(page).ToHaveURLAsync(new Regex("/placements/basket$"));
        Assert.Equal(["Basket page 6 0 fits 0.075 [\"c1\",\"c2\"] [\"5\"]"],
            app.AppRows($"SELECT Name, ListLength, HideSeen, Fallbacks, Exploration, json_extract(Filters, '$.categories'), json_extract(Filters, '$.blocked') {Place}"));

        await walk.GoAsync("/placements/basket/edit");
        await page.GetByLabel("Name", new() { Exact = true }).FillAtRestAsync("Basket");
        await page.GetByLabel("Only these categories, one a line").FillAtRestAsync("");
        await walk.PressAsync("Save placement");
        await Expect(page).ToHaveURLAsync(new Regex("/placements/basket$"));
        Assert.Equal(["Basket 6 -"], app.AppRows($"SELECT Name, ListLength, json_extract(Filters, '$.categories[0]') {Place}"));

        await SnippetAsync(walk);
        await KillSwitchAsync(walk);

        await page.GetByLabel("Reason for the change").FillAtRestAsync("they asked for it");
        await walk.ChooseAsync("Serve without an experiment", "sells");
        await walk.PressAsync("Change what is served");
        await walk.PressAsync("Serve What sells", all: "Serve *");
        await LiveApp.EventuallyAsync([$"{sells.Id} they asked for it -"], () => app.AppRows($"SELECT DefaultVariantId, DefaultWhy, DefaultExperiment {Place}"));

        var experiment = await app.ExperimentAsync("basket-1", "basket", sells, fits);
        await app.Get<DecisionDesk>().DecideAsync(experiment.Key, new(ExperimentOutcome.Ship, 1, "It fits.", "Jon", false), "ada");
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "basket-1" }).GetByText("Promoted")).ToBeVisibleAsync();
        await page.GetByLabel("Reason for the change").FillAtRestAsync("back to what was");
        await walk.ChooseAsync("Serve without an experiment", "");
        await walk.PressAsync("Change what is served");
        await walk.PressAsync("Serve the fallback chain");
        await LiveApp.EventuallyAsync(["- back to what was -"], () => app.AppRows($"SELECT DefaultVariantId, DefaultWhy, DefaultExperiment {Place}"));
        await walk.PressAsync("Promote What fits");
        await walk.PressAsync("Promote What fits at basket");
        await LiveApp.EventuallyAsync([$"{fits.Id} basket-1"], () => app.AppRows($"SELECT DefaultVariantId, DefaultExperiment {Place}"));

        await app.ListAsync("placement=basket&user=7");
        await walk.PressAsync("Show table");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "as a table" })).ToBeVisibleAsync();
        await walk.PressAsync("Show chart");
        var hours = app.Rows("SELECT SUM(lists) FROM traffic WHERE placement = 'basket' AND simulated = 0")[0];
        Assert.Matches($"(?m)^lists,[^,]+,{hours},", await walk.DownloadAsync("Download CSV"));
        Assert.Equal(["placement.create", "placement.edit", "placement.halt", "placement.release", "placement.default", "placement.default", "placement.default", "placement.default"],
            app.AppRows("SELECT Action FROM audit WHERE Subject LIKE 'placement %(basket)' ORDER BY Id"));
        await walk.PressAsync("Archive placement");
        await walk.PressAsync("Archive basket");
        await LiveApp.EventuallyAsync(["1"], () => app.AppRows($"SELECT ArchivedAt IS NOT NULL {Place}"));
        await walk.PressAsync("Restore placement");
        await walk.PressAsync("Restore basket");
        await LiveApp.EventuallyAsync(["0"], () => app.AppRows($"SELECT ArchivedAt IS NOT NULL {Place}"));
        await walk.GoAsync("/placements"); // only links
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "basket" })).ToContainTextAsync("What fits");
        await walk.EndAsync();
    }

    /// <summary>Layout, key, copy, policy, and whether an origin would be let in.</summary>
    private async Task SnippetAsync(CommandWalk walk)
    {
        var page = walk.Page;
        const string Origins = "SELECT replace(Origins, char(10), ' ') FROM api_keys WHERE Kind = 'Publishable' AND Name = 'Widget' AND RevokedAt IS NULL";
        await page.GetByLabel("Exact origins, one a line").FillAtRestAsync("https://shop.example");
        await walk.PressAsync("Make the key");
        await LiveApp.EventuallyAsync(["https://shop.example"], () => app.AppRows(Origins));
        await page.GetByLabel("Exact origins, one a line").FillAtRestAsync("https://shop.example\nhttps://www.shop.example");
        await walk.PressAsync("Save origins");
        await LiveApp.EventuallyAsync(["https://shop.example https://www.shop.example"], () => app.AppRows(Origins));
        await walk.ChooseAsync("Layout", "grid");
        await Expect(page.GetByLabel("Snippet")).ToContainTextAsync("layout=\"grid\"");
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await walk.PressAsync("Copy snippet");
        walk.Pressed("Copied");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Copied" })).ToBeVisibleAsync();
        Assert.Equal(await page.GetByLabel("Snippet").TextContentAsync(), await page.EvaluateAsync<string>("navigator.clipboard.readText()"));
        await page.Locator("summary", new() { HasText = "strict content policy" }).ClickAtRestAsync();
        walk.Pressed("For a page with a strict content policy");
        await Expect(page.GetByLabel("Content policy")).ToContainTextAsync($"connect-src {app.Url}");
        await page.GetByLabel("Origin of your page").FillAtRestAsync("https://www.shop.example");
        await walk.PressAsync("Test this origin");
        await walk.SeesAsync("https://www.shop.example is allowed.");
    }

    private async Task KillSwitchAsync(CommandWalk walk)
    {
        var page = walk.Page;
        await page.GetByLabel("Why (optional)").FillAtRestAsync("strange lists");
        await walk.PressAsync("Serve the fallback now");
        await walk.PressAsync("Keep");
        Assert.Equal(["-"], app.AppRows($"SELECT HaltedAt {Place}"));
        await walk.PressAsync("Serve the fallback now");
        await walk.PressAsync("Serve the fallback at basket");
        await LiveApp.EventuallyAsync(["1 strange lists"], () => app.AppRows($"SELECT HaltedAt IS NOT NULL, HaltedWhy {Place}"));
        await walk.PressAsync("Serve normally again");
        await walk.PressAsync("Serve basket normally");
        await LiveApp.EventuallyAsync(["-"], () => app.AppRows($"SELECT HaltedAt {Place}"));
    }
}
