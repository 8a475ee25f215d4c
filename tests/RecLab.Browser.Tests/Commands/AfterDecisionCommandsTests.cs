using Microsoft.Extensions.DependencyInjection;
using RecLab.Access;
using RecLab.Experiments;
using RecLab.Results;
using RecLab.Tests.Experiments;
using RecLab.Tests.Results;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests.Commands;

/// <summary>The commands that change what people are served while and after an experiment runs: a bandit's shares, the steps of a rollout and its way back, the holdout.</summary>
public sealed class AfterDecisionCommandsTests(LiveApp app) : IClassFixture<LiveApp>
{
    /// <summary>Commands of the results page that other walks press.</summary>
    private static readonly string[] OfThePage = ["Duplicate", "Archive", "Live", "Simulated", "Clicks and sales", "Ranking quality", "Phase *", "CSV", "JSON", "Show table", "Download CSV", "*band", "*band hidden", "Pause", "Stop", "Record *", "What changes", "Show chart",
        "Click-through rate", "Conversion", "* per user", "Users *", "MRR *", "NDCG *", "Popularity share", "Intra-list diversity", "Catalogue coverage", "Time *", "Add slice", "Close"];

    [Fact]
    public async Task A_rollout_goes_on_step_by_step_is_held_and_is_rolled_back()
    {
        var experiment = await app.RunningAsync(await app.DraftAsync("steps") with { Name = "Steps" });
        await Task.WhenAll(Enumerable.Range(0, 40).Select(u => app.ShowAsync(experiment, u % 2, $"u{u}", DateTimeOffset.UtcNow, 5, 1)));
        await app.Services.GetRequiredService<DecisionDesk>().DecideAsync("steps", new(ExperimentOutcome.Ship, 1, "it is better", "Grace", false, new([50, 75, 100], null, true)), "Ada", TestContext.Current.CancellationToken);
        await using var visitor = await app.SignedInAsync(Roles.Operator);
        var walk = await CommandWalk.BeginAsync(visitor);
        var page = visitor.Page;
        var rollout = page.GetByLabel("Rollout", new() { Exact = true });
        await walk.GoAsync("/experiments/steps");
        await Expect(rollout).ToContainTextAsync("At 50%");
        await walk.PressAsync("Hold rollout");
        await Expect(rollout).ToContainTextAsync("Held at 50%");
        await walk.PressAsync("Go on");
        await Expect(rollout).ToContainTextAsync("At 50%");
        await walk.PressAsync("Go to 75%", all: "Go to *%");
        await walk.PressAsync("Keep");
        await walk.PressAsync("Go to 75%");
        await walk.PressAsync("steps-1 to 75%");
        await Expect(rollout).ToContainTextAsync("At 75%");
        await Expect(rollout.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Roll back" })).ToBeDisabledAsync(); // not without a reason
        await page.GetByLabel("Reason", new() { Exact = true }).FillAtRestAsync("returns went up");
        await walk.PressAsync("Roll back");
        await walk.PressAsync("Roll it back");
        await Expect(rollout).ToContainTextAsync("Rolled back");
        await LiveApp.EventuallyAsync(["RolledBack 1 returns went up"], () => app.AppRows("SELECT State, Step, Why FROM rollouts WHERE ExperimentKey = 'steps'"));
        Assert.Equal(["-"], app.AppRows("SELECT DefaultVariantId FROM placements WHERE Key = 'steps'"));
        Assert.Equal(["roll out", "hold rollout", "resume rollout", "advance rollout", "roll back"], app.AppRows($"SELECT Verb FROM experiment_moves WHERE ExperimentId = {experiment.Id} ORDER BY Id").SkipWhile(v => v != "roll out"));
        foreach (var command in OfThePage) walk.Pressed(command);
        await walk.EndAsync();
    }

    [Fact]
    public async Task A_bandits_shares_are_changed_on_request_or_the_page_says_why_not()
    {
        var bandit = await app.RunningAsync(await app.DraftAsync("moved", 0.2, 0.4, 0.4) with { Name = "Moved", Settings = new() { Mode = ExperimentMode.Bandit, Bandit = new(MinimumUsers: 20) } });
        await using var visitor = await app.SignedInAsync(Roles.Operator);
        var walk = await CommandWalk.BeginAsync(visitor);
        var page = visitor.Page;
        await walk.GoAsync("/experiments/moved");
        await walk.PressAsync("Reweight now");
        await walk.PressAsync("Keep");
        await walk.PressAsync("Reweight now");
        await walk.PressAsync("Change the shares");
        await Expect(page.GetByRole(Microsoft.Playwright.AriaRole.Alert)).ToContainTextAsync("The shares of 'Moved' stay: an arm has 0 of the 20 users it needs.");
        Assert.Equal(["1"], app.AppRows("SELECT Phase FROM experiments WHERE Key = 'moved'"));
        await walk.PressAsync("Dismiss");
        await app.CrowdAsync(bandit, 240, 1, DateTimeOffset.UtcNow, [0.1, 0.1, 0.6]);
        await Expect(page.GetByText("The shares change at the next look.")).ToBeVisibleAsync();
        await walk.PressAsync("Reweight now");
        await walk.PressAsync("Change the shares");
        await Expect(page.GetByText("2 of 2").Or(page.GetByText("Phase 2")).First).ToBeVisibleAsync();
        await LiveApp.EventuallyAsync(["2 0.2"], () => app.AppRows("SELECT e.Phase, a.Weight FROM experiments e JOIN experiment_arms a ON a.ExperimentId = e.Id WHERE e.Key = 'moved' AND a.Position = 0"));
        Assert.Equal(["1"], app.AppRows($"SELECT COUNT(*) FROM audit WHERE Action = 'experiment.reweight' AND Subject LIKE '%(moved)' AND Who LIKE '{Roles.Operator}%'"));
        foreach (var command in OfThePage) walk.Pressed(command);
        await walk.EndAsync();
    }

    [Fact]
    public async Task The_holdout_is_set_while_nothing_runs_and_refused_otherwise()
    {
        await using var visitor = await app.SignedInAsync(Roles.Analyst);
        var page = visitor.Page;
        foreach (var key in app.AppRows("SELECT Key FROM experiments WHERE State = 'Running'")) await app.Desk().StopAsync(key, "test", "the holdout comes first");
        var walk = await CommandWalk.BeginAsync(visitor);
        await walk.GoAsync("/experiments");
        var card = page.GetByLabel("Global holdout", new() { Exact = true });
        await card.GetByLabel("Share, percent").FillAtRestAsync("5");
        await walk.PressAsync("Set holdout");
        await Expect(card.Locator(".fig")).ToHaveTextAsync("5.00%");
        Assert.Equal(["0.05"], app.AppRows("SELECT Value FROM settings WHERE Name = 'experiments.holdout'"));
        await app.RunningAsync(await app.DraftAsync("runs") with { Name = "Runs" });
        await card.GetByLabel("Share, percent").FillAtRestAsync("10");
        await walk.PressAsync("Set holdout");
        await Expect(card.GetByRole(Microsoft.Playwright.AriaRole.Alert)).ToBeVisibleAsync();
        await walk.PressAsync("Dismiss");
        Assert.Equal(["0.05"], app.AppRows("SELECT Value FROM settings WHERE Name = 'experiments.holdout'"));
        foreach (var later in (string[])["State", "Show all"]) walk.Pressed(later); // the list, which another walk presses
        await walk.EndAsync();
        foreach (var key in app.AppRows("SELECT Key FROM experiments WHERE State = 'Running'")) await app.Desk().StopAsync(key, "test", "over");
        await app.Services.GetRequiredService<HoldoutDesk>().SetAsync(0, "test", TestContext.Current.CancellationToken); // as it was for the other walks
    }
}
