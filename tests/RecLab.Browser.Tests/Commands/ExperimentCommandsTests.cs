using Microsoft.Playwright;
using RecLab.Access;
using RecLab.Tests.Experiments;
using RecLab.Tests.Results;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests.Commands;

/// <summary>Every command of the pages of experiments pressed once; what each must change is read from the database.</summary>
public sealed class ExperimentCommandsTests(LiveApp app) : IClassFixture<LiveApp>
{
    [Fact]
    public async Task The_wizard()
    {
        var draft = await app.DraftAsync("wizard");
        await using var visitor = await app.SignedInAsync(Roles.Analyst);
        var walk = await CommandWalk.BeginAsync(visitor);
        var page = visitor.Page;
        await walk.GoAsync("/experiments/new");
        await page.GetByLabel("Name", new() { Exact = true }).FillAtRestAsync("Wizard");
        await walk.ChooseAsync("Placement", "wizard");
        await walk.PressAsync("Continue to variants");
        await page.GetByLabel("Variant of arm A").SelectAtRestAsync($"{draft.Arms[0].VariantId}");
        await page.GetByLabel("Variant of arm B").SelectAtRestAsync($"{draft.Arms[1].VariantId}");
        walk.Pressed("Variant of arm *");
        await walk.PressAsync("Save draft");
        await LiveApp.EventuallyAsync(["Draft wizard 2"], () => app.AppRows("SELECT State, Placement, (SELECT COUNT(*) FROM experiment_arms a WHERE a.ExperimentId = e.Id) FROM experiments e WHERE Key = 'wizard'"));
        await walk.PressAsync("Add arm");
        await Expect(page.GetByLabel("Variant of arm C")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove arm C" }).ClickAtRestAsync();
        await Expect(page.GetByLabel("Variant of arm C")).ToHaveCountAsync(0);
        walk.Pressed("Remove arm *");
        await page.GetByLabel("Equal shares").SetAtRestAsync(false);
        walk.Pressed("Equal shares");
        await page.GetByLabel("Share of arm A, percent").FillAtRestAsync("70");
        await page.GetByLabel("Share of arm B, percent").FillAtRestAsync("30");
        await page.GetByLabel("Share of arm B, percent").PressAsync("Tab");
        await walk.PressAsync("Continue to metrics and size");
        await Expect(page.GetByLabel("Power")).ToBeVisibleAsync();
        Assert.Equal(["0.7", "0.3"], app.AppRows("SELECT a.Weight FROM experiment_arms a JOIN experiments e ON e.Id = a.ExperimentId WHERE e.Key = 'wizard' ORDER BY a.Position"));
        await walk.PressAsync("Back");
        await Expect(page.GetByText("Who competes")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Listitem).GetByRole(AriaRole.Button, new() { Name = "Metrics and size" }).ClickAtRestAsync();
        foreach (var step in (string[])["Placement", "Variants", "Metrics and size", "Audience and checks", "Review"]) walk.Pressed($"*{step}*");
        await page.GetByLabel("Watch revenue per user").SetAtRestAsync(true);
        walk.Pressed("Watch *");
        await walk.ChooseAsync("Goal metric", "ctr");
        await walk.ChooseAsync("Power", "0.9");
        await walk.ChooseAsync("False alarms allowed", "0.01");
        var guard = page.Locator(".gd input[type=checkbox]").First;
        await guard.SetAtRestAsync(true);
        walk.Pressed("*stop line if*");
        await page.GetByLabel("Event, without custom:").FillAtRestAsync("wish_list");
        await walk.ChooseAsync("What of it", "Users");
        await walk.ChooseAsync("Better is", "higher");
        await walk.PressAsync("Add the metric");
        await Expect(page.GetByText("share of users with a custom:wish_list event")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove Users with wish_list" }).ClickAtRestAsync();
        await Expect(page.GetByText("share of users with a custom:wish_list event")).ToHaveCountAsync(0);
        walk.Pressed("Remove Users with *");
        await page.GetByLabel("Cap revenue per user").SetAtRestAsync(true);
        await page.GetByLabel("Cap of Revenue per user, empty: from the past").FillAtRestAsync("120.50");
        await page.GetByLabel("Cap of Revenue per user, empty: from the past").PressAsync("Tab");
        await Expect(page.GetByText("as given, live and simulated")).ToBeVisibleAsync();
        walk.Pressed("Cap *");
        await walk.PressAsync("Continue to audience and checks");
        await walk.PressAsync("Add condition");
        await walk.ChooseAsync("Comparison", "Is");
        await walk.PressAsync("Remove");
        await Expect(page.GetByLabel("Comparison")).ToHaveCountAsync(0);
        await walk.ChooseAsync("Only users of another experiment", "");
        await page.GetByLabel("Leave out the global holdout").SetAtRestAsync(true);
        walk.Pressed("Leave out the global holdout");
        await walk.PressAsync("Continue to review");
        await walk.PressAsync("Save and mark ready");
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/experiments/wizard$"));
        Assert.Equal(["Ready 0.01 ctr"], app.AppRows("SELECT State, Alpha, GoalMetric FROM experiments WHERE Key = 'wizard'"));
        Assert.Equal(["0.9 1 12050 revenue known"], app.AppRows("SELECT json_extract(Settings, '$.power'), json_array_length(Settings, '$.guardrails'), json_extract(Settings, '$.caps[0].value'), json_extract(Settings, '$.secondary[0]'), json_extract(Settings, '$.slices[0]') FROM experiments WHERE Key = 'wizard'"));

        await walk.GoAsync("/experiments/new?draft=wizard&step=5");
        await walk.PressAsync("Start Wizard");
        await Expect(page.GetByText("Running, day 1")).ToBeVisibleAsync();
        Assert.Equal(["Running 1"], app.AppRows("SELECT State, Phase FROM experiments WHERE Key = 'wizard'"));
        foreach (var command in (string[])["Pause", "Stop", "Duplicate", "Live", "Simulated", "Clicks and sales", "Ranking quality", "Phase *", "CSV", "JSON", "Record *", "Click-through rate", "Clicks per user", "Revenue per user", "Archive", "Start", "What changes"]) walk.Pressed(command); // the results page, which the next test walks
        await walk.EndAsync();
    }

    [Fact]
    public async Task The_life_of_an_experiment_on_its_page()
    {
        var draft = await app.DraftAsync("life");
        await app.Desk().DraftAsync(draft with { Name = "Life" }, "test");
        await using var visitor = await app.SignedInAsync(Roles.Analyst);
        var walk = await CommandWalk.BeginAsync(visitor);
        var page = visitor.Page;
        await walk.GoAsync("/experiments/life");
        await walk.PressAsync("Mark ready");
        await StateAsync("Ready");
        await walk.PressAsync("Start");
        await StateAsync("Running");
        var experiment = await app.StoredAsync("life");
        await app.StartedAsync("life", DateTimeOffset.UtcNow.AddDays(-8));
        await app.CrowdAsync(experiment, 200, 7, DateTimeOffset.UtcNow, [0.10, 0.30]);
        await app.CrowdAsync(experiment, 100, 2, DateTimeOffset.UtcNow, [0.10, 0.30], simulated: true);
        await walk.PressAsync("Pause");
        await walk.PressAsync("Keep");
        await walk.PressAsync("Pause");
        await walk.PressAsync("Pause it");
        await StateAsync("Paused");
        await walk.PressAsync("Resume");
        await StateAsync("Running");

        await walk.PressAsync("Simulated");
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("traffic=simulated"));
        await walk.PressAsync("Live");
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("traffic=live"));
        await walk.PressAsync("Ranking quality", AriaRole.Tab);
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("tab=ranking"));
        await Expect(page.GetByRole(AriaRole.Tab, new() { Name = "Ranking quality" })).ToHaveAttributeAsync("aria-selected", "true"); // the address is there before the page has followed it
        await walk.PressAsync("Clicks and sales", AriaRole.Tab);
        await Expect(page.GetByRole(AriaRole.Tab, new() { Name = "Clicks and sales" })).ToHaveAttributeAsync("aria-selected", "true");
        foreach (var (name, key) in ((string, string)[])[("Click-through rate", "ctr"), ("Clicks per user", "clicks")])
        {
            await walk.PressAsync(name);
            await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex($"metric={key}"));
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = name, Exact = true })).ToBeVisibleAsync();
            if (key == "ctr")
            {
                await page.GetByLabel("Split by another attribute from now on").FillAtRestAsync("device");
                await walk.PressAsync("Add slice");
                await LiveApp.EventuallyAsync(["device"], () => app.AppRows("SELECT json_extract(Settings, '$.laterSlices[0]') FROM experiments WHERE Key = 'life'"));
            }
            await walk.PressAsync("Close");
            await Expect(page).Not.ToHaveURLAsync(new System.Text.RegularExpressions.Regex("metric="));
        }
        foreach (var other in (string[])["Conversion", "* per user", "Users *", "MRR *", "NDCG *", "Time to first click", "Popularity share", "Intra-list diversity", "Catalogue coverage"]) walk.Pressed(other); // the same panel for each
        var lift = page.Locator(".chart").Filter(new() { Has = page.GetByRole(AriaRole.Img, new() { Name = "Cumulative lift" }) });
        await lift.GetByRole(AriaRole.Button, new() { Name = "Show table" }).ClickAtRestAsync();
        walk.Pressed("Show table");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "as a table" })).ToBeVisibleAsync();
        await walk.PressAsync("Show chart");
        Assert.Contains(draft.Arms[1].Name, await walk.DownloadAsync("Download CSV"), StringComparison.Ordinal);
        await page.Locator(".bandpick").ClickAtRestAsync();
        walk.Pressed("*band");
        walk.Pressed("*band hidden");
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("band=1"));
        await walk.PressAsync("Phase 1");
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("phase=1"));
        var totals = app.Rows($"SELECT SUM(clicked), SUM(viewable) FROM unit_day WHERE experiment = {experiment.Id} AND simulated = 0 AND arm = 1")[0].Split(' ');
        Assert.Contains("life,1,live,ctr,goal,B", await walk.DownloadAsync("CSV", AriaRole.Link), StringComparison.Ordinal);
        var json = await walk.DownloadAsync("JSON", AriaRole.Link);
        Assert.Contains(totals[0], json, StringComparison.Ordinal);
        Assert.Contains(totals[1], json, StringComparison.Ordinal);

        await walk.ChooseAsync("What changes", "weights");
        await page.GetByLabel("A life-0, percent").FillAtRestAsync("60");
        await page.GetByLabel("B life-1, percent").FillAtRestAsync("40");
        await page.GetByLabel("Reason for the change").FillAtRestAsync("control needs more");
        await walk.PressAsync("Begin phase 2");
        walk.Pressed("Phase *");
        await LiveApp.EventuallyAsync(["0.6", "0.4"], () => app.AppRows("SELECT a.Weight FROM experiment_arms a JOIN experiments e ON e.Id = a.ExperimentId WHERE e.Key = 'life' AND e.Phase = 2 ORDER BY a.Position"));

        await walk.PressAsync("Stop");
        await walk.PressAsync("Stop it");
        await StateAsync("Review");
        await page.GetByLabel("Outcome").SelectAtRestAsync("none");
        await page.GetByLabel("Reason").FillAtRestAsync("It was only a walk.");
        if (await page.GetByLabel("Reviewer").IsVisibleAsync()) await page.GetByLabel("Reviewer").FillAtRestAsync("Jon");
        walk.Pressed("Record decision and *"); // what the numbers suggest; this walk decides otherwise
        await walk.PressAsync("Record and end");
        await StateAsync("Decided");
        Assert.Equal(["NoDecision -"], app.AppRows("SELECT Outcome, ChosenArm FROM experiments WHERE Key = 'life'"));
        await walk.PressAsync("Archive");
        await walk.PressAsync("Archive it");
        await StateAsync("Archived");
        Assert.Equal(["draft", "mark ready", "start", "pause", "resume", "add slice", "change arms", "stop", "decide", "archive"], app.AppRows("SELECT m.Verb FROM experiment_moves m JOIN experiments e ON e.Id = m.ExperimentId WHERE e.Key = 'life' ORDER BY m.Id"));
        await walk.PressAsync("Duplicate");
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/experiments/new\\?draft=life"));
        await Expect(page.GetByLabel("Name", new() { Exact = true })).ToBeVisibleAsync();
        Assert.Equal(["Draft 2"], app.AppRows("SELECT State, (SELECT COUNT(*) FROM experiment_arms a WHERE a.ExperimentId = e.Id) FROM experiments e WHERE Key LIKE 'life-%'"));
        foreach (var later in (string[])["Placement", "*Placement", "*Variants*", "*Metrics and size", "*Audience and checks", "*Review", "Back", "Save draft", "Continue to variants"]) walk.Pressed(later); // the wizard, which the other test walks
        await walk.EndAsync();
    }

    [Fact]
    public async Task The_list()
    {
        await app.Desk().DraftAsync(await app.DraftAsync("listed") with { Name = "Listed" }, "test");
        await using var visitor = await app.SignedInAsync(Roles.Viewer);
        var walk = await CommandWalk.BeginAsync(visitor);
        await walk.GoAsync("/experiments");
        await walk.ChooseAsync("State", "running");
        await Expect(visitor.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("state=running"));
        await visitor.Page.GetByLabel("Search experiments").FillAtRestAsync("nothing is called so");
        await visitor.Page.GetByLabel("Search experiments").PressAsync("Enter");
        await walk.PressAsync("Show all");
        await Expect(visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Listed" })).ToBeVisibleAsync();
        await walk.EndAsync();
    }

    private Task StateAsync(string state) => LiveApp.EventuallyAsync([state], () => app.AppRows("SELECT State FROM experiments WHERE Key = 'life'"));
}
