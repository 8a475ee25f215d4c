using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using RecLab.Access;
using RecLab.Events;
using RecLab.Experiments;
using RecLab.Results.Bandits;
using RecLab.Tests.Experiments;
using RecLab.Tests.Results;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests;

/// <summary>The modes beside a split of users: their pages, and the way to them in the wizard.</summary>
public sealed class ModePagesTests(LiveApp app) : IClassFixture<LiveApp>
{
    [Fact]
    public async Task Interleaving_and_bandit_can_be_chosen_and_their_pages_fit_their_window()
    {
        var together = await app.RunningAsync(await app.DraftAsync("together") with { Name = "Home interleaved", Settings = new() { Mode = ExperimentMode.Interleaving, MinimumDays = 0 } });
        var bandit = await app.RunningAsync(await app.DraftAsync("bandit-1", 0.2, 0.4, 0.4) with { Name = "Home bandit", Settings = new() { Mode = ExperimentMode.Bandit, Bandit = new(EveryHours: 1e-6, MinimumUsers: 20) } });
        await InterleavedAsync(together, 150);
        await app.CrowdAsync(bandit, 400, 2, DateTimeOffset.UtcNow, [0.1, 0.1, 0.5]);
        await app.Services.GetRequiredService<BanditKeeper>().LookAsync(TestContext.Current.CancellationToken);
        await app.Desk().DraftAsync(await app.DraftAsync("asked") with { Name = "Asked" }, "ada");
        foreach (var (width, dark) in new[] { (1440, false), (390, true) })
        {
            await using var visitor = await app.SignedInAsync(Roles.Analyst, width, width < 600 ? 844 : 900);
            var page = visitor.Page;
            await page.EmulateMediaAsync(new() { ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce });
            foreach (var (path, text, name) in new[] { ("/experiments/together", "is preferred", "interleaving"), ("/experiments/bandit-1", "Chance to be best", "bandit"), ("/experiments", "Home bandit", "modes-list") })
            {
                await visitor.GoAsync(path);
                await Expect(page.GetByText(text).First).ToBeVisibleAsync();
                await visitor.PictureAsync($"{name}-{width}-{(dark ? "dark" : "light")}");
                Assert.Empty(await page.FindingsAsync());
            }
            await visitor.GoAsync("/experiments/new?draft=asked&step=2");
            await page.GetByRole(AriaRole.Radio, new() { Name = "Bandit" }).SetAtRestAsync(true);
            await Expect(page.Locator("#w-control")).ToBeVisibleAsync();
            await visitor.PictureAsync($"wizard-mode-{width}-{(dark ? "dark" : "light")}");
            await page.GetByRole(AriaRole.Radio, new() { Name = "Interleave lists" }).SetAtRestAsync(true);
            await Expect(page.GetByText("a click counts for the arm that placed the item")).ToBeVisibleAsync();
            Assert.Empty(await page.FindingsAsync());
            Assert.Empty(visitor.Complaints);
        }
    }

    /// <summary>One list of four a user, owners by turns; one click each, nine of ten on an item of the second arm.</summary>
    private async Task InterleavedAsync(Experiment experiment, int users)
    {
        var log = app.Services.GetRequiredService<EventLog>();
        var at = DateTimeOffset.UtcNow.AddHours(-1);
        foreach (var chunk in Enumerable.Range(0, users).Chunk(50))
            await Task.WhenAll(chunk.Select(async u =>
            {
                int[] owners = u % 2 == 0 ? [0, 1, 1, 0] : [1, 0, 0, 1];
                var list = new Exposure
                {
                    Id = Guid.CreateVersion7(at), ServedAt = at.ToUnixTimeMilliseconds(), Placement = experiment.Placement, Experiment = experiment.Id, Phase = experiment.Phase, Unit = $"u{u}", Session = "s",
                    Items = ["a", "b", "c", "d"], Propensities = [0.5, 1, 0.5, 1], Reason = RouteReasons.Assigned, Teams = new(2, owners), AssignedWith = 1,
                };
                await log.AppendAsync(list);
                var clicked = list.Items.Where((_, i) => owners[i] == (u % 10 == 0 ? 0 : 1)).Take(1);
                await log.AppendAsync([.. clicked.Select(i => new ReceivedEvent
                {
                    Id = Guid.CreateVersion7(at), Type = EventTypes.Click, Recommendation = log.Sealer.Seal(list).ToString(), Item = i, Unit = list.Unit, Session = "s",
                    OccurredAt = list.ServedAt + 3000, ReceivedAt = list.ServedAt + 3100,
                })]);
            }));
    }
}
