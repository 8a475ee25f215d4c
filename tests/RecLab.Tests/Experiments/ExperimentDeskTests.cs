using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RecLab.Access;
using RecLab.Controls;
using RecLab.Experiments;
using RecLab.Training;
using Xunit;

namespace RecLab.Tests.Experiments;

public sealed class ExperimentDeskTests(RecLabApp app) : IClassFixture<RecLabApp>
{
    private ExperimentDesk Desk => app.Desk();
    private PhaseDesk PhaseDesk => app.PhaseDesk();

    [Fact]
    public async Task Every_move_from_draft_to_archive_is_logged_with_who_when_and_why()
    {
        var draft = await app.DraftAsync("whole-life");
        var id = (await Desk.DraftAsync(draft, "ada")).Id;
        await Desk.MarkReadyAsync("whole-life", "ada");
        await Desk.StartAsync("whole-life", "ada", "go");
        await Desk.PauseAsync("whole-life", "bob", "shop sale");
        await Desk.ResumeAsync("whole-life", "bob");
        await Desk.StopAsync("whole-life", "ada", "planned end");
        await Desk.DecideAsync("whole-life", ExperimentOutcome.Ship, 1, """{"n":1}""", "ada", "clearly better");
        await Desk.ArchiveAsync("whole-life", "ada");

        var moves = await app.MovesAsync(id);
        Assert.Equal(["draft", "mark ready", "start", "pause", "resume", "stop", "decide", "archive"], moves.Select(m => m.Verb));
        Assert.Equal([ExperimentState.Draft, ExperimentState.Ready, ExperimentState.Running, ExperimentState.Paused, ExperimentState.Running,
            ExperimentState.Review, ExperimentState.Decided, ExperimentState.Archived], moves.Select(m => m.To));
        Assert.Equal(moves.Skip(1).Select(m => m.From), moves.SkipLast(1).Select(m => m.To));
        Assert.Equal(("bob", "shop sale"), (moves[3].Who, moves[3].Why));
        Assert.All(moves, m => Assert.True(m.At > DateTimeOffset.UnixEpoch));
        await using var db = await app.Databases().CreateDbContextAsync();
        Assert.Equal(8, await db.Set<AuditEntry>().CountAsync(a => a.Subject == $"experiment {id} (whole-life)"));
        var stored = await app.StoredAsync("whole-life");
        Assert.Equal((ExperimentOutcome.Ship, 1, """{"n":1}"""), (stored.Outcome, stored.ChosenArm, stored.Snapshot));
        Assert.NotNull(stored.StoppedAt);
    }

    [Fact]
    public async Task Illegal_moves_name_the_experiment_and_its_state_and_change_nothing()
    {
        var draft = await app.DraftAsync("illegal");
        var id = (await Desk.DraftAsync(draft, "ada")).Id;
        (ExperimentVerb Verb, Func<Task> Call)[] refused =
        [
            (ExperimentVerb.Start, () => Desk.StartAsync("illegal", "ada")),
            (ExperimentVerb.Pause, () => Desk.PauseAsync("illegal", "ada", "x")),
            (ExperimentVerb.Resume, () => Desk.ResumeAsync("illegal", "ada")),
            (ExperimentVerb.Stop, () => Desk.StopAsync("illegal", "ada", "x")),
            (ExperimentVerb.ChangeArms, () => PhaseDesk.ChangeArmsAsync("illegal", draft.Arms, "ada", "x")),
            (ExperimentVerb.ChangeTraffic, () => PhaseDesk.ChangeTrafficAsync("illegal", 0.5, "ada", "x")),
            (ExperimentVerb.Decide, () => Desk.DecideAsync("illegal", ExperimentOutcome.KeepControl, null, "{}", "ada", "x")),
        ];
        foreach (var (verb, call) in refused)
        {
            var refusal = await Assert.ThrowsAsync<Refusal>(call);
            Assert.StartsWith("The experiment 'Test illegal' is a draft and cannot be ", refusal.Message);
            Assert.DoesNotContain(verb, Lifecycle.Allowed(ExperimentState.Draft));
        }
        Assert.Single(await app.MovesAsync(id));
        Assert.Equal(ExperimentState.Draft, (await app.StoredAsync("illegal")).State);
    }

