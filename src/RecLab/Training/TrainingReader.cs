using Microsoft.EntityFrameworkCore;
using RecLab.Data;
using RecLab.Experiments;
using RecLab.Recommenders.Evaluation;
using RecLab.Storage;
using RecLab.Training.Searches;

namespace RecLab.Training;

/// <summary>A run with the names a table shows.</summary>
/// <param name="Key">The variant's; empty for a trial of a search.</param>
/// <param name="Variant">Name of the variant, or of the search.</param>
public sealed record RunRow(TrainingRun Run, string Key, string Variant, string Family, string Dataset)
{
    /// <summary>The trial of a search this run is, or null.</summary>
    public SearchTrial? Trial { get; init; }

    /// <summary>"als v3"; "tuning, als trial 12".</summary>
    public string Title => Trial is { } trial ? $"{Variant}, {trial.Family} trial {trial.Number + 1}" : $"{Variant} v{Run.Version}";

    /// <summary>Page of what the run is for.</summary>
    public string Owner => Trial is { } trial ? $"searches/{trial.SearchId}" : $"variants/{Key}";
}

/// <summary>Everything the page of the trainings shows.</summary>
/// <param name="Running">Being trained now.</param>
/// <param name="Waiting">In the order in which they will start.</param>
/// <param name="Over">Finished ones, newest first.</param>
/// <param name="Schedules">Variants that are retrained by themselves, with the next time.</param>
/// <param name="Variants">Variants that can be trained.</param>
public sealed record TrainingBoard(IReadOnlyList<RunRow> Running, IReadOnlyList<RunRow> Waiting, IReadOnlyList<RunRow> Over,
    IReadOnlyList<(Variant Variant, DateTimeOffset? Next)> Schedules, IReadOnlyList<Variant> Variants);

/// <summary>Everything the page of one run shows.</summary>
public sealed record RunView(RunRow Row, Dataset? Dataset, IReadOnlyList<RunStage> Stages, IReadOnlyList<RunPoint> Points, IReadOnlyList<RunLogLine> Log, int Ahead, bool HasCheckpoint, bool IsServed)
{
    public TrainingRun Run => Row.Run;

    /// <summary>The offline evaluation, or null before it was made.</summary>
    public EvaluationResult? Evaluation => Run.Evaluation is { } json ? EvaluationResult.FromJson(json) : null;
}

/// <summary>A variant with the run it serves.</summary>
/// <param name="Dataset">The data set its next training learns from.</param>
/// <param name="UsedBy">Keys of the experiments it is an arm of.</param>
/// <param name="LearntFrom">The data set the served version learnt from and was tested on; null while nothing is served or it is gone.</param>
public sealed record VariantRow(Variant Variant, Dataset? Dataset, TrainingRun? Served, TrainingRun? Latest, IReadOnlyList<string> UsedBy, Dataset? LearntFrom = null)
{
    public EvaluationResult? Evaluation { get; } = Served?.Evaluation is { } json ? EvaluationResult.FromJson(json) : null;
}

/// <summary>Reads what the pages about variants and trainings show; changes nothing.</summary>
public sealed class TrainingReader(IDbContextFactory<RecLabDb> database, TrainingQueue queue, ArtifactStore artifacts)
{
    private const int MostOver = 200, MostLines = 2000;

    public async Task<TrainingBoard> BoardAsync(CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        var runs = db.Set<TrainingRun>().AsNoTracking();
        var alive = await RowsAsync(db, runs.Where(r => r.State == RunState.Running || r.State == RunState.Queued), cancellation);
        var over = await RowsAsync(db, runs.Where(r => r.State != RunState.Running && r.State != RunState.Queued && r.Device != External.ExternalDesk.NoDevice && r.VariantId != TrainingRun.NoVariant).OrderByDescending(r => r.FinishedAt).Take(MostOver), cancellation);
        var variants = await db.Set<Variant>().AsNoTracking().OrderBy(v => v.Name).ToListAsync(cancellation);
        var schedules = new List<(Variant, DateTimeOffset?)>();
        foreach (var variant in variants.Where(v => v.Schedule is not null)) schedules.Add((variant, await queue.NextAsync(variant.Id, cancellation)));
        return new(
            [.. alive.Where(r => r.Run.State == RunState.Running).OrderBy(r => r.Run.StartedAt)],
            [.. alive.Where(r => r.Run.State == RunState.Queued).OrderBy(r => r.Run.RequestedAt)],
            [.. over.OrderByDescending(r => r.Run.FinishedAt)],
            schedules, variants);
    }

    /// <summary>Runs by number, newest first: those before a number.</summary>
    public async Task<IReadOnlyList<RunRow>> PageAsync(int? before, int count, CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        var rows = await RowsAsync(db, db.Set<TrainingRun>().Where(r => (before == null || r.Id < before) && r.Device != External.ExternalDesk.NoDevice).OrderByDescending(r => r.Id).Take(count), cancellation);
        return [.. rows.OrderByDescending(r => r.Run.Id)];
    }

