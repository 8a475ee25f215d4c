using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using RecLab.Data;
using RecLab.Recommenders;
using RecLab.Recommenders.Evaluation;
using RecLab.Storage;
using RecLab.Training;
using Xunit;

namespace RecLab.Tests.Training;

/// <summary>Runs in processes of their own, from the request to what is left of them.</summary>
public sealed class RunLifeTests(TrainingApp app) : IClassFixture<TrainingApp>
{
    private TrainingDesk Desk => app.Get<TrainingDesk>();

    [Fact]
    public async Task A_requested_run_trains_is_judged_and_is_served()
    {
        var variant = await app.VariantAsync("als", "als", """{"factors":8,"iterations":5}""");
        var run = await app.OverAsync((await Desk.RequestAsync("als", "Ada")).Id);
        Assert.Equal((RunState.Succeeded, null), (run.State, run.Error));
        Assert.Equal((1, 1, "Ada", 1.0), (run.Version, run.Attempt, run.RequestedBy, run.Fraction));

        await using var db = await app.DbAsync();
        Assert.Equal(run.Id, (await db.Set<Variant>().SingleAsync(v => v.Id == variant.Id, TestContext.Current.CancellationToken)).ServedRunId);
        Assert.Equal(["read data", "prepare", "train", "evaluate", "publish"],
            await db.Set<RunStage>().Where(s => s.RunId == run.Id && s.FinishedAt != null).OrderBy(s => s.Id).Select(s => s.Name).ToListAsync(TestContext.Current.CancellationToken));
        Assert.True(await db.Set<RunLogLine>().AnyAsync(l => l.RunId == run.Id && l.Text.StartsWith("Read 'small': 960 rows"), TestContext.Current.CancellationToken));

        // The stored numbers are those of the stored model on the test slice of the same cut, and training never saw the hidden slice.
        var model = await app.Get<ArtifactStore>().LoadAsync(run, TestContext.Current.CancellationToken);
        var split = new SplitPlan { Hidden = 0.1 }.Cut(TrainingApp.Small());
        var again = Evaluator.Evaluate(model, split, cancellation: TestContext.Current.CancellationToken);
        var stored = EvaluationResult.FromJson(run.Evaluation!);
        Assert.Equal(again["ndcg", 10], stored["ndcg", 10]);
        Assert.InRange(stored["ndcg", 10]!.Mean!.Value, 0.05, 1);
        Assert.NotNull(run.ValidationScore);
        var card = app.Get<ArtifactStore>().Card(run)!;
        Assert.Equal((split.Train.Count, split.Hidden.Count, "als", 42), (card.Data.TrainRows, card.Data.HiddenRows, card.Family, card.Seed));
    }

    [Fact]
    public async Task A_model_with_one_flipped_bit_is_refused_and_a_whole_one_is_not()
    {
        await app.VariantAsync("flipped", "popularity");
        var run = await app.OverAsync((await Desk.RequestAsync("flipped", "Ada")).Id);
        var store = app.Get<ArtifactStore>();
        await store.LoadAsync(run, TestContext.Current.CancellationToken);
        var path = Path.Combine(app.DataDir, "artifacts", run.Artifact, "model.safetensors");
        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
        var refusal = await Assert.ThrowsAsync<InvalidDataException>(() => store.LoadAsync(run, TestContext.Current.CancellationToken));
        Assert.Contains("changed", refusal.Message);
    }

    [Fact]
    public async Task A_killed_process_leaves_a_lost_run_that_resumes_to_the_model_of_an_undisturbed_one()
    {
        await app.VariantAsync("twice", "als", """{"factors":64,"iterations":200}""");
        var run = await app.InTheMidstAsync((await Desk.RequestAsync("twice", "Ada")).Id);
        Process.GetProcessById(run.ProcessId!.Value).Kill();
        run = await app.OverAsync(run.Id);
        Assert.Equal(RunState.Lost, run.State);
        Assert.Contains("signal 9", run.Error);
        await Desk.ResumeAsync(run.Id, "Ada", TestContext.Current.CancellationToken);
        var resumed = await app.OverAsync(run.Id);
        var straight = await app.OverAsync((await Desk.RequestAsync("twice", "Ada")).Id);
        Assert.Equal((RunState.Succeeded, 2), (resumed.State, resumed.Attempt));
        Assert.Equal((RunState.Succeeded, 1), (straight.State, straight.Attempt));
        Assert.Equal(straight.ArtifactHash, resumed.ArtifactHash);
        Assert.Equal(straight.ValidationScore, resumed.ValidationScore);
    }

