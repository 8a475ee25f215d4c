using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using RecLab.Data;
using RecLab.Recommenders;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data.Snapshots;
using RecLab.Recommenders.Evaluation;
using RecLab.Storage;
using RecLab.Training.Searches;

namespace RecLab.Training;

/// <summary>Trains one run from beginning to end; the work of the training process.</summary>
public sealed class TrainingRunner(IDbContextFactory<RecLabDb> database, DatasetShelf datasets, ArtifactStore artifacts, TimeProvider clock, TrainingSettings settings)
{
    private static readonly HashSet<string> RankingMetrics = [.. RankingMetricCatalog.All.Select(m => m.Key)];

    /// <summary>Trains, evaluates and publishes a run that was claimed for this attempt.</summary>
    /// <param name="interrupted">The process was told to stop: the run waits for its next attempt.</param>
    /// <returns>Whether a model was published.</returns>
    /// <exception cref="RefusedException">The run does not wait for this attempt.</exception>
    public async Task<bool> RunAsync(int runId, int attempt, CancellationToken interrupted)
    {
        var job = await OpenAsync(runId, attempt);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
        RunState state;
        string? error;
        await using (var reporter = new RunReporter(database, clock, runId, attempt, stop.Cancel))
        {
            (state, error) = await AttemptAsync(job, reporter, stop.Token, interrupted);
            if (error is not null) reporter.Log(error);
        }
        if (state != RunState.Succeeded) await CloseAsync(runId, attempt, state, error);
        return state == RunState.Succeeded;
    }

