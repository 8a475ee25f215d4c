using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using RecLab.Access;
using RecLab.Tests.Training.Searches;
using RecLab.Training;
using RecLab.Training.Searches;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests.Commands;

/// <summary>Every command of the search pages pressed once; what each must change is read from the database.</summary>
public sealed class SearchCommandsTests(LiveApp app) : IClassFixture<LiveApp>
{
    [Fact]
    public async Task Start_cancel_resume_and_delete()
    {
        await app.OpenAsync();
        await app.Get<VariantDesk>().CreateAsync(new() { Key = "slow", Name = "Slow", Family = "als", Options = """{"factors":320,"iterations":500,"solver":"cholesky"}""", DatasetId = app.DatasetId }, "test");
        await using var visitor = await app.SignedInAsync(Roles.Analyst);
        var walk = await CommandWalk.BeginAsync(visitor);
        var page = visitor.Page;
        await walk.GoAsync("/searches/new?variant=slow");
        await Expect(page.GetByLabel("Name", new() { Exact = true })).ToHaveValueAsync("Tuning Slow");
        await page.GetByLabel("Item kNN", new() { Exact = true }).SetAtRestAsync(true);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Item kNN" })).ToBeVisibleAsync();
        await page.GetByLabel("Item kNN", new() { Exact = true }).SetAtRestAsync(false);
        await page.GetByLabel("Trainings a family").FillAtRestAsync("3");
        await walk.PressAsync("Start the search");
        await Expect(page).ToHaveURLAsync(new Regex("/searches/[0-9]+$"));
        var id = page.Url[(page.Url.LastIndexOf('/') + 1)..];
        Assert.Equal(["Tuning Slow als 3 Parzen Running"], app.AppRows($"SELECT Name, Families, Trials, Method, State FROM searches WHERE Id = {id}"));
        await LiveApp.EventuallyAsync(["Running"], () => app.AppRows($"SELECT r.State FROM search_trials t JOIN training_runs r ON r.Id = t.RunId WHERE t.SearchId = {id}")); // the first trial takes until somebody stops it
        await walk.PressAsync("Cancel search");
        await walk.PressAsync("Keep");
        Assert.Equal(["Running"], app.AppRows($"SELECT State FROM searches WHERE Id = {id}"));
        await walk.PressAsync("Cancel search");
        await walk.PressAsync("Stop the search");
        await LiveApp.EventuallyAsync(["Cancelled Cancelled"], () => app.AppRows($"SELECT s.State, r.State FROM searches s JOIN search_trials t ON t.SearchId = s.Id JOIN training_runs r ON r.Id = t.RunId WHERE s.Id = {id}"));
        await walk.PressAsync("Resume");
        await LiveApp.EventuallyAsync(["Running Running 2"], () => app.AppRows($"SELECT s.State, r.State, r.Attempt FROM searches s JOIN search_trials t ON t.SearchId = s.Id JOIN training_runs r ON r.Id = t.RunId WHERE s.Id = {id}"));
        await walk.PressAsync("Best first");
        await walk.PressAsync("In order");
        await walk.PressAsync("Implicit ALS");
        await walk.PressAsync("Cancel search");
        await walk.PressAsync("Stop the search");
        await LiveApp.EventuallyAsync(["Cancelled"], () => app.AppRows($"SELECT r.State FROM search_trials t JOIN training_runs r ON r.Id = t.RunId WHERE t.SearchId = {id}"));
        await walk.PressAsync("Delete");
        await walk.PressAsync("Keep");
        await walk.PressAsync("Delete");
        await walk.PressAsync("Delete the search");
        await LiveApp.EventuallyAsync(["0"], () => app.AppRows($"SELECT COUNT(*) FROM searches WHERE Id = {id}"));
        await Expect(page).ToHaveURLAsync(new Regex("/searches$"));
        await walk.EndAsync();
    }

