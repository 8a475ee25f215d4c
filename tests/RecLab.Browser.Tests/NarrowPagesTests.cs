using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using RecLab.Access;
using RecLab.Experiments;
using RecLab.Recommenders.Evaluation;
using RecLab.Tests.Experiments;
using RecLab.Tests.Results;
using RecLab.Training;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests;

/// <summary>Every view of an experiment on a phone: nothing is wider than its window, neither the page nor a card that would be cut off.</summary>
public sealed class NarrowPagesTests(LiveApp app) : IClassFixture<LiveApp>
{
    /// <summary>What reaches beyond the window and lies in nothing that scrolls by itself.</summary>
    private const string Beyond = """
        () => {
          const width = document.documentElement.clientWidth, found = [];
          if (document.documentElement.scrollWidth > width) found.push(`the page is ${document.documentElement.scrollWidth - width} px too wide`);
          for (const e of document.querySelectorAll('main *')) {
            const r = e.getBoundingClientRect();
            if (r.width < 1 || r.height < 1 || r.right <= width + 0.5 || e.closest('svg, .vh, option')) continue;
            let scrolls = false;
            for (let n = e.parentElement; n; n = n.parentElement) if (['auto', 'scroll'].includes(getComputedStyle(n).overflowX) && n.scrollWidth > n.clientWidth) scrolls = true;
            if (!scrolls) found.push(`<${e.tagName.toLowerCase()} ${e.className}> reaches ${Math.round(r.right - width)} px beyond: "${(e.textContent || '').trim().slice(0, 40)}"`);
          }
          return found;
        }
        """;

    [Fact]
    public async Task Every_tab_of_results_every_step_of_the_wizard_and_every_list_fits_a_phone()
    {
        await SeededAsync();
        await using var visitor = await app.SignedInAsync(Roles.Analyst, 390, 844);
        var page = visitor.Page;
        List<string> beyond = [];
        foreach (var path in new[]
                 {
                     "/experiments/wide", "/experiments/wide?traffic=simulated", "/experiments/wide?tab=ranking", "/experiments/wide?metric=ctr", "/experiments/wide/report", "/experiments/shares",
                     "/experiments", "/experiments/new", "/experiments/new?draft=next&step=1", "/experiments/new?draft=next&step=2", "/experiments/new?draft=next&step=3", "/experiments/new?draft=next&step=4", "/experiments/new?draft=next&step=5",
                     "/placements", "/placements/wide", "/variants", "/training", "/data", "/simulations", "/leaderboard", "/notifications", "/glossary",
                 })
        {
            await visitor.GoAsync(path);
            if (path.EndsWith("tab=ranking", StringComparison.Ordinal)) await Expect(page.Locator("table.map").First).ToBeVisibleAsync(); // with its four columns
            beyond.AddRange((await page.EvaluateAsync<string[]>(Beyond)).Select(b => $"{path}: {b}"));
            await visitor.PictureAsync($"narrow{path.Replace('/', '_').Replace('?', '_').Replace('=', '_').Replace('&', '_')}");
        }
        Assert.Equal("", string.Join("\n", beyond));
        Assert.Empty(visitor.Complaints);
    }

    /// <summary>Four arms with the names of the demo and models that answer, judged offline, with lists of both kinds; a bandit; a draft.</summary>
    private async Task SeededAsync()
    {
        await app.OpenAsync();
        await app.PlacementAsync("wide");
        Variant[] variants =
        [
            await app.ServeAsync("popularity", "popularity", name: "Popularity"), await app.ServeAsync("knn", "item-knn", name: "ALS"),
            await app.ServeAsync("ease", "ease", name: "Deep MLP"), await app.ServeAsync("knn-too", "item-knn", name: "Transformer"),
        ];
        await using (var db = await app.Databases().CreateDbContextAsync(TestContext.Current.CancellationToken))
        {
            foreach (var run in await db.Set<TrainingRun>().ToListAsync(TestContext.Current.CancellationToken))
                run.Evaluation = new EvaluationResult { Values = [Of("ndcg", 0.0412 + 0.01 * run.Id), Of("recall", 0.08), Of("mrr", 0.03), Of("hit", 0.3), new("coverage", 10, 0.2, null, null, 12_345)], Users = 12_345, UsersWithoutRelevant = 0, UsersUnanswered = 0, Items = 50, Options = new() }.ToJson();
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        var wide = await app.ExperimentAsync("wide", "wide", new() { Guardrails = [new("revenue", 0.05), new("popularity", 0.1)], Slices = ["known", "country"], PlannedUsers = 2000, PlannedDays = 14 }, variants);
        await app.StartedAsync("wide", DateTimeOffset.UtcNow.AddDays(-8));
        await app.CrowdAsync(wide, 60, 7, DateTimeOffset.UtcNow, [0.10, 0.20, 0.25, 0.30]);
        await app.CrowdAsync(wide, 40, 3, DateTimeOffset.UtcNow, [0.10, 0.20, 0.25, 0.30], simulated: true);
        var shares = await app.RunningAsync(await app.DraftAsync("shares", 0.2, 0.4, 0.4) with { Name = "Shares", Settings = new() { Mode = ExperimentMode.Bandit } });
        await app.CrowdAsync(shares, 30, 2, DateTimeOffset.UtcNow, [0.1, 0.1, 0.5]);
        await app.Desk().DraftAsync(await app.DraftAsync("next") with { Name = "Next" }, "ada");

        static MetricValue Of(string metric, double value) => new(metric, 10, value, value * 0.95, value * 1.05, 12_345);
    }
}
