using Microsoft.EntityFrameworkCore;
using RecLab.Data;
using RecLab.Storage;

namespace RecLab.Training;

/// <summary>Removes snapshots of the log that trainings left behind: every scheduled training makes one of the size of its base. One stays while a model that is served, waits, is trained or may be gone back to
/// learnt from it: the newest <c>RecLab:Snapshots:Keep</c> runs of each variant (5). One that a variant has as its own data set, or that nothing has been trained on yet, is somebody's and stays too.</summary>
public sealed class SnapshotKeeper(IDbContextFactory<RecLabDb> database, DatasetDesk datasets, IConfiguration configuration, TimeProvider clock, ILogger<SnapshotKeeper> log) : BackgroundService
{
    /// <summary>Who removes, in the records.</summary>
    public const string Who = "retention";

    private static readonly TimeSpan Every = TimeSpan.FromHours(1);
    private readonly int _kept = Math.Max(1, configuration.GetValue("RecLab:Snapshots:Keep", 5));

    /// <summary>Removes what the policy lets go; how many it were.</summary>
    public async Task<int> PruneAsync(CancellationToken cancellation = default)
    {
        var spare = await SpareAsync(cancellation);
        foreach (var id in spare) await datasets.PruneAsync(id, Who, cancellation);
        if (spare.Count > 0) log.LogInformation("{Count} snapshots of the log were removed: no run that can still be served learnt from them.", spare.Count);
        return spare.Count;
    }

    private async Task<IReadOnlyList<int>> SpareAsync(CancellationToken cancellation)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        var snapshots = await db.Set<Dataset>().Where(d => d.State == DatasetState.Ready && (d.Origin == DatasetOrigin.LiveLog || d.Origin == DatasetOrigin.SimulatedLog)).Select(d => d.Id).ToListAsync(cancellation);
        if (snapshots.Count == 0) return [];
        var variants = await db.Set<Variant>().Select(v => new { v.Id, v.DatasetId, v.ServedRunId }).ToListAsync(cancellation);
        var runs = await db.Set<TrainingRun>().Where(r => snapshots.Contains(r.DatasetId) && r.VariantId != TrainingRun.NoVariant).Select(r => new { r.Id, r.VariantId, r.DatasetId, r.State }).ToListAsync(cancellation);
        var newest = new HashSet<int>();
        foreach (var variant in variants)
        {
            var versions = db.Set<TrainingRun>().Where(r => r.VariantId == variant.Id).OrderByDescending(r => r.Version);
            newest.UnionWith(await versions.Take(_kept).Select(r => r.Id).ToListAsync(cancellation));
            newest.UnionWith(await versions.Where(r => r.State == RunState.Succeeded).Take(_kept).Select(r => r.Id).ToListAsync(cancellation)); // failures in a row must not push out what one can go back to
        }
        var needed = variants.Select(v => v.DatasetId).ToHashSet();
        needed.UnionWith(await db.Set<Searches.Search>().Where(s => s.State == Searches.SearchState.Running).Select(s => s.DatasetId).ToListAsync(cancellation));
        needed.UnionWith(runs.Where(r => newest.Contains(r.Id) || r.State is RunState.Queued or RunState.Running || variants.Any(v => v.ServedRunId == r.Id)).Select(r => r.DatasetId));
        return [.. snapshots.Where(s => !needed.Contains(s) && runs.Any(r => r.DatasetId == s))];
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Every, clock);
        try
        {
            do
            {
                try { await PruneAsync(stopping); }
                catch (Exception fault) when (fault is not OperationCanceledException) { log.LogWarning(fault, "Snapshots that are no longer needed could not be removed."); }
            }
            while (await timer.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            log.LogDebug("Looking for snapshots that are no longer needed ended with the application.");
        }
    }
}