    [Fact]
    public async Task A_finished_search_is_looked_at_and_promoted()
    {
        await app.OpenAsync();
        await app.Get<VariantDesk>().CreateAsync(new() { Key = "present", Name = "Present", Family = "item-knn", DatasetId = app.DatasetId }, "test");
        var search = await SearchSeeds.FinishedAsync(app, app.DatasetId);
        await using var visitor = await app.SignedInAsync(Roles.Analyst);
        var walk = await CommandWalk.BeginAsync(visitor);
        walk.Pressed("Delete"); // the other walk presses it
        var page = visitor.Page;
        await walk.GoAsync("/searches");
        await page.GetByRole(AriaRole.Link, new() { Name = search.Name }).ClickAtRestAsync();
        await walk.SeesAsync("is best on validation");
        await walk.PressAsync("Item kNN");
        await Expect(page).ToHaveURLAsync(new Regex("family=item-knn"));
        Assert.Contains("whole trainings", await page.GetByText("whole trainings spent").InnerTextAsync(), StringComparison.Ordinal);
        Assert.StartsWith("series,trainings spent,value", await walk.DownloadAsync("Download CSV"), StringComparison.Ordinal);
        var plots = await page.Locator("main figure").Filter(new() { Has = page.GetByRole(AriaRole.Button, new() { Name = "Show table" }) }).CountAsync();
        Assert.Equal(3, plots); // the trials' options, the best so far, quality against size
        for (var p = 0; p < plots; p++)
        {
            var plot = page.Locator("main figure").Nth(p);
            await plot.GetByRole(AriaRole.Button, new() { Name = "Show table" }).ClickAtRestAsync();
            await Expect(plot.GetByRole(AriaRole.Region)).ToBeVisibleAsync();
            await plot.GetByRole(AriaRole.Button, new() { Name = "Show chart" }).ClickAtRestAsync();
        }
        foreach (var command in (string[])["Show table", "Show chart"]) walk.Pressed(command);
        await Expect(page.GetByRole(AriaRole.Table, new() { Name = "Importance of the options of Item kNN" }).GetByRole(AriaRole.Row)).Not.ToHaveCountAsync(0);
        await walk.PressAsync("In order");
        await walk.PressAsync("Best first");
        await walk.PressAsync("Implicit ALS");
        await walk.PressAsync("Item kNN");
        var best = app.AppRows($"SELECT Options FROM search_trials WHERE SearchId = {search.Id} AND Family = 'item-knn' AND Budget = 1 ORDER BY Value DESC LIMIT 1")[0];
        foreach (var command in (string[])["Promote only", "Promote and train"]) walk.Pressed(command); // below; they lead to pages that have walks of their own
        await walk.EndAsync();
        await page.GetByLabel("Name", new() { Exact = true }).FillAtRestAsync("Found one");
        await page.GetByRole(AriaRole.Button, new() { Name = "Promote only" }).ClickAtRestAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/variants/found-one$"));
        Assert.Equal([best], app.AppRows("SELECT Options FROM variants WHERE Key = 'found-one'"));

        await walk.GoAsync($"/searches/{search.Id}?family=item-knn");
        await page.GetByLabel("Into").SelectAtRestAsync("present");
        await page.GetByRole(AriaRole.Button, new() { Name = "Promote and train" }).ClickAtRestAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/training/[0-9]+$"));
        Assert.Equal([best], app.AppRows($"SELECT Options FROM training_runs WHERE Id = {int.Parse(page.Url[(page.Url.LastIndexOf('/') + 1)..], CultureInfo.InvariantCulture)}"));
        Assert.Equal([best], app.AppRows("SELECT Options FROM variants WHERE Key = 'present'"));
        Assert.Empty(visitor.Complaints);
    }

    [Fact]
    public async Task The_pages_fit_their_window_in_both_themes()
    {
        await app.OpenAsync();
        var search = await SearchSeeds.FinishedAsync(app, app.DatasetId, "Fitting");
        foreach (var (width, dark) in new[] { (1440, false), (390, true) })
        {
            await using var visitor = await app.SignedInAsync(Roles.Analyst, width, width < 600 ? 844 : 900);
            await visitor.Page.EmulateMediaAsync(new() { ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce });
            foreach (var (path, name) in new[] { ("/searches", "searches"), ("/searches/new", "search-new"), ($"/searches/{search.Id}?family=als", "search") })
            {
                await visitor.GoAsync(path);
                Assert.True(await visitor.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), $"{path} is wider than {width} px");
                await visitor.PictureAsync($"{name}-{width}-{(dark ? "dark" : "light")}");
            }
            Assert.Empty(visitor.Complaints);
        }
    }
}
