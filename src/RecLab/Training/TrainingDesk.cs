using Microsoft.EntityFrameworkCore;
using RecLab.Access;
using RecLab.Data;
using RecLab.Live;
using RecLab.Recommenders.Catalog;
using RecLab.Storage;

namespace RecLab.Training;

/// <summary>Who takes requests to train: request, cancel, retry, resume.</summary>
public sealed class TrainingDesk(IDbContextFactory<RecLabDb> database, TimeProvider clock, LiveFeed feed, TrainingQueue queue, TrainingSettings settings, Families families)
{
    /// <summary>Queues a training of a variant with its present options and data set.</summary>
    /// <param name="variantKey">Which variant.</param>
    /// <param name="who">A person's name, "schedule", "demo".</param>
    /// <param name="seed">Random seed.</param>
    /// <param name="device">Device slot, or null for the best this machine offers the family.</param>
    /// <param name="scheduled">A schedule asks: the promotion margin applies.</param>
    /// <param name="datasetId">Learn from this data set this time, or null for the variant's own.</param>
    /// <exception cref="RefusedException">The variant, its data or its family cannot be trained as things stand.</exception>
    public async Task<TrainingRun> RequestAsync(string variantKey, string who, int seed = 42, string? device = null, bool scheduled = false, int? datasetId = null, CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        var variant = await TrainableAsync(variantKey, cancellation);
        var family = RecommenderCatalog.Get(variant.Family);
        var learnt = datasetId ?? variant.DatasetId;
        var dataset = await db.Set<Dataset>().FirstOrDefaultAsync(d => d.Id == learnt, cancellation);
        if (dataset is not { State: DatasetState.Ready }) throw new RefusedException($"The data set of '{variantKey}' is not ready.");
        var run = new TrainingRun
        {
            VariantId = variant.Id, DatasetId = dataset.Id, Options = variant.Options, Seed = seed, Device = Slot(device, family), RequestedBy = who, Scheduled = scheduled,
            Version = (await db.Set<TrainingRun>().Where(r => r.VariantId == variant.Id).MaxAsync(r => (int?)r.Version, cancellation) ?? 0) + 1,
        };
        return await QueueAsync(db, run, variant, "training.request", who, cancellation);
    }

    /// <summary>The variant of this key, if it can be trained on this machine.</summary>
    /// <exception cref="RefusedException">There is none, or its family needs what is not here.</exception>
    public async Task<Variant> TrainableAsync(string variantKey, CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        var variant = await db.Set<Variant>().AsNoTracking().FirstOrDefaultAsync(v => v.Key == variantKey, cancellation) ?? throw new RefusedException($"There is no variant '{variantKey}'.");
        RefuseExternal(variant);
        var family = RecommenderCatalog.Get(variant.Family);
        return families.Unavailable(family) is { } reason ? throw new RefusedException($"{family.Name} cannot be trained here: {reason}") : variant;
    }

    /// <summary>Queues a new run with the options, data and seed of an old one.</summary>
    /// <exception cref="RefusedException">There is no such run, or it is not finished.</exception>
    public async Task<TrainingRun> RetryAsync(int runId, string who, CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        var (old, variant) = await FindAsync(db, runId, cancellation);
        RefuseExternal(variant);
        if (old.State is RunState.Queued or RunState.Running) throw new RefusedException($"Run {runId} is not finished yet.");
        if (await db.Set<Dataset>().FindAsync([old.DatasetId], cancellation) is not { State: DatasetState.Ready }) throw new RefusedException($"The data set of run {runId} is gone.");
        var run = new TrainingRun
        {
            VariantId = old.VariantId, DatasetId = old.DatasetId, Options = old.Options, Seed = old.Seed, Device = old.Device, RequestedBy = who,
            Version = await db.Set<TrainingRun>().Where(r => r.VariantId == old.VariantId).MaxAsync(r => r.Version, cancellation) + 1,
        };
        return await QueueAsync(db, run, variant, "training.retry", who, cancellation);
    }

    /// <summary>Queues the same run again; it goes on from its checkpoint where it left one, else it starts anew.</summary>
    /// <exception cref="RefusedException">There is no such run, or there is nothing to go on with.</exception>
    public async Task<TrainingRun> ResumeAsync(int runId, string who, CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        var (run, variant) = await FindAsync(db, runId, cancellation);
        if (run.State is not (RunState.Failed or RunState.Cancelled or RunState.Lost)) throw new RefusedException($"Run {runId} is {Word(run.State)}; only a stopped one can be resumed.");
        return await QueueAsync(db, run, variant, "training.resume", who, cancellation);
    }

