using System.Text.RegularExpressions;
using RecLab.Access;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests.Commands;

/// <summary>Every command of the pages of simulations pressed once; what each must change is read from the databases.</summary>
public sealed class SimulationCommandsTests(LiveApp app) : IClassFixture<LiveApp>
{
    [Fact]
    public async Task Send_visitors_and_call_them_back()
    {
        await app.OpenAsync();
        await app.ExperimentAsync("front", "home", await app.ServeAsync("sells", "popularity"), await app.ServeAsync("fits", "popularity"));
        await using var visitor = await app.SignedInAsync(Roles.Analyst);
        var walk = await CommandWalk.BeginAsync(visitor);
        var page = visitor.Page;
        await walk.GoAsync("/simulations");
        await walk.SeesAsync("No simulation yet");
        await walk.GoAsync("/simulations/new");
        await page.GetByLabel("Visitors").FillAtRestAsync("30");
        await page.GetByLabel("Days").FillAtRestAsync("2");
        await page.GetByLabel("Visits each, on average").FillAtRestAsync("1.5");
        await page.GetByLabel("Seed").FillAtRestAsync("11");
        await page.GetByLabel("A/A").SetAtRestAsync(true);
        await page.GetByLabel("Arm", new() { Exact = true }).SelectAtRestAsync("1");
        await page.GetByLabel("Chance to click what is seen, %").FillAtRestAsync("25");
        await walk.PressAsync("Send visitors");
        await Expect(page).ToHaveURLAsync(new Regex("/simulations/1$"));
        walk.Pressed("Cancel simulation"); // while the thirty are on their way; those below are called back
        await LiveApp.EventuallyAsync(["Finished front 1 structureless position 30 2 1.5 11 1 0.25"],
            () => app.AppRows("SELECT State, Experiment, Phase, World, Clicks, People, Days, SessionsEach, Seed, PlantedArm, PlantedLift FROM simulations WHERE Id = 1"));
        Assert.Equal(app.Rows("SELECT SUM(lists), SUM(viewable), SUM(clicked) FROM unit_day WHERE simulated = 1 AND phase = 1"), app.AppRows("SELECT Visits, Viewable, Clicked FROM simulations WHERE Id = 1"));
        Assert.Equal(["0"], app.Rows("SELECT (SELECT COUNT(*) FROM unit_day WHERE simulated = 0) + (SELECT COUNT(*) FROM event WHERE simulated = 0)"));

        await walk.GoAsync("/simulations/new");
        await page.GetByLabel("Visitors").FillAtRestAsync("5000");
        await page.GetByLabel("Visits each, on average").FillAtRestAsync("100"); // long enough to be called back on the fastest machine
        await walk.PressAsync("Send visitors");
        await Expect(page).ToHaveURLAsync(new Regex("/simulations/2$"));
        await LiveApp.EventuallyAsync(["Running"], () => app.AppRows("SELECT State FROM simulations WHERE Id = 2 AND Visits > 0"));
        await walk.PressAsync("Cancel simulation");
        await walk.PressAsync("Keep");
        await walk.PressAsync("Cancel simulation");
        await walk.PressAsync("Cancel simulation 2");
        await LiveApp.EventuallyAsync(["Cancelled 1"], () => app.AppRows("SELECT State, FinishedAt IS NOT NULL FROM simulations WHERE Id = 2"));
        await LiveApp.EventuallyAsync(["simulation.request simulation 1 (front)", "simulation.request simulation 2 (front)", "simulation.cancel simulation 2"], () => app.AppRows("SELECT Action, Subject FROM audit WHERE Action LIKE 'simulation.%' ORDER BY Id"));
        await Expect(page.GetByText("Cancelled").First).ToBeVisibleAsync();
        await walk.EndAsync();
    }
}