    [Fact]
    public async Task Runs_of_one_slot_start_one_after_another_in_the_order_of_their_requests()
    {
        await app.VariantAsync("line", "popularity");
        int[] ids = [(await Desk.RequestAsync("line", "Ada")).Id, (await Desk.RequestAsync("line", "Ada")).Id, (await Desk.RequestAsync("line", "Ada")).Id];
        var runs = new List<TrainingRun>();
        foreach (var id in ids) runs.Add(await app.OverAsync(id));
        Assert.All(runs, r => Assert.Equal(RunState.Succeeded, r.State));
        Assert.True(runs[0].FinishedAt <= runs[1].StartedAt && runs[1].FinishedAt <= runs[2].StartedAt);
        Assert.Equal([1, 2, 3], runs.Select(r => r.Version));
    }

    [Fact]
    public async Task Cancelling_stops_a_running_one_and_takes_a_waiting_one_out_of_the_queue()
    {
        await app.VariantAsync("stopped", "als", TrainingApp.Slow);
        var running = await app.InTheMidstAsync((await Desk.RequestAsync("stopped", "Ada")).Id);
        var waiting = await Desk.RequestAsync("stopped", "Ada");
        Assert.Equal([waiting.Id], (await Desk.WaitingAsync(TestContext.Current.CancellationToken)).Select(r => r.Id));
        await Desk.CancelAsync(waiting.Id, "Ada", TestContext.Current.CancellationToken);
        await Desk.CancelAsync(running.Id, "Ada", TestContext.Current.CancellationToken);
        Assert.Equal(RunState.Cancelled, (await app.OverAsync(running.Id)).State);
        waiting = await app.RunAsync(waiting.Id);
        Assert.Equal((RunState.Cancelled, 0), (waiting.State, waiting.Attempt));
        await TrainingApp.GoneAsync(running); // it says that it was cancelled, then it ends
        await Assert.ThrowsAsync<RefusedException>(() => Desk.CancelAsync(running.Id, "Ada", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_run_that_is_resumed_while_its_cancelled_process_still_ends_goes_on()
    {
        await app.VariantAsync("hasty", "als", TrainingApp.Slow);
        var run = await app.InTheMidstAsync((await Desk.RequestAsync("hasty", "Ada")).Id);
        await Desk.CancelAsync(run.Id, "Ada", TestContext.Current.CancellationToken);
        await app.UntilAsync(run.Id, r => r.State == RunState.Cancelled);
        await Desk.ResumeAsync(run.Id, "Ada", TestContext.Current.CancellationToken);
        run = await app.UntilAsync(run.Id, r => r.State != RunState.Queued);
        Assert.Equal((RunState.Running, 2, null), (run.State, run.Attempt, run.Error));
        await Desk.CancelAsync(run.Id, "Ada", TestContext.Current.CancellationToken);
        await app.OverAsync(run.Id);
    }

    [Fact]
    public async Task A_run_learns_from_the_cut_of_its_data_set()
    {
        var (writer, data, plan) = (app.Get<DatasetWriter>(), TrainingApp.Small(), new SplitPlan(SplitKind.ColdUsers) { Hidden = 0.1, Cold = 0.25, Test = 0.3, Seed = 7 });
        var dataset = await writer.ReserveAsync("cold", "made", DatasetOrigin.Generated, 0.1, "test", TestContext.Current.CancellationToken, plan);
        await writer.StoreAsync(dataset.Id, data, new("made", data.Count, data.Count, [], []), TestContext.Current.CancellationToken);
        await app.Get<VariantDesk>().CreateAsync(new() { Key = "cold", Name = "cold", Family = "item-knn", DatasetId = dataset.Id }, "test", TestContext.Current.CancellationToken);
        var run = await app.OverAsync((await Desk.RequestAsync("cold", "Ada")).Id);
        Assert.Equal((RunState.Succeeded, null, null), (run.State, run.Error, run.ValidationScore)); // a cold cut has no validation slice
        var split = plan.Cut(data);
        Assert.Equal(Evaluator.Evaluate(await app.Get<ArtifactStore>().LoadAsync(run, TestContext.Current.CancellationToken), split, cancellation: TestContext.Current.CancellationToken)["ndcg", 10], EvaluationResult.FromJson(run.Evaluation!)["ndcg", 10]);
        var card = app.Get<ArtifactStore>().Card(run)!.Data;
        Assert.Equal((split.Train.Count, split.Test.Count, split.Hidden.Count), (card.TrainRows, card.TestRows, card.HiddenRows));
        Assert.Equal("Of 25 % of the users nothing is learnt and the newest 30 % of their rows test (hidden 10 %, seed 7)", card.Cut);
    }

    [Fact]
    public async Task A_training_that_cannot_be_done_says_why()
    {
        var writer = app.Get<DatasetWriter>();
        var thin = await writer.ReserveAsync("negative", "made", DatasetOrigin.Generated, 0.1, "test", TestContext.Current.CancellationToken);
        var data = TrainingApp.Small();
        await writer.StoreAsync(thin.Id, new(data.Users, data.Items, data.User, data.Item, [.. data.Value.Select(_ => -1f)], data.Time), new("made", 1, 1, [], []), TestContext.Current.CancellationToken);
        await app.Get<VariantDesk>().CreateAsync(new() { Key = "impossible", Name = "x", Family = "als", Options = """{"weight":"value"}""", DatasetId = thin.Id }, "test", TestContext.Current.CancellationToken);
        var run = await app.OverAsync((await Desk.RequestAsync("impossible", "Ada")).Id);
        Assert.Equal((RunState.Failed, "ALS needs weights of zero or more; some values of the data set are negative."), (run.State, run.Error));
        Assert.Equal("", run.Artifact);
    }

    [Fact]
    public async Task A_schedule_asks_by_itself_and_lets_the_better_version_stay()
    {
        await app.VariantAsync("nightly", "popularity");
        var first = await app.OverAsync((await Desk.RequestAsync("nightly", "Ada")).Id);
        await using (var db = await app.DbAsync()) // a served version that no popularity model reaches
            await db.Set<TrainingRun>().Where(r => r.Id == first.Id).ExecuteUpdateAsync(set => set.SetProperty(r => r.ValidationScore, 0.99), TestContext.Current.CancellationToken);
        var draft = new VariantDraft { Name = "nightly", Family = "popularity", DatasetId = first.DatasetId, Schedule = "* * * * * ?", PromotionMargin = 0.05 };
        await app.Get<VariantDesk>().EditAsync("nightly", draft, "Ada", TestContext.Current.CancellationToken);
        TrainingRun? scheduled = null;
        for (var i = 0; scheduled is null && i < 300; i++)
        {
            await using var db = await app.DbAsync();
            scheduled = await db.Set<TrainingRun>().FirstOrDefaultAsync(r => r.VariantId == first.VariantId && r.Id != first.Id, TestContext.Current.CancellationToken);
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
        await app.Get<VariantDesk>().EditAsync("nightly", draft with { Schedule = null }, "Ada", TestContext.Current.CancellationToken);
        Assert.NotNull(scheduled);
        foreach (var more in await Desk.WaitingAsync(TestContext.Current.CancellationToken)) await app.OverAsync(more.Id); // it may have asked more than once by now
        scheduled = await app.OverAsync(scheduled.Id);
        Assert.Equal((RunState.Succeeded, true, RetrainJob.Requester), (scheduled.State, scheduled.Scheduled, scheduled.RequestedBy));
        await using var after = await app.DbAsync();
        Assert.Equal(first.Id, (await after.Set<Variant>().SingleAsync(v => v.Key == "nightly", TestContext.Current.CancellationToken)).ServedRunId);
    }
}
