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
    public async Task Five_hundred_runs_are_drawn_with_their_intervals_in_a_real_browser()
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
        foreach (var visit in new[] { "first", "second" })
        {
            await visitor.GoAsync("/training");
            // From the press to five hundred lines on the screen, as the browser's own clock has it.
            var milliseconds = await visitor.Page.EvaluateAsync<double[]>("""
                path => new Promise(done => {
                  const begun = performance.now();
                  Blazor.navigateTo(path);
                  let first = 0;
                  const look = () => {
                    const lines = document.querySelectorAll('table.board tbody tr').length;
                    if (lines > 0 && first === 0) first = performance.now() - begun;
                    if (lines === 500) requestAnimationFrame(() => done([first, performance.now() - begun])); else requestAnimationFrame(look);
                  };
                  look();
                })
                """, $"/leaderboard?data={dataset.Id}&lines=runs");
            TestContext.Current.TestOutputHelper?.WriteLine($"{visit} visit: the first of 500 runs on the screen after {milliseconds[0]:0} ms, the last after {milliseconds[1]:0} ms");
            await Expect(visitor.Page.Locator("table.board .rb")).ToHaveCountAsync(500);
        }
        Assert.Empty(visitor.Complaints);
    }
}
