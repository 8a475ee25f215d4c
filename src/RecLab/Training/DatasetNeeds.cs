using Microsoft.EntityFrameworkCore;
using RecLab.Data;
using RecLab.Storage;
using RecLab.Training.Searches;

namespace RecLab.Training;

/// <summary>A data set that a variant learns from, that a served model was trained on, or that a search tries options on, is needed.</summary>
public sealed class DatasetNeeds(IDbContextFactory<RecLabDb> database) : IDatasetUser
{
    public async Task<string?> NeedsAsync(int datasetId, CancellationToken cancellation)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        var key = await db.Set<Variant>().Where(v => v.DatasetId == datasetId).Select(v => v.Key).FirstOrDefaultAsync(cancellation)
            ?? await (from run in db.Set<TrainingRun>() join variant in db.Set<Variant>() on run.VariantId equals variant.Id
                      where run.DatasetId == datasetId && (run.State == RunState.Succeeded || run.State == RunState.Queued || run.State == RunState.Running)
                      select variant.Key).FirstOrDefaultAsync(cancellation);
        if (key is not null) return $"the variant '{key}'";
        return await db.Set<Search>().Where(s => s.DatasetId == datasetId && s.State == SearchState.Running).Select(s => s.Name).FirstOrDefaultAsync(cancellation) is { } search ? $"the search '{search}'" : null;
    }
}
