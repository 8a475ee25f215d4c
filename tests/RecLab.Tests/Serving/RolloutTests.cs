using Microsoft.EntityFrameworkCore;
using RecLab.Controls;
using RecLab.Experiments;
using RecLab.Results;
using RecLab.Serving;
using RecLab.Statistics.Assignment;
using RecLab.Storage;
using RecLab.Tests.Doors;
using RecLab.Training;
using Xunit;

namespace RecLab.Tests.Serving;

/// <summary>A decided arm on its way to everybody, over HTTP: who gets what at each step.</summary>
public sealed class RolloutTests(ShopApp app) : IClassFixture<ShopApp>, IAsyncLifetime
{
    private static readonly int[] Users = [.. Enumerable.Range(0, 60)];

    public async ValueTask InitializeAsync() => await app.OpenAsync();
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private RolloutDesk Desk => app.Get<RolloutDesk>();

    /// <summary>Which model answers each user, and why.</summary>
    private async Task<(string Model, string Reason)[]> AskAsync(string placement)
    {
        List<(string, string)> answers = [];
        foreach (var user in Users)
        {
            var list = await app.ListAsync($"placement={placement}&user={user}");
            answers.Add((list.GetProperty("model").GetProperty("id").GetString()!, list.GetProperty("experiment").GetProperty("reason").GetString()!));
        }
        return [.. answers];
    }

    private async Task<(Variant A, Variant B, Experiment Experiment)> StartedAsync(string key)
    {
        var (a, b) = (await app.ServeAsync("popularity", "popularity"), await app.ServeAsync("knn", "item-knn"));
        await app.PlacementAsync(key, p => p.Exploration = 0);
        return (a, b, await app.ExperimentAsync($"{key}-1", key, a, b));
    }

    private Task DecideAsync(string key, RolloutPlan? plan) =>
        app.Get<DecisionDesk>().DecideAsync(key, new(ExperimentOutcome.Ship, 1, "it is better", "Grace", false, plan), "Ada", TestContext.Current.CancellationToken);

    private async Task<string[]> MovesAsync(int experiment)
    {
        await using var db = await app.DbAsync();
        return await db.Set<ExperimentMove>().Where(m => m.ExperimentId == experiment).OrderBy(m => m.Id).Select(m => m.Verb).ToArrayAsync();
    }

    [Fact]
    public async Task Whoever_had_the_winner_keeps_it_and_each_step_only_adds_users()
    {
        var (_, _, experiment) = await StartedAsync("grown");
        var during = await AskAsync("grown");
        await DecideAsync("grown-1", new([50, 75, 100], null, true));

        var half = await AskAsync("grown");
        Assert.Equal(during.Select(d => d.Model), half.Select(h => h.Model)); // 50 % of the line are exactly the users of arm B
        Assert.All(half, h => Assert.Equal("rollout", h.Reason));

        await Desk.AdvanceAsync("grown-1", "Ada", cancellation: TestContext.Current.CancellationToken);
        var most = await AskAsync("grown");
        // arm B began at 0.5: a user's place is hash - 0.5, counted round
        var expected = Users.Select(u => (Bucketing.Hash("grown-1:1", $"{u}") + 0.5) % 1 < 0.75 ? "knn" : "popularity");
        Assert.Equal(expected, most.Select(m => m.Model));
        Assert.All(Users.Where(u => half[u].Model == "knn"), u => Assert.Equal("knn", most[u].Model));
        Assert.True(most.Count(m => m.Model == "knn") > half.Count(m => m.Model == "knn"));
        Assert.Equal(["1 0", "1 1", "2 0", "2 1", "3 0", "3 1"], app.Rows($"SELECT DISTINCT phase, arm FROM recommendation WHERE experiment = {experiment.Id} ORDER BY 1, 2"));

        var view = (await app.Get<PlacementReader>().ReadAsync("grown", TestContext.Current.CancellationToken))!.View;
        Assert.Equal((ServingSource.Rollout, "grown serves knn to 75% of the users and popularity to the others."), (view.Source, view.Sentence));

        await Desk.AdvanceAsync("grown-1", "Ada", cancellation: TestContext.Current.CancellationToken);
        var all = await AskAsync("grown");
        Assert.All(all, a => Assert.Equal(("knn", "no-experiment"), a));
        Assert.Equal(["draft", "mark ready", "start", "decide", "roll out", "advance rollout", "end rollout"], await MovesAsync(experiment.Id));
        var history = (await app.Get<PlacementReader>().ReadAsync("grown", TestContext.Current.CancellationToken))!.History.Select(h => h.Action).ToArray();
        Assert.Equal(["placement.advance-rollout", "placement.end-rollout", "placement.roll-out"], history.Where(h => h.Contains("roll", StringComparison.Ordinal)).Order());
        Assert.Contains("experiment.start", history);

        await Desk.RollBackAsync("grown-1", "Ada", "complaints", TestContext.Current.CancellationToken);
        Assert.All(await AskAsync("grown"), a => Assert.Equal("popularity", a.Model));
        var again = await Assert.ThrowsAsync<Refusal>(() => Desk.RollBackAsync("grown-1", "Ada", "once more", TestContext.Current.CancellationToken));
        Assert.Equal("The rollout of knn was rolled back and cannot be rolled back.", again.Message);
    }