    [Fact]
    public async Task A_decided_experiment_is_read_only()
    {
        var draft = await app.DraftAsync("frozen");
        await app.RunningAsync(draft);
        await Desk.DecideAsync("frozen", ExperimentOutcome.KeepControl, null, "{}", "ada", "no gain");
        await Assert.ThrowsAsync<Refusal>(() => Desk.EditAsync("frozen", draft, "ada"));
        await Assert.ThrowsAsync<Refusal>(() => Desk.ResumeAsync("frozen", "ada"));
        Assert.Equal([ExperimentVerb.Archive], Lifecycle.Allowed(ExperimentState.Decided));
        Assert.Equal(0, (await app.StoredAsync("frozen")).ChosenArm);
    }

    [Fact]
    public async Task A_decision_without_a_reason_is_refused()
    {
        await app.RunningAsync(await app.DraftAsync("no-reason"));
        var refusal = await Assert.ThrowsAsync<Refusal>(() => Desk.DecideAsync("no-reason", ExperimentOutcome.KeepControl, null, "{}", "ada", "  "));
        Assert.Equal("A decision needs its reason.", refusal.Message);
        Assert.Equal(ExperimentState.Running, (await app.StoredAsync("no-reason")).State);
    }

    [Fact]
    public async Task A_key_is_taken_once()
    {
        var draft = await app.DraftAsync("taken");
        await Desk.DraftAsync(draft, "ada");
        var refusal = await Assert.ThrowsAsync<Refusal>(() => Desk.DraftAsync(draft, "bob"));
        Assert.Equal("There is already an experiment with the key 'taken'.", refusal.Message);
    }

    [Fact]
    public async Task A_second_experiment_on_a_placement_starts_only_in_a_disjoint_slice_of_the_same_layer()
    {
        var first = await app.DraftAsync("layered-a");
        ExperimentDraft In(ExperimentDraft draft, string key, LayerSlice? slice) =>
            draft with { Key = key, Name = key, Settings = draft.Settings with { Layer = slice } };
        await app.RunningAsync(In(first, "layered-a", new("home", 0, 0.5)));
        foreach (var (key, slice) in new (string, LayerSlice?)[] { ("layered-b", null), ("layered-c", new("home", 0.4, 1)), ("layered-d", new("other", 0.5, 1)) })
        {
            await Desk.DraftAsync(In(first, key, slice), "ada");
            var refusal = await Assert.ThrowsAsync<Refusal>(() => Desk.MarkReadyAsync(key, "ada"));
            Assert.StartsWith("The experiment 'layered-a' already runs on the placement 'layered-a'", refusal.Message);
        }
        Assert.Equal(ExperimentState.Running, (await app.RunningAsync(In(first, "layered-e", new("home", 0.5, 1)))).State);
    }

    [Fact]
    public async Task An_arm_without_a_model_blocks_and_one_in_training_waits()
    {
        var draft = await app.DraftAsync("models");
        var untrained = await app.VariantAsync("models-untrained", run: null);
        var training = await app.VariantAsync("models-training", RunState.Running);
        ExperimentDraft With(Variant v) => draft with { Arms = [draft.Arms[0], new(v.Id, v.Name, 0.5)] };

        await Desk.DraftAsync(With(untrained), "ada");
        var refusal = await Assert.ThrowsAsync<Refusal>(() => Desk.MarkReadyAsync("models", "ada"));
        Assert.Equal("models-untrained has no trained model and no training is under way; train it first.", refusal.Message);

        await Desk.EditAsync("models", With(training), "ada");
        Assert.Equal(ExperimentState.Training, (await Desk.MarkReadyAsync("models", "ada")).State);
        await Assert.ThrowsAsync<Refusal>(() => Desk.StartAsync("models", "ada"));
        await app.RunAsync(training.Id, 2, RunState.Succeeded);
        Assert.Equal(ExperimentState.Ready, (await Desk.MarkReadyAsync("models", "ada")).State);
        Assert.Equal(ExperimentState.Running, (await Desk.StartAsync("models", "ada")).State);
    }

