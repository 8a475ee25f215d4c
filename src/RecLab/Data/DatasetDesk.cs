using Microsoft.EntityFrameworkCore;
using RecLab.Access;
using RecLab.Live;
using RecLab.Storage;

namespace RecLab.Data;

/// <summary>Somebody who may need a data set: it is not deleted while one does.</summary>
public interface IDatasetUser
{
    /// <summary>What needs it, for a sentence ("the variant 'als'"), or null.</summary>
    Task<string?> NeedsAsync(int datasetId, CancellationToken cancellation);
}

/// <summary>The register of data sets: list, find, delete.</summary>
public sealed class DatasetDesk(IDbContextFactory<RecLabDb> database, HostPaths paths, DatasetShelf shelf, TimeProvider clock, LiveFeed feed, IEnumerable<IDatasetUser> users)
{
    /// <summary>All entries, newest first.</summary>
    public async Task<IReadOnlyList<Dataset>> ListAsync(CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        return await db.Set<Dataset>().AsNoTracking().OrderByDescending(d => d.Id).ToListAsync(cancellation);
    }

    /// <summary>One entry, or null.</summary>
    public async Task<Dataset?> FindAsync(int id, CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        return await db.Set<Dataset>().AsNoTracking().FirstOrDefaultAsync(d => d.Id == id, cancellation);
    }

    /// <summary>Deletes a data set, or the record of a failed import.</summary>
    /// <exception cref="ImportRefusedException">It is being imported, or something needs it.</exception>
    public async Task DeleteAsync(int id, string who, CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        var dataset = await db.Set<Dataset>().FirstOrDefaultAsync(d => d.Id == id, cancellation) ?? throw new ImportRefusedException($"There is no data set {id}.");
        if (dataset.State == DatasetState.Importing) throw new ImportRefusedException($"'{dataset.Name}' is being imported; cancel that first.");
        foreach (var user in users)
            if (await user.NeedsAsync(id, cancellation) is { } need) throw new ImportRefusedException($"'{dataset.Name}' is needed by {need} and cannot be deleted.");
        await RemoveAsync(db, dataset, who, "dataset.delete", cancellation);
    }

    /// <summary>Removes a snapshot of a log that by a policy nothing goes back to any more. The runs that learnt from it stay.</summary>
    internal async Task PruneAsync(int id, string who, CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        if (await db.Set<Dataset>().FirstOrDefaultAsync(d => d.Id == id, cancellation) is { State: DatasetState.Ready } dataset && dataset.IsOfLog()) await RemoveAsync(db, dataset, who, "dataset.prune", cancellation);
    }

    private async Task RemoveAsync(RecLabDb db, Dataset dataset, string who, string action, CancellationToken cancellation)
    {
        db.Remove(dataset);
        db.Add(new AuditEntry { At = clock.GetUtcNow(), Who = who, Action = action, Subject = $"data set {dataset.Name}", Detail = dataset.ContentHash });
        await db.SaveChangesAsync(cancellation);
        shelf.Drop(dataset.Id);
        var folder = Path.Combine(paths.Datasets, dataset.Folder);
        if (dataset.Folder.Length > 0 && Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        feed.Changed(LiveFeed.Datasets);
    }
}
