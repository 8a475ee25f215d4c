using Microsoft.Playwright;
using RecLab.Access;
using RecLab.Tests.Experiments;
using RecLab.Tests.Results;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests;

/// <summary>Opens the pages of experiments wide and narrow, in both themes: nothing may stick out sideways or fail. With RECLAB_SCREENSHOTS it also takes their pictures.</summary>
public sealed class ExperimentPagesTests(LiveApp app) : IClassFixture<LiveApp>
{
    [Fact]
    public async Task Pages_of_experiments_fit_their_window_in_both_themes()
    {
        var draft = await app.DraftAsync("home-1", 0.34, 0.33, 0.33);
        var experiment = await app.RunningAsync(draft with
        {
            Name = "Home page ranking", Hypothesis = "Ranking by session sequence lifts click-through by at least 3.5%", Owner = "Mara Lindqvist",
            Arms = [draft.Arms[0] with { Name = "Popularity" }, draft.Arms[1] with { Name = "ALS" }, draft.Arms[2] with { Name = "Transformer" }],
            Settings = new() { Guardrails = [new("conversion", 0.05)], Caps = [new("clicks", 3)], TargetEffect = 0.035, PlannedUsers = 2000, PlannedDays = 21 },
        });
        var now = DateTimeOffset.UtcNow;
        await app.StartedAsync("home-1", now.AddDays(-17.5));
        await app.CrowdAsync(experiment, 1500, 17, now, [0.10, 0.105, 0.15]);
        await app.CrowdAsync(experiment, 200, 3, now, [0.10, 0.105, 0.15], simulated: true);
        await app.Desk().DraftAsync(await app.DraftAsync("cart-2") with { Name = "Basket page", GoalMetric = "dwell", Settings = new() { Secondary = ["custom:wish_list:count", "revenue"], Guardrails = [new("custom:complaint:users:lower", 0.2)], Caps = [new("custom:wish_list:count", 12), new("revenue")] } }, "Mara Lindqvist");

        foreach (var (width, dark) in new[] { (1440, false), (1440, true), (390, false), (390, true) })
        {
            await using var visitor = await app.SignedInAsync(Roles.Analyst, width, width < 600 ? 844 : 900);
            var page = visitor.Page;
            await page.EmulateMediaAsync(new() { ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce });
            foreach (var (path, text, name) in new[]
            {
                ("/experiments/home-1", "Transformer is better", "results"), ("/experiments/home-1?tab=ranking&traffic=simulated", "Cannot say yet", "results-ranking"),
                ("/experiments/home-1?metric=clicks&traffic=live", "Without the cap", "results-metric"),
                ("/experiments", "Basket page", "experiments"), ("/experiments/new?draft=cart-2&step=3", "What must improve", "wizard-3"), ("/experiments/new?draft=cart-2&step=4", "Who takes part", "wizard-4"),
            })
            {
                await visitor.GoAsync(path);
                await Expect(page.GetByText(text).First).ToBeVisibleAsync();
                await visitor.PictureAsync($"{name}-{width}-{(dark ? "dark" : "light")}");
                Assert.Empty(await page.FindingsAsync());
            }
            Assert.Empty(visitor.Complaints);
        }
    }
}