    private async Task<(RunState, string?)> AttemptAsync(Job job, RunReporter reporter, CancellationToken stop, CancellationToken interrupted)
    {
        try
        {
            // Tensor scopes belong to one OS thread, so training has one of its own from first to last.
            var trained = await Task.Factory.StartNew(() => Work(job, reporter, stop), stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            await reporter.StageAsync("publish", 0.98, 1);
            await reporter.WriteAsync();
            await (trained.Tried is { } tried ? RecordAsync(job, tried) : PublishAsync(job, trained, reporter));
            return (RunState.Succeeded, null);
        }
        catch (OperationCanceledException)
        {
            return interrupted.IsCancellationRequested && !await CancelRequestedAsync(job.Run.Id)
                ? (RunState.Queued, "Interrupted because the server stopped; it goes on at the next start.")
                : (RunState.Cancelled, "Cancelled.");
        }
        catch (Exception e) when (e is TrainingException or SplitException or RefusedException or OptionsException or InvalidDataException or SnapshotException)
        {
            return (RunState.Failed, e.Message);
        }
        catch (OutOfMemoryException e)
        {
            return (RunState.Failed, $"Memory ran out: {e.Message}");
        }
        catch (Exception e)
        {
            foreach (var line in e.ToString().Split('\n').Take(20)) reporter.Log(line.TrimEnd());
            return (RunState.Failed, $"A fault in the program stopped the training: {e.Message}");
        }
    }

    private Trained Work(Job job, RunReporter reporter, CancellationToken stop)
    {
        reporter.StageAsync("read data", 0, 0.03).GetAwaiter().GetResult();
        var data = datasets.OpenAsync(job.Dataset.Id, stop).GetAwaiter().GetResult();
        reporter.Log($"Read '{job.Dataset.Name}': {data.Count:N0} rows, {data.Users.Count:N0} users, {data.Items.Count:N0} items.");

        reporter.StageAsync("prepare", 0.03, 0.05).GetAwaiter().GetResult();
        var split = job.Dataset.Plan().Cut(data);
        if (split.Train.Count == 0) throw new TrainingException("The training slice is empty: no user has enough rows to learn from.");
        reporter.Log($"{CutWords.Sentence(job.Dataset.Plan())}: {split.Train.Count:N0} rows train, {split.Validation.Count:N0} validate, {split.Test.Count:N0} test, {split.Hidden.Count:N0} stay hidden.");
        if (job.Trial is not null) split = split.WithoutTest(); // from here on a trial has no test row at hand

        reporter.StageAsync("train", 0.05, 0.88).GetAwaiter().GetResult();
        var checkpoint = artifacts.Checkpoint(job.Run.Id);
        Directory.CreateDirectory(Path.GetDirectoryName(checkpoint)!);
        if (File.Exists(checkpoint)) reporter.Log("Going on from the checkpoint of the attempt before.");
        var watch = Stopwatch.StartNew();
        var model = job.Family.Create(OptionsJson.Read(job.Family, job.Run.Options)).Train(split.Train, new TrainingContext
        {
            Device = job.Run.Device, Seed = job.Run.Seed, Threads = settings.Threads, Progress = reporter, Cancellation = stop,
            Validation = split.Validation, CheckpointPath = checkpoint,
        });
        stop.ThrowIfCancellationRequested();
        var seconds = watch.Elapsed.TotalSeconds;
        reporter.Log($"Trained in {seconds:0.0} s.");

        reporter.StageAsync("evaluate", 0.88, 0.98).GetAwaiter().GetResult();
        if (job.Trial is { } trial)
        {
            var tried = TrialWork.Judge(model, split, trial.Search, seconds, settings.Threads, new Share(reporter), stop);
            reporter.Log($"{LeaderboardWords.Metric(trial.Search.Metric, trial.Search.K)} {tried.Value:0.0000} on validation; the test slice was not looked at.");
            return new(model, split, seconds, null, null) { Tried = tried };
        }
        var judged = OfflineEvaluation.Judge(model, split, settings.Threads, new Share(reporter), stop);
        reporter.Log($"NDCG@10 {judged.Test["ndcg", 10]?.Mean:0.0000} on the test slice, {judged.Validation:0.0000} on validation; {judged.ScoringMicroseconds:0} us to score one user.");
        return new(model, split, seconds, judged, HoldAgainstServed(job, split, reporter, stop));
    }

    /// <summary>The served version's score on the validation rows of this run, where a promotion will ask for it and the two learnt from different data.</summary>
    private (int Run, double? Score)? HoldAgainstServed(Job job, Split split, RunReporter reporter, CancellationToken stop)
    {
        if (!job.Run.Scheduled || job.Variant is not { PromotionMargin: not null, ServedRunId: { } servedId }) return null;
        using var db = database.CreateDbContext();
        if (db.Set<TrainingRun>().AsNoTracking().FirstOrDefault(r => r.Id == servedId) is not { } served || served.DatasetId == job.Run.DatasetId) return null;
        try
        {
            var model = new TranslatedModel(artifacts.LoadAsync(served, stop).GetAwaiter().GetResult(), split.Train.Users, split.Train.Items);
            var score = OfflineEvaluation.Validation(model, split, settings.Threads, null, stop);
            reporter.Log($"Version {served.Version}, which is served, reaches {score:0.0000} on the same validation rows.");
            return (servedId, score);
        }
        catch (InvalidDataException e)
        {
            reporter.Log($"Version {served.Version}, which is served, cannot be held against this one: {e.Message}");
            return null;
        }
    }

    private async Task RecordAsync(Job job, TrialResult tried)
    {
        await using var db = await database.CreateDbContextAsync();
        await TrialWork.RecordAsync(db, job.Run, job.Trial!.Row, tried, clock.GetUtcNow());
        artifacts.Delete(job.Run.Id);
    }

    private async Task PublishAsync(Job job, Trained trained, RunReporter reporter)
    {
        var judged = trained.Judged!;
        var card = CardWriter.Write(job.Variant!, job.Run, job.Family, job.Dataset, trained.Split, judged, trained.Seconds, settings, clock.GetUtcNow());
        var (folder, hash, bytes) = artifacts.Publish(job.Run.Id, trained.Model, card, judged.Test.PerUser?.Only(RankingMetrics));
        await using var db = await database.CreateDbContextAsync();
        await using var transaction = await db.Database.BeginTransactionAsync();
        var run = await db.Set<TrainingRun>().FirstAsync(r => r.Id == job.Run.Id);
        if (run.Attempt != job.Run.Attempt || run.State != RunState.Running) throw new RefusedException("Another attempt has taken over this run.");
        (run.State, run.FinishedAt, run.Fraction, run.Phase, run.SecondsLeft, run.ProcessId, run.Error) = (RunState.Succeeded, clock.GetUtcNow(), 1, "done", null, null, null);
        (run.Artifact, run.ArtifactHash, run.ArtifactBytes) = (folder, hash, bytes);
        (run.TrainSeconds, run.Evaluation, run.ValidationScore) = (trained.Seconds, judged.Test.ToJson(), judged.Validation);
        run.ScoringMicroseconds = judged.ScoringMicroseconds;
        var variant = await db.Set<Variant>().FirstAsync(v => v.Id == run.VariantId);
        var served = variant.ServedRunId is { } id ? await db.Set<TrainingRun>().AsNoTracking().FirstOrDefaultAsync(r => r.Id == id) : null;
        var verdict = Promotion.Decide(run, served, variant.PromotionMargin, trained.Rival is { } rival && rival.Run == served?.Id ? rival.Score : null);
        if (verdict.Promote) variant.ServedRunId = run.Id;
        db.Add(new RunLogLine { RunId = run.Id, At = clock.GetUtcNow(), Text = verdict.Reason });
        var open = await db.Set<RunStage>().Where(s => s.RunId == run.Id && s.FinishedAt == null).ToListAsync();
        foreach (var stage in open) stage.FinishedAt = clock.GetUtcNow();
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
        artifacts.DropCheckpoint(run.Id);
    }

    private async Task<Job> OpenAsync(int runId, int attempt)
    {
        await using var db = await database.CreateDbContextAsync();
        var run = await db.Set<TrainingRun>().AsNoTracking().FirstOrDefaultAsync(r => r.Id == runId) ?? throw new RefusedException($"There is no run {runId}.");
        if (run.State != RunState.Running || run.Attempt != attempt) throw new RefusedException($"Run {runId} does not wait for attempt {attempt}.");
        var variant = await db.Set<Variant>().AsNoTracking().FirstOrDefaultAsync(v => v.Id == run.VariantId);
        var trial = run.VariantId != TrainingRun.NoVariant ? null
            : await (from t in db.Set<SearchTrial>() join s in db.Set<Search>() on t.SearchId equals s.Id where t.RunId == runId select new JobTrial(t, s)).AsNoTracking().FirstOrDefaultAsync();
        if ((variant?.Family ?? trial?.Row.Family) is not { } familyKey) throw new RefusedException($"What run {runId} is for has been deleted.");
        var dataset = await db.Set<Dataset>().AsNoTracking().FirstOrDefaultAsync(d => d.Id == run.DatasetId) ?? throw new RefusedException($"The data set of run {runId} is gone.");
        if (!File.Exists(artifacts.Checkpoint(runId))) await db.Set<RunPoint>().Where(p => p.RunId == runId).ExecuteDeleteAsync(); // it starts anew
        await db.Set<TrainingRun>().Where(r => r.Id == runId).ExecuteUpdateAsync(set => set.SetProperty(r => r.ProcessId, Environment.ProcessId));
        return new(run, variant, trial, dataset, RecommenderCatalog.Get(familyKey));
    }

    private async Task CloseAsync(int runId, int attempt, RunState state, string? error)
    {
        await using var db = await database.CreateDbContextAsync();
        if (await db.Set<TrainingRun>().FirstOrDefaultAsync(r => r.Id == runId && r.Attempt == attempt && r.State == RunState.Running) is not { } run) return;
        if (state == RunState.Queued) (run.State, run.Phase, run.ProcessId, run.SecondsLeft) = (state, "interrupted", null, null);
        else RunRecovery.Close(run, state, error!, clock.GetUtcNow());
        await db.SaveChangesAsync();
    }

    private async Task<bool> CancelRequestedAsync(int runId)
    {
        await using var db = await database.CreateDbContextAsync();
        return await db.Set<TrainingRun>().AnyAsync(r => r.Id == runId && r.CancelRequested);
    }

    /// <summary>A run is for a variant or for a trial of a search.</summary>
    private sealed record Job(TrainingRun Run, Variant? Variant, JobTrial? Trial, Dataset Dataset, RecommenderFamily Family);

    private sealed record JobTrial(SearchTrial Row, Search Search);

    private sealed record Trained(IModel Model, Split Split, double Seconds, Judgement? Judged, (int Run, double? Score)? Rival)
    {
        /// <summary>Of a trial, in the place of the judgement.</summary>
        public TrialResult? Tried { get; init; }
    }

    private sealed class Share(RunReporter reporter) : IProgress<double>
    {
        public void Report(double value) => reporter.Report(new(value, "ranking all items"));
    }
}
