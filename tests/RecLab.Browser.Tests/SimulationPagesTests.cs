using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using RecLab.Access;
using RecLab.Data;
using RecLab.Laboratory;
using RecLab.Recommenders.Data.Import;
using RecLab.Serving;
using RecLab.Simulation.Catalogues;
using RecLab.Storage;
using RecLab.Tests.Experiments;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests;

/// <summary>Simulated visitors and the self-test, started from their pages; and how these look.</summary>
public sealed class SimulationPagesTests(LiveApp app) : IClassFixture<LiveApp>
{
    [Fact]
    public async Task Visitors_are_sent_from_the_page_and_the_self_test_runs_in_the_background()
    {
        var writer = app.Services.GetRequiredService<DatasetWriter>();
        var stock = GeneratedShop.Create(new(Books: 120, Readers: 80, MeanHistory: 20), TestContext.Current.CancellationToken);
        var dataset = await writer.ReserveAsync("shop", "made", DatasetOrigin.Generated, 0.1, "test", TestContext.Current.CancellationToken);
        await writer.StoreAsync(dataset.Id, stock, new ImportReport("made", stock.Count, stock.Count, [], []), TestContext.Current.CancellationToken);
        await app.Services.GetRequiredService<ModelShelf>().RefreshAsync(TestContext.Current.CancellationToken);
        await app.RunningAsync((await app.DraftAsync("aa-1")) with { Name = "A/A check" });

        await using var visitor = await app.SignedInAsync(Roles.Analyst);
        var page = visitor.Page;
        await visitor.GoAsync("/simulations");
        await page.GetByRole(AriaRole.Link, new() { Name = "New simulation" }).First.ClickAtRestAsync();
        await page.GetByLabel("Visitors").FillAtRestAsync("40");
        await page.GetByLabel("Days").FillAtRestAsync("3");
        await page.GetByLabel("A/A: tastes without structure").SetAtRestAsync(true);
        await page.GetByRole(AriaRole.Button, new() { Name = "Send visitors" }).ClickAtRestAsync();
        await Expect(page.Locator("h1")).ToContainTextAsync("visits, click-through");
        await using (var db = await app.Services.GetRequiredService<IDbContextFactory<RecLabDb>>().CreateDbContextAsync(TestContext.Current.CancellationToken))
        {
            var run = await db.Set<SimulationRun>().SingleAsync(TestContext.Current.CancellationToken);
            Assert.Equal((SimulationState.Finished, "structureless", "aa-1"), (run.State, run.World, run.Experiment));
            Assert.True(run.Visits >= 40);
        }
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Simulated results of A/A check" })).ToHaveAttributeAsync("href", "/experiments/aa-1?traffic=simulated");

        await visitor.GoAsync("/operations");
        await page.GetByRole(AriaRole.Link, new() { Name = "Self-test of the statistics" }).ClickAtRestAsync();
        await page.GetByLabel("Experiments for each promise").SelectAtRestAsync("200");
        await page.GetByRole(AriaRole.Button, new() { Name = "Run the self-test" }).ClickAtRestAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("All 30 promises are kept.");
        Assert.Empty(visitor.Complaints);

        foreach (var (width, dark) in new[] { (1440, false), (1440, true), (390, false), (390, true) })
        {
            await page.SetViewportSizeAsync(width, width < 600 ? 844 : 900);
            await page.EmulateMediaAsync(new() { ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce });
            foreach (var (path, name) in new[] { ("/simulations", "simulations"), ("/simulations/1", "simulation"), ("/simulations/new", "simulation-new"), ("/selftest", "selftest") })
            {
                await visitor.GoAsync(path);
                await visitor.PictureAsync($"{name}-{width}-{(dark ? "dark" : "light")}");
                Assert.Empty(await page.FindingsAsync());
            }
        }
        Assert.Empty(visitor.Complaints);
    }
}