    /// <summary>Stops a run: one that waits at once, one that runs within seconds.</summary>
    /// <exception cref="RefusedException">There is no such run, or it is over.</exception>
    public async Task CancelAsync(int runId, string who, CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        var (run, variant) = await FindAsync(db, runId, cancellation, ofTrials: true);
        var now = clock.GetUtcNow();
        var waiting = await db.Set<TrainingRun>().Where(r => r.Id == runId && r.State == RunState.Queued).ExecuteUpdateAsync(set => set
            .SetProperty(r => r.State, RunState.Cancelled).SetProperty(r => r.FinishedAt, now).SetProperty(r => r.Error, $"Cancelled by {who} before it started."), cancellation);
        var running = waiting == 1 ? 0 : await db.Set<TrainingRun>().Where(r => r.Id == runId && r.State == RunState.Running)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.CancelRequested, true), cancellation);
        if (waiting + running == 0) throw new RefusedException($"Run {runId} is {Word(run.State)} and cannot be cancelled.");
        if (waiting == 1) await queue.RemoveAsync(run, cancellation);
        Audit(db, who, "training.cancel", variant, run);
        await db.SaveChangesAsync(cancellation);
        Tell(runId);
    }

    /// <summary>The runs that wait, in the order in which they will start, per scheduler.</summary>
    public async Task<IReadOnlyList<TrainingRun>> WaitingAsync(CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        return await db.Set<TrainingRun>().AsNoTracking().Where(r => r.State == RunState.Queued).OrderBy(r => r.RequestedAt).ToListAsync(cancellation);
    }

    /// <summary>Puts a stopped run of a search's trial back into its queue; it goes on from its checkpoint where it left one.</summary>
    internal async Task PutBackAsync(RecLabDb db, TrainingRun run, CancellationToken cancellation)
    {
        Waits(run);
        await db.SaveChangesAsync(cancellation);
        await queue.AddAsync(run, cancellation);
        Tell(run.Id);
    }

    private void Waits(TrainingRun run) => (run.State, run.RequestedAt, run.CancelRequested, run.Phase, run.Fraction, run.SecondsLeft, run.FinishedAt, run.Error) =
        (RunState.Queued, clock.GetUtcNow(), false, "waiting", 0, null, null, null);

    private async Task<TrainingRun> QueueAsync(RecLabDb db, TrainingRun run, Variant variant, string action, string who, CancellationToken cancellation)
    {
        Waits(run);
        if (run.Id == 0) db.Add(run);
        await db.SaveChangesAsync(cancellation);
        Audit(db, who, action, variant, run);
        await db.SaveChangesAsync(CancellationToken.None); // the run is there: whoever asked may leave, it still enters its queue
        await queue.AddAsync(run, CancellationToken.None);
        Tell(run.Id);
        return run;
    }

    /// <summary>The slot a training of the family takes.</summary>
    /// <exception cref="RefusedException">There is no such device here.</exception>
    internal string Slot(string? device, RecommenderFamily family)
    {
        if (device is null) return family.NeedsTorch && settings.CudaSlots > 0 ? "cuda:0" : "cpu";
        if (device == "cpu") return device;
        if (device.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(device[5..], out var index) && index >= 0 && index < settings.CudaSlots) return device;
        throw new RefusedException($"There is no device '{device}' here; there {(settings.CudaSlots == 0 ? "is cpu" : $"are cpu and cuda:0 to cuda:{settings.CudaSlots - 1}")}.");
    }

    private static void RefuseExternal(Variant variant)
    {
        if (External.ExternalFamilies.Find(variant.Family) is { } family) throw new RefusedException($"'{variant.Key}' is of the kind {family.Name} and is not trained here.");
    }

    private static async Task<(TrainingRun, Variant)> FindAsync(RecLabDb db, int runId, CancellationToken cancellation, bool ofTrials = false)
    {
        var run = await db.Set<TrainingRun>().FirstOrDefaultAsync(r => r.Id == runId, cancellation) ?? throw new RefusedException($"There is no run {runId}.");
        if (run.VariantId == TrainingRun.NoVariant)
            return ofTrials ? (run, new Variant { Key = "trial", Name = "", Family = "", Options = "{}" }) : throw new RefusedException($"Run {runId} is a trial of a search, which sees to it; start or resume the search.");
        return (run, await db.Set<Variant>().FirstAsync(v => v.Id == run.VariantId, cancellation));
    }

    private void Audit(RecLabDb db, string who, string action, Variant variant, TrainingRun run) =>
        db.Add(new AuditEntry { At = clock.GetUtcNow(), Who = who, Action = action, Subject = $"run {run.Id} ({variant.Key} v{run.Version})" });

    private void Tell(int runId)
    {
        feed.Changed(LiveFeed.Runs);
        feed.Changed($"run:{runId}");
    }

    private static string Word(RunState state) => state switch
    {
        RunState.Queued => "waiting", RunState.Running => "running", RunState.Succeeded => "finished", RunState.Failed => "failed", RunState.Cancelled => "cancelled", _ => "lost",
    };
}
