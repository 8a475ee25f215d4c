using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using RecLab.Access;
using RecLab.Recommenders.Evaluation;
using RecLab.Tests.Doors;
using RecLab.Tests.Training;
using RecLab.Training;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests.Commands;

/// <summary>Every command of the overview and of the leaderboard pressed once; what they show is read from the databases.</summary>
public sealed class OverviewCommandsTests(LiveApp app) : IClassFixture<LiveApp>
{
    [Fact]
    public async Task The_overview()
    {
        await app.OpenAsync();
        var a = await app.ServeAsync("a", "popularity", name: "What sells");
        await app.ExperimentAsync("front", "home", a, await app.ServeAsync("b", "item-knn", name: "What fits"));
        foreach (var user in Enumerable.Range(0, 6))
        {
            var list = await app.ListAsync($"placement=home&user={user}&n=4");
            await app.SendAsync([.. Enumerable.Range(0, 4).Select(place => ShopApp.Event("viewable", list, place, $"{user}")), ShopApp.Event("click", list, 0, $"{user}")]);
        }
        await using (var db = await app.DbAsync())
        {
            db.Add(new TrainingRun { VariantId = a.Id, DatasetId = app.DatasetId, Version = 2, Options = "{}", State = RunState.Failed, Error = "The data has no positive value.", FinishedAt = DateTimeOffset.UtcNow });
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        await using var visitor = await app.SignedInAsync(Roles.Analyst);
        var walk = await CommandWalk.BeginAsync(visitor);
        var page = visitor.Page;
        await walk.GoAsync("/");
        await LiveApp.EventuallyAsync(["6 24 6"], () => app.Rows("SELECT SUM(lists), SUM(viewable), SUM(clicked) FROM traffic WHERE simulated = 0 AND placement = 'home'"));
        await Expect(page.GetByText("6 in 24 hours, click-through 25.0%")).ToBeVisibleAsync(); // 6 / 24
        await walk.PressAsync("Show table");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "as a table" })).ToBeVisibleAsync();
        await walk.PressAsync("Show chart");
        Assert.Contains("What", await walk.DownloadAsync("Download CSV"), StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Link, new() { Name = "Inspect" }).First.ClickAtRestAsync();
        await Expect(page).ToHaveURLAsync(new Regex($"/training/{app.AppRows("SELECT Id FROM training_runs WHERE State = 'Failed'")[0]}$"));
        foreach (var later in (string[])["Show last lines", "Start anew", "Resume", "Download"]) walk.Pressed(later); // a run's page, which has a walk of its own
        await walk.GoAsync("/");
        await page.GetByRole(AriaRole.Link, new() { Name = "New experiment" }).ClickAtRestAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/experiments/new$"));
        foreach (var later in (string[])["*Placement", "*Variants*", "*Metrics and size", "*Audience and checks", "*Review", "Continue to variants", "Save draft", "Back"]) walk.Pressed(later); // the wizard, which has its own too
        await walk.EndAsync();
    }

    [Fact]
    public async Task The_leaderboard()
    {
        await app.JudgedAsync("beside", "popularity");
        var (dataset, runs) = await app.JudgedAsync("judged", "random", "popularity", "item-knn", "ease");
        var other = EvaluationResult.FromJson(runs[1].Evaluation!);
        other = other with { Options = other.Options with { RelevantFrom = 1 } }; // every row of this data has the value 1, so the numbers stay what they are
        await app.AddRunAsync(dataset, "popularity", "popularity", 2, run => (run.Evaluation, run.ValidationScore) = (other.ToJson(), 0.01));
        await using var visitor = await app.SignedInAsync(Roles.Viewer);
        var walk = await CommandWalk.BeginAsync(visitor);
        var page = visitor.Page;
        var lines = page.Locator("table.board tbody tr");
        await walk.GoAsync("/leaderboard");
        await Expect(lines).ToHaveCountAsync(4);
        await walk.ChooseAsync("Data set", app.AppRows("SELECT Id FROM datasets WHERE Name = 'beside'")[0]);
        await Expect(lines).ToHaveCountAsync(1);
        await walk.ChooseAsync("Data set", $"{dataset.Id}");
        await Expect(lines).ToHaveCountAsync(4);
        await walk.ChooseAsync("Protocol", "time-10-10-10-all-from1");
        await Expect(lines).ToHaveCountAsync(1);
        await walk.ChooseAsync("Protocol", "time-10-10-10-all");
        await Expect(lines).ToHaveCountAsync(4);
        await walk.ChooseAsync("Metric", "recall");
        await walk.ChooseAsync("Places", "20");
        await Expect(page).ToHaveURLAsync(new Regex("metric=recall.*k=20"));
        await walk.ChooseAsync("Lines", "Runs");
        await Expect(page).ToHaveURLAsync(new Regex("lines=runs"));
        await walk.ChooseAsync("Cost", "size");
        await Expect(page).ToHaveURLAsync(new Regex("cost=size"));
        await walk.PressAsync("Show table");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "as a table" }).GetByRole(AriaRole.Row)).ToHaveCountAsync(5);
        await walk.PressAsync("Show chart");
        await walk.ChooseAsync("Lines compared", "3");
        await Expect(page.Locator("table.pairs tbody tr")).ToHaveCountAsync(3); // three in pairs

        // The best first, with the numbers that are stored.
        var stored = app.AppRows($"""
            SELECT v.Name, json_extract(x.value, '$.mean') FROM training_runs r JOIN variants v ON v.Id = r.VariantId, json_each(r.Evaluation, '$.values') x
            WHERE r.DatasetId = {dataset.Id} AND r.Version = 1 AND json_extract(x.value, '$.metric') = 'recall' AND json_extract(x.value, '$.k') = 20 ORDER BY 2 DESC
            """);
        Assert.Equal(4, stored.Length);
        await Expect(lines.Locator("td.bar b")).ToHaveTextAsync([.. stored.Select(row => Controls.Figures.Metric(double.Parse(row.Split(' ')[1], CultureInfo.InvariantCulture)))]);
        var csv = (await walk.DownloadAsync("CSV", AriaRole.Link)).Trim().Split('\n');
        Assert.Equal(stored.Select(row => row.Split(' ')[0]), csv.Skip(1).Select(line => line.Split(',')[1]));
        await walk.ChooseAsync("Family", "ease");
        await Expect(lines).ToHaveCountAsync(1);
        await page.GetByLabel("Search", new() { Exact = true }).FillAtRestAsync("nothing is called so");
        await page.GetByLabel("Search", new() { Exact = true }).PressAsync("Enter");
        await page.GetByRole(AriaRole.Link, new() { Name = "Show all 4" }).ClickAtRestAsync();
        await Expect(lines).ToHaveCountAsync(4);
        await page.GetByRole(AriaRole.Columnheader, new() { Name = "Variant" }).GetByRole(AriaRole.Link).ClickAtRestAsync();
        await Expect(lines.First).ToContainTextAsync("ease v1");
        await walk.EndAsync();
    }
}