    /// <summary>One run, or null.</summary>
    public async Task<RunView?> RunAsync(int id, CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        if ((await RowsAsync(db, db.Set<TrainingRun>().Where(r => r.Id == id), cancellation)).FirstOrDefault() is not { } row) return null;
        var kind = TrainingQueue.SchedulerOf(row.Run.Device);
        var before = await db.Set<TrainingRun>().AsNoTracking().Where(r => (r.State == RunState.Queued && r.RequestedAt < row.Run.RequestedAt) || r.State == RunState.Running).Select(r => r.Device).ToListAsync(cancellation);
        return new(row,
            await db.Set<Dataset>().AsNoTracking().FirstOrDefaultAsync(d => d.Id == row.Run.DatasetId, cancellation),
            await db.Set<RunStage>().AsNoTracking().Where(s => s.RunId == id && s.Attempt == row.Run.Attempt).OrderBy(s => s.Id).ToListAsync(cancellation),
            await db.Set<RunPoint>().AsNoTracking().Where(p => p.RunId == id).OrderBy(p => p.Series).ThenBy(p => p.Epoch).ToListAsync(cancellation),
            await db.Set<RunLogLine>().AsNoTracking().Where(l => l.RunId == id).OrderByDescending(l => l.Id).Take(MostLines).ToListAsync(cancellation),
            row.Run.State == RunState.Queued ? before.Count(device => TrainingQueue.SchedulerOf(device) == kind) : 0,
            File.Exists(artifacts.Checkpoint(id)),
            await db.Set<Variant>().AnyAsync(v => v.ServedRunId == id, cancellation));
    }

    /// <summary>Runs to hold one against: those on the same data first, newest first.</summary>
    public async Task<IReadOnlyList<RunRow>> ComparableAsync(TrainingRun run, CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        var rows = await RowsAsync(db, db.Set<TrainingRun>().Where(r => r.Id != run.Id && r.State != RunState.Queued && r.VariantId != TrainingRun.NoVariant && r.Device != External.ExternalDesk.NoDevice)
            .OrderByDescending(r => r.DatasetId == run.DatasetId).ThenByDescending(r => r.Id).Take(MostOver), cancellation);
        return [.. rows.OrderByDescending(r => r.Run.DatasetId == run.DatasetId).ThenByDescending(r => r.Run.Id)];
    }

    public async Task<IReadOnlyList<VariantRow>> VariantsAsync(CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        var variants = await db.Set<Variant>().AsNoTracking().OrderBy(v => v.Id).ToListAsync(cancellation);
        var datasets = await db.Set<Dataset>().AsNoTracking().ToDictionaryAsync(d => d.Id, cancellation);
        var served = variants.Select(v => v.ServedRunId).OfType<int>().ToArray();
        var runs = await db.Set<TrainingRun>().AsNoTracking().Where(r => served.Contains(r.Id)
            || r.Version == db.Set<TrainingRun>().Where(o => o.VariantId == r.VariantId).Max(o => o.Version)).ToListAsync(cancellation);
        var uses = await (from arm in db.Set<ExperimentArm>() join experiment in db.Set<Experiment>() on arm.ExperimentId equals experiment.Id
                          select new { arm.VariantId, experiment.Key }).ToListAsync(cancellation);
        return [.. variants.Select(v => (Variant: v, Served: runs.FirstOrDefault(r => r.Id == v.ServedRunId))).Select(v => new VariantRow(v.Variant, datasets.GetValueOrDefault(v.Variant.DatasetId), v.Served,
            runs.Where(r => r.VariantId == v.Variant.Id).MaxBy(r => r.Version), [.. uses.Where(u => u.VariantId == v.Variant.Id).Select(u => u.Key).Distinct()],
            v.Served is { } served ? datasets.GetValueOrDefault(served.DatasetId) : null))];
    }

    /// <summary>One variant with all its runs, newest first; null where there is none of this key.</summary>
    public async Task<(VariantRow Row, IReadOnlyList<TrainingRun> Runs, DateTimeOffset? Next)?> VariantAsync(string key, CancellationToken cancellation = default)
    {
        if ((await VariantsAsync(cancellation)).FirstOrDefault(v => v.Variant.Key == key) is not { } row) return null;
        await using var db = await database.CreateDbContextAsync(cancellation);
        var runs = await db.Set<TrainingRun>().AsNoTracking().Where(r => r.VariantId == row.Variant.Id).OrderByDescending(r => r.Version).ToListAsync(cancellation);
        return (row, runs, await queue.NextAsync(row.Variant.Id, cancellation));
    }

    private static async Task<List<RunRow>> RowsAsync(RecLabDb db, IQueryable<TrainingRun> runs, CancellationToken cancellation) =>
        [.. (await (from run in runs.AsNoTracking()
         join variant in db.Set<Variant>() on run.VariantId equals variant.Id into variants
         from variant in variants.DefaultIfEmpty()
         join trial in db.Set<SearchTrial>() on run.Id equals trial.RunId into trials
         from trial in trials.DefaultIfEmpty()
         join search in db.Set<Search>() on trial.SearchId equals search.Id into searches
         from search in searches.DefaultIfEmpty()
         join dataset in db.Set<Dataset>() on run.DatasetId equals dataset.Id into datasets
         from dataset in datasets.DefaultIfEmpty()
         where variant != null || search != null
         select new { run, Key = variant == null ? "" : variant.Key, Name = variant == null ? search.Name : variant.Name, Family = variant == null ? trial.Family : variant.Family, Dataset = dataset == null ? "" : dataset.Name, trial }).ToListAsync(cancellation))
            .Select(r => new RunRow(r.run, r.Key, r.Name, r.Family, r.Dataset) { Trial = r.trial })];
}
