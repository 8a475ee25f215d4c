using RecLab.Access;
using RecLab.Tests.Training;
using RecLab.Training;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests;

/// <summary>A leaderboard of many runs, in an application of its own: it would be the one that other tests see first.</summary>
public sealed class LeaderboardSizeTests(LiveApp app) : IClassFixture<LiveApp>
{
    [Fact]
    public async Task Five_hundred_runs_are_all_in_the_table_and_the_last_is_reached_by_mouse_and_keyboard()
    {
        var (dataset, runs) = await app.JudgedAsync("many", "popularity", "ease");
        await using (var db = await app.DbAsync())
        {
            for (var v = 2; v <= 250; v++)
                foreach (var run in runs)
                    db.Add(new TrainingRun { VariantId = run.VariantId, DatasetId = dataset.Id, Version = v, State = RunState.Succeeded, Options = "{}", Evaluation = run.Evaluation, ValidationScore = run.ValidationScore, TrainSeconds = v, ArtifactBytes = 1000 * v });
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        await using var visitor = await app.SignedInAsync(Roles.Viewer);
        var page = visitor.Page;
        await visitor.GoAsync($"/leaderboard?data={dataset.Id}&lines=runs&sort=train");
        var lines = page.Locator("table.board tbody tr");
        await Expect(lines).ToHaveCountAsync(500);
        await Expect(page.Locator("table.board .rb")).ToHaveCountAsync(500);
        await Expect(lines.Last.Locator(".rank")).ToHaveTextAsync("500");
        await lines.Last.ScrollIntoViewIfNeededAsync();
        await Expect(lines.Last).ToBeInViewportAsync();
        await Expect(lines.Last.Locator("th a")).ToHaveTextAsync("ease v250"); // longest training, one of the two that took as long
        await lines.Nth(498).Locator("th a").FocusAsync();
        await page.Keyboard.PressAsync("Tab");
        await Expect(lines.Last.Locator("th a")).ToBeFocusedAsync();
        await page.Locator("table.board thead").GetByRole(Microsoft.Playwright.AriaRole.Link, new() { Name = "Training ↓" }).ClickAtRestAsync(); // the other way round
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("sort=-train"));
        await Expect(lines.First.Locator("th a")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("v250$"));
        await Expect(lines).ToHaveCountAsync(500);
        Assert.Empty(visitor.Complaints);
    }
}
