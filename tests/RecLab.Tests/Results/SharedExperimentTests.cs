using Bunit;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Results;
using RecLab.Results.Metrics;
using RecLab.Results.Parts;
using RecLab.Statistics;
using RecLab.Tests.Experiments;
using Xunit;
using static RecLab.Tests.Results.Readings;

namespace RecLab.Tests.Results;

public sealed class SharedExperimentTests(RecLabApp app) : BunitContext, IClassFixture<RecLabApp>
{
    private static UnitSums Cell(int n, double clickers) => Arm(0, n, clickers).Sums["clickers"];

    private static SharedExperiment Of(UnitSums cc, UnitSums ct, UnitSums tc, UnitSums tt) =>
        SharedExperiment.Of("other", "Other", new Clickers(), new Dictionary<(int, int), UnitSums> { [(0, 0)] = cc, [(0, 1)] = ct, [(1, 0)] = tc, [(1, 1)] = tt }, 2, 2);

    private string Row(SharedExperiment shared) =>
        Render<SharedCard>(p => p.Add(c => c.View, ResultsView.Of(Input(Arm(0, 1000, 0.4), Arm(1, 1000, 0.5)))).Add(c => c.Shared, [shared])).Find("tbody tr").TextContent;

    [Fact]
    public void Effects_that_add_up_over_independent_splits_raise_no_alarm()
    {
        var shared = Of(Cell(500, 0.2), Cell(500, 0.3), Cell(500, 0.3), Cell(500, 0.4));
        Assert.Equal(2000, shared.Users);
        Assert.False(shared.SplitDepends);
        Assert.Equal(0, shared.Strongest!.Difference.Value.Value, 12);
        Assert.Contains("independent", Row(shared));
        Assert.Contains("no interaction seen", Row(shared));
    }

    [Fact]
    public void An_effect_that_turns_round_in_the_others_arm_is_an_interaction()
    {
        var shared = Of(Cell(500, 0.2), Cell(500, 0.3), Cell(500, 0.3), Cell(500, 0.2));
        // (0.2 - 0.3) - (0.3 - 0.2) = -0.2, SE^2 = 2 (0.2 * 0.8 + 0.3 * 0.7)/500
        Assert.Equal(-0.2, shared.Strongest!.Difference.Value.Value, 12);
        Assert.Equal(Math.Sqrt(2 * (0.16 + 0.21) / 500), shared.Strongest.Difference.Value.StandardError, 12);
        Assert.True(shared.Strongest.P < 1e-6);
        Assert.Contains("depend on the other's arm", Row(shared));
    }

    [Fact]
    public void Splits_that_follow_each_other_are_named()
    {
        var shared = Of(Cell(800, 0.2), Cell(200, 0.2), Cell(200, 0.2), Cell(800, 0.2));
        // chi-square of (800, 200; 200, 800) = 4 * 300^2 / 500
        Assert.Equal(720, shared.Split.Value.ChiSquare, 9);
        Assert.True(shared.SplitDepends);
        Assert.Contains("depend on each other", Row(shared));
    }

    [Fact]
    public void Shared_users_in_one_arm_only_have_no_answer()
    {
        var row = Row(Of(Cell(500, 0.2), default, default, default));
        Assert.Contains("all shared users are in one arm", row);
        Assert.Contains("An arm has no users yet.", row);
    }

    [Fact]
    public void Without_shared_users_the_card_says_so() =>
        Assert.Contains("No user of this experiment", Render<SharedCard>(p => p.Add(c => c.View, ResultsView.Of(Input(Arm(0, 10, 0.4), Arm(1, 10, 0.5)))).Add(c => c.Shared, [])).Markup);

    [Fact]
    public async Task Two_running_experiments_divide_the_same_users_independently()
    {
        var (one, two) = (await app.RunningAsync(await app.DraftAsync("shared-one")), await app.RunningAsync(await app.DraftAsync("shared-two", 0.3, 0.7)));
        var now = DateTimeOffset.UtcNow;
        await app.CrowdAsync(one, 300, 3, now, [0.1, 0.2]);
        await app.CrowdAsync(two, 200, 3, now, [0.1, 0.2], seed: 2);
        var reader = app.Services.GetRequiredService<SharedExperimentReader>();
        var shared = Assert.Single((await reader.ReadAsync("shared-one", simulated: false))!);
        Assert.Equal(("shared-two", 200L), (shared.Key, shared.Users));
        Assert.False(shared.SplitDepends);
        Assert.Empty((await reader.ReadAsync("shared-one", simulated: true))!);
        Assert.Null(await reader.ReadAsync("no-such", simulated: false));
        Assert.Equal(200, Assert.Single((await reader.ReadAsync("shared-two", simulated: false))!).Users);
    }
}
