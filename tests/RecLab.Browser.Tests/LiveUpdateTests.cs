using Microsoft.Playwright;
using RecLab.Access;
using RecLab.Tests.Experiments;
using RecLab.Tests.Results;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests;

/// <summary>Numbers that change while they are looked at: the same cells show them, and nothing moves.</summary>
public sealed class LiveUpdateTests(LiveApp app) : IClassFixture<LiveApp>
{
    [Fact]
    public async Task Results_follow_the_traffic_in_the_same_rows_and_nothing_moves()
    {
        var experiment = await app.RunningAsync(await app.DraftAsync("flow") with { Name = "Flow" });
        await app.StartedAsync("flow", DateTimeOffset.UtcNow.AddDays(-8));
        await app.CrowdAsync(experiment, 200, 7, DateTimeOffset.UtcNow, [0.1, 0.2]);
        await using var visitor = await app.SignedInAsync(Roles.Viewer);
        var page = visitor.Page;
        await visitor.GoAsync("/experiments/flow");
        var cell = page.Locator("table.score tr.r td.val .cap").First;
        await Expect(cell).ToHaveTextAsync(Written());
        await page.EvaluateAsync("""
            async () => {
              await document.fonts.ready;
              await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
              const rows = [...document.querySelectorAll('table.score, table.score tr, main section')];
              window.lost = () => rows.filter(r => !r.isConnected).map(r => r.outerHTML.slice(0, 200));
              window.shift = [];
              new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) window.shift.push(...e.sources.map(s => `${s.node?.parentElement?.outerHTML.slice(0, 200) ?? s.node} moved from ${s.previousRect.x}, ${s.previousRect.y} to ${s.currentRect.x}, ${s.currentRect.y}`)); }).observe({ type: 'layout-shift' });
            }
            """);
        for (var wave = 1; wave <= 3; wave++)
        {
            await app.CrowdAsync(experiment, 200, 7, DateTimeOffset.UtcNow, [0.1, 0.2], seed: 1 + wave);
            await Expect(cell).ToHaveTextAsync(Written());
        }
        await page.EvaluateAsync("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))");
        Assert.Empty(await page.EvaluateAsync<string[]>("lost()"));
        Assert.Empty(await page.EvaluateAsync<string[]>("shift"));
        Assert.Empty(visitor.Complaints);

        string Written()
        {
            var numbers = app.Rows($"SELECT SUM(clicked), SUM(viewable) FROM unit_day WHERE experiment = {experiment.Id} AND simulated = 0 AND arm = 1")[0].Split(' ');
            return RecLab.Controls.Figures.Counts(long.Parse(numbers[0], System.Globalization.CultureInfo.InvariantCulture), long.Parse(numbers[1], System.Globalization.CultureInfo.InvariantCulture));
        }
    }
}