    [Fact]
    public async Task Other_weights_begin_a_new_phase_with_a_new_seed_and_keep_the_old_one()
    {
        var draft = await app.DraftAsync("phases");
        var before = await app.RunningAsync(draft);
        var after = await PhaseDesk.ChangeArmsAsync("phases", [draft.Arms[0] with { Weight = 0.9 }, draft.Arms[1] with { Weight = 0.1 }], "ada", "ramp down");
        Assert.Equal((1, 2), (before.Phase, after.Phase));
        Assert.Equal(("phases:1", "phases:2"), (before.HashSeed, after.HashSeed));
        var phases = await app.PhasesAsync(after.Id);
        Assert.Equal([0.5, 0.9], phases.Select(p => JsonSerializer.Deserialize<PhaseArm[]>(p.Arms)![0].Weight));
        Assert.NotNull(phases[0].EndedAt);
        Assert.Null(phases[1].EndedAt);
        Assert.Equal("ramp down", (await app.MovesAsync(after.Id))[^1].Why);
    }

    [Fact]
    public async Task More_traffic_keeps_the_phase_and_less_begins_a_new_one()
    {
        await app.RunningAsync(await app.DraftAsync("traffic") with { Traffic = 0.2 });
        Assert.Equal(1, (await PhaseDesk.ChangeTrafficAsync("traffic", 0.6, "ada", "looks safe")).Phase);
        Assert.Equal(2, (await PhaseDesk.ChangeTrafficAsync("traffic", 0.1, "ada", "too risky")).Phase);
    }

    [Fact]
    public async Task A_replaced_model_begins_a_new_phase_once()
    {
        var draft = await app.DraftAsync("retrained");
        var experiment = await app.RunningAsync(draft);
        Assert.Null(await PhaseDesk.AdoptModelsAsync("retrained", "schedule"));
        var newRun = await app.RunAsync(draft.Arms[1].VariantId, 2, RunState.Succeeded);
        Assert.Equal(2, (await PhaseDesk.AdoptModelsAsync("retrained", "schedule"))!.Phase);
        Assert.Null(await PhaseDesk.AdoptModelsAsync("retrained", "schedule"));
        var phases = await app.PhasesAsync(experiment.Id);
        Assert.Equal(newRun.Id, JsonSerializer.Deserialize<PhaseArm[]>(phases[1].Arms)![1].RunId);
        Assert.NotEqual(newRun.Id, JsonSerializer.Deserialize<PhaseArm[]>(phases[0].Arms)![1].RunId);
    }

    [Fact]
    public async Task Of_many_people_who_press_start_at_once_exactly_one_starts_it()
    {
        await Desk.DraftAsync(await app.DraftAsync("race"), "ada");
        await Desk.MarkReadyAsync("race", "ada");
        var attempts = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            try { await Desk.StartAsync("race", $"person {i}"); return true; }
            catch (Refusal refusal) { Assert.Contains("is running and cannot be started", refusal.Message); return false; }
        }, TestContext.Current.CancellationToken)));
        Assert.Equal(1, attempts.Count(started => started));
        Assert.Single(await app.MovesAsync((await app.StoredAsync("race")).Id), m => m.Verb == "start");
    }

    [Fact]
    public async Task A_duplicate_asks_the_same_as_a_new_draft()
    {
        var draft = await app.DraftAsync("original") with { Hypothesis = "sequences help", Settings = new() { MinimumUsers = 500 } };
        await app.RunningAsync(draft);
        var copy = await Desk.DuplicateAsync("original", "original-2", "bob");
        Assert.Equal((ExperimentState.Draft, "bob", "sequences help", 1), (copy.State, copy.Owner, copy.Hypothesis, copy.Phase));
        Assert.Equal(500, ExperimentSettings.FromJson(copy.Settings).MinimumUsers);
    }
}
