using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using RecLab.Access;
using RecLab.Experiments;
using RecLab.Tests.Experiments;
using RecLab.Tests.Results;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests;

public sealed class ExperimentLifeTests(LiveApp app) : IClassFixture<LiveApp>
{
    [Fact]
    public async Task From_the_wizard_over_moving_numbers_to_a_frozen_decision_that_is_rolled_out()
    {
        await app.PlacementAsync("shop");
        await app.VariantAsync("popularity");
        await app.VariantAsync("als");
        await using var visitor = await app.SignedInAsync(Roles.Analyst);
        var page = visitor.Page;

        await page.GotoAsync("/experiments");
        await page.GetByRole(AriaRole.Link, new() { Name = "New experiment" }).First.ClickAtRestAsync();
        await page.GetByLabel("Name", new() { Exact = true }).FillAtRestAsync("Shop front");
        await page.GetByLabel("Placement").SelectAtRestAsync("shop");
        await visitor.PictureAsync("wizard-1");
        await page.GetByRole(AriaRole.Button, new() { Name = "Continue to variants" }).ClickAtRestAsync();
        await page.GetByLabel("Variant of arm A").SelectLabelAtRestAsync("popularity v1");
        await page.GetByLabel("Variant of arm B").SelectLabelAtRestAsync("als v1");
        await visitor.PictureAsync("wizard-2");
        await page.GetByRole(AriaRole.Button, new() { Name = "Continue to metrics and size" }).ClickAtRestAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "What must improve" })).ToBeVisibleAsync();
        await visitor.PictureAsync("wizard-3");
        await page.GetByRole(AriaRole.Button, new() { Name = "Continue to audience and checks" }).ClickAtRestAsync();
        await visitor.PictureAsync("wizard-4");
        await page.GetByRole(AriaRole.Button, new() { Name = "Continue to review" }).ClickAtRestAsync();
        await visitor.PictureAsync("wizard-5");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start Shop front" }).ClickAtRestAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Cannot say yet, because no user has been shown a list.");
        await Expect(page.GetByText("Running, day 1")).ToBeVisibleAsync();

        var experiment = await app.StoredAsync("shop-front");
        Assert.Equal(ExperimentState.Running, experiment.State);
        var now = DateTimeOffset.UtcNow;
        await app.StartedAsync("shop-front", now.AddDays(-8));
        await app.CrowdAsync(experiment, 500, 7, now, [0.10, 0.30]);
        await Expect(page.Locator("h1")).ToContainTextAsync("als is better:");
        await Expect(page.GetByLabel("Data health")).ToContainTextAsync("as planned");

        await page.GetByRole(AriaRole.Button, new() { Name = "Simulated" }).ClickAtRestAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Cannot say yet, because no simulated visitor has been shown a list.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Live", Exact = true }).ClickAtRestAsync();

        await page.GetByLabel("How it reaches everybody").SelectAtRestAsync("hand");
        await page.GetByLabel("Steps, percent of the users").FillAtRestAsync("50, 75, 100");
        await page.GetByLabel("Reason").FillAtRestAsync("A clear gain on live users.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Record decision and ship B" }).ClickAtRestAsync();
        await Expect(page.GetByText("Decided, frozen")).ToBeVisibleAsync();
        await Expect(page.GetByText("A clear gain on live users.").First).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Pause" })).ToHaveCountAsync(0);

        var decided = await app.StoredAsync("shop-front");
        Assert.Equal((ExperimentState.Decided, ExperimentOutcome.Ship, 1), (decided.State, decided.Outcome, decided.ChosenArm));
        async Task<int?> ServedAsync()
        {
            await using var db = await app.Databases().CreateDbContextAsync();
            return (await db.Set<RecLab.Serving.Placement>().AsNoTracking().SingleAsync(p => p.Key == "shop")).DefaultVariantId;
        }

        var rollout = page.GetByLabel("Rollout", new() { Exact = true });
        await Expect(rollout).ToContainTextAsync("At 50%");
        await rollout.GetByRole(AriaRole.Button, new() { Name = "Hold rollout" }).ClickAtRestAsync();
        await Expect(rollout).ToContainTextAsync("Held at 50%");
        await rollout.GetByRole(AriaRole.Button, new() { Name = "Go on" }).ClickAtRestAsync();
        await Expect(rollout).ToContainTextAsync("At 50%");
        await visitor.PictureAsync("rollout");
        Assert.Null(await ServedAsync());
        await rollout.GetByRole(AriaRole.Button, new() { Name = "Go to 75%" }).ClickAtRestAsync();
        await rollout.GetByRole(AriaRole.Button, new() { Name = "als to 75%" }).ClickAtRestAsync();
        await Expect(rollout).ToContainTextAsync("At 75%");
        await rollout.GetByRole(AriaRole.Button, new() { Name = "Go to 100%" }).ClickAtRestAsync();
        await rollout.GetByRole(AriaRole.Button, new() { Name = "als to 100%" }).ClickAtRestAsync();
        await Expect(rollout).ToContainTextAsync("Complete");
        Assert.Equal(decided.Arms[1].VariantId, await ServedAsync());
        await page.GetByRole(AriaRole.Link, new() { Name = "Report" }).ClickAtRestAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "What was decided" })).ToBeVisibleAsync();
        await Expect(page.GetByText("to everybody in steps of 50, 75, 100%, complete")).ToBeVisibleAsync();
        await visitor.PictureAsync("report");
        Assert.Empty(visitor.Complaints);
    }

    [Fact]
    public async Task A_viewer_sees_the_numbers_and_no_commands()
    {
        await app.RunningAsync(await app.DraftAsync("viewed") with { Name = "Viewed" });
        await using var visitor = await app.SignedInAsync(Roles.Viewer);
        var page = visitor.Page;
        await page.GotoAsync("/experiments/viewed");
        await Expect(page.GetByText("You can view, not decide.")).ToBeVisibleAsync();
        foreach (var command in new[] { "Pause", "Stop", "Duplicate" }) await Expect(page.GetByRole(AriaRole.Button, new() { Name = command })).ToHaveCountAsync(0);
        await page.GotoAsync("/experiments/new");
        await Expect(page.GetByText("Who competes")).ToHaveCountAsync(0);
    }
}