    [Fact]
    public async Task A_rollback_in_the_middle_gives_everybody_back_what_was_there_before()
    {
        var (_, _, experiment) = await StartedAsync("returned");
        await DecideAsync("returned-1", new([50, 100], null, true));
        Assert.Contains(await AskAsync("returned"), a => a.Model == "knn");
        var beside = await Assert.ThrowsAsync<Refusal>(() => app.Get<PlacementDesk>().ServeAsync("returned", "knn", "by hand", "Ada", TestContext.Current.CancellationToken));
        Assert.Equal("knn is being rolled out at 'returned' after returned-1; end that rollout or roll it back first.", beside.Message);
        await Assert.ThrowsAsync<Refusal>(() => app.Get<ExperimentDesk>().ArchiveAsync("returned-1", "Ada", cancellation: TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<Refusal>(() => Desk.RollBackAsync("returned-1", "Ada", " ", TestContext.Current.CancellationToken));
        await Desk.RollBackAsync("returned-1", "Ada", "it is slower", TestContext.Current.CancellationToken);
        Assert.All(await AskAsync("returned"), a => Assert.Equal(("popularity", "no-experiment"), a));
        await using var db = await app.DbAsync();
        Assert.Null((await db.Set<Placement>().SingleAsync(p => p.Key == "returned", TestContext.Current.CancellationToken)).DefaultVariantId);
        Assert.Equal(["decide", "roll out", "roll back"], (await MovesAsync(experiment.Id))[^3..]);
        Assert.All(await db.Set<ExperimentPhase>().Where(p => p.ExperimentId == experiment.Id).ToListAsync(TestContext.Current.CancellationToken), p => Assert.NotNull(p.EndedAt));
    }

    [Fact]
    public async Task The_kill_switch_is_stronger_than_a_rollout_and_a_held_one_stays_where_it_is()
    {
        await StartedAsync("stopped");
        await DecideAsync("stopped-1", new([50, 100], null, true));
        var half = await AskAsync("stopped");
        await app.Get<PlacementDesk>().HaltAsync("stopped", "", "Ada", TestContext.Current.CancellationToken);
        Assert.All(await AskAsync("stopped"), a => Assert.Equal(("popularity", "halted"), a));
        await app.Get<PlacementDesk>().ReleaseAsync("stopped", "Ada", TestContext.Current.CancellationToken);
        await Desk.HoldAsync("stopped-1", "Ada", "the weekend", TestContext.Current.CancellationToken);
        Assert.Equal(half, await AskAsync("stopped"));
        var view = (await app.Get<PlacementReader>().ReadAsync("stopped", TestContext.Current.CancellationToken))!.View;
        Assert.Contains("held by Ada: the weekend", view.Why, StringComparison.Ordinal);
        await Desk.ResumeAsync("stopped-1", "Ada", cancellation: TestContext.Current.CancellationToken);
        var twice = await Assert.ThrowsAsync<Refusal>(() => Desk.ResumeAsync("stopped-1", "Ada", cancellation: TestContext.Current.CancellationToken));
        Assert.Equal("The rollout of knn is under way and cannot be resumed.", twice.Message);
    }

    [Fact]
    public async Task A_replaced_model_begins_a_new_phase_at_the_same_step()
    {
        await StartedAsync("replaced");
        await DecideAsync("replaced-1", new([50, 100], null, true));
        Assert.Null(await Desk.AdoptModelsAsync("replaced-1", "RecLab", TestContext.Current.CancellationToken));
        await app.ServeAsync("knn", "item-knn"); // version 2
        var rollout = await Desk.AdoptModelsAsync("replaced-1", "RecLab", TestContext.Current.CancellationToken);
        Assert.Equal((3, 0, RolloutState.Growing), (rollout!.Phase, rollout.Step, rollout.State));
    }

    [Fact]
    public async Task A_plan_that_would_take_the_winner_from_somebody_is_refused_and_nothing_is_decided()
    {
        await StartedAsync("refused");
        var refusal = await Assert.ThrowsAsync<Refusal>(() => DecideAsync("refused-1", new([10, 100], null, true)));
        Assert.Equal("50% of the users had this arm in the experiment and keep it, so the first step must be at least that.", refusal.Message);
        await using var db = await app.DbAsync();
        Assert.Equal(ExperimentState.Running, (await db.Set<Experiment>().SingleAsync(e => e.Key == "refused-1", TestContext.Current.CancellationToken)).State);
        Assert.False(await db.Set<Rollout>().AnyAsync(r => r.ExperimentKey == "refused-1", TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("50,100", 0.5, null)]
    [InlineData("100", 0.5, null)]
    [InlineData("50,40,100", 0.1, "Each step must be larger than the one before.")]
    [InlineData("50,90", 0.1, "The last step must be 100 percent.")]
    [InlineData("0,100", 0.0, "A step is a share from 1 to 100 percent.")]
    [InlineData("", 0.1, "A rollout has 1 to 10 steps.")]
    public void A_plan_says_what_is_wrong_with_it(string steps, double share, string? fault) => Assert.Equal(fault, new RolloutPlan(RolloutPlan.ReadSteps(steps)!, null, true).Fault(share));

    [Fact]
    public void Steps_are_proposed_from_the_share_that_has_it_already()
    {
        Assert.Equal([10, 25, 50, 100], RolloutPlan.Proposed(0.1));
        Assert.Equal([34, 50, 100], RolloutPlan.Proposed(1.0 / 3));
        Assert.Equal([50, 100], RolloutPlan.Proposed(0.5));
        Assert.Null(RolloutPlan.ReadSteps("10, many"));
    }
}
