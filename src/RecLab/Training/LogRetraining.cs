using Microsoft.EntityFrameworkCore;
using RecLab.Data;
using RecLab.Events;
using RecLab.Storage;

namespace RecLab.Training;

/// <summary>Retrains variants on the event log: a fresh snapshot and a training on it, in one step. The variant itself keeps its data set, which is the snapshots' base.</summary>
public sealed class LogRetraining(SnapshotDesk snapshots, TrainingDesk desk, DatasetDesk datasets, IDbContextFactory<RecLabDb> database)
{
    /// <summary>Cuts a snapshot by the recipe and queues a training of the variant on it.</summary>
    /// <param name="key">Which variant.</param>
    /// <param name="recipe">How the log is cut.</param>
    /// <param name="who">A person's name, or "schedule".</param>
    /// <param name="scheduled">A schedule asks: the promotion margin applies, and nothing is done where nothing has happened since the run before.</param>
    /// <param name="seed">Of the training.</param>
    /// <param name="device">"cpu", "cuda:0"; the best there is when null.</param>
    /// <exception cref="RefusedException">The variant cannot be trained as things stand, or nothing new has happened.</exception>
    /// <exception cref="SnapshotRefusedException">The log has too little, or the recipe is not valid.</exception>
    public async Task<TrainingRun> RequestAsync(string key, LogRecipe recipe, string who, bool scheduled = false, int seed = 42, string? device = null, CancellationToken cancellation = default)
    {
        var variant = await desk.TrainableAsync(key, cancellation);
        var snapshot = await snapshots.PrepareAsync(variant.DatasetId, recipe, cancellation);
        if (scheduled && await LastAsync(variant.Id, cancellation) is { } last && Same(last, snapshot.Cut))
            throw new RefusedException($"Nothing has happened in the {recipe.Side()} log since version {last.Version}.");
        var dataset = await snapshots.StoreAsync(snapshot, snapshots.NameFor(snapshot.Cut, variant.Key), who, cancellation);
        try
        {
            return await desk.RequestAsync(key, who, seed, device, scheduled, datasetId: dataset.Id, cancellation: cancellation);
        }
        catch
        {
            // nobody will ever learn from it, and its name says a training that did not take place
            await datasets.DeleteAsync(dataset.Id, who, CancellationToken.None);
            throw;
        }
    }

    /// <summary>The cut that the variant's newest run on a log learnt from.</summary>
    private async Task<(int Version, LogCut Cut)?> LastAsync(int variantId, CancellationToken cancellation)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        var found = await (from run in db.Set<TrainingRun>() join dataset in db.Set<Dataset>() on run.DatasetId equals dataset.Id
                           where run.VariantId == variantId && run.State == RunState.Succeeded
                           orderby run.Version descending
                           select new { run.Version, Dataset = dataset }).AsNoTracking().FirstOrDefaultAsync(cancellation);
        return found is not null && LogCut.Of(found.Dataset) is { } cut ? (found.Version, cut) : null;
    }

    private static bool Same((int Version, LogCut Cut) last, LogCut now) => last.Cut.ToJson() == now.ToJson();
}
