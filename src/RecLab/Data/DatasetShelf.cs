using Microsoft.EntityFrameworkCore;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Data.Snapshots;
using RecLab.Storage;

namespace RecLab.Data;

/// <summary>Opened data sets. A snapshot never changes, so one reading serves everybody; the few used last are kept.</summary>
public sealed class DatasetShelf(IDbContextFactory<RecLabDb> database, HostPaths paths)
{
    private const int Kept = 4;
    private readonly Lock _gate = new();
    private readonly LinkedList<(int Id, Lazy<Task<Interactions>> Data)> _shelf = [];

    /// <summary>Reads a data set, or finds it on the shelf.</summary>
    /// <exception cref="KeyNotFoundException">There is no such data set, or it is not ready.</exception>
    /// <exception cref="SnapshotException">It was damaged on disk.</exception>
    public async Task<Interactions> OpenAsync(int datasetId, CancellationToken cancellation = default)
    {
        var entry = Find(datasetId);
        try
        {
            return await entry.Data.Value.WaitAsync(cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            lock (_gate) _shelf.Remove(entry);
            throw;
        }
    }

    /// <summary>The placements its rows name, without reading them; empty where they name none.</summary>
    /// <exception cref="SnapshotException">It was damaged on disk.</exception>
    public async Task<IReadOnlyList<string>> ScenariosAsync(int datasetId, CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        var dataset = await db.Set<Dataset>().AsNoTracking().FirstOrDefaultAsync(d => d.Id == datasetId && d.State == DatasetState.Ready, cancellation);
        return dataset is null ? [] : DatasetSnapshot.Open(Path.Combine(paths.Datasets, dataset.Folder)).Manifest.Scenarios ?? [];
    }

    /// <summary>Forgets a data set that is being deleted.</summary>
    public void Drop(int datasetId)
    {
        lock (_gate)
            if (_shelf.FirstOrDefault(e => e.Id == datasetId) is { Data: not null } entry) _shelf.Remove(entry);
    }

    private (int Id, Lazy<Task<Interactions>> Data) Find(int id)
    {
        lock (_gate)
        {
            var entry = _shelf.FirstOrDefault(e => e.Id == id);
            if (entry.Data is null) entry = (id, new(() => Task.Run(() => ReadAsync(id))));
            else _shelf.Remove(entry);
            _shelf.AddFirst(entry);
            if (_shelf.Count > Kept) _shelf.RemoveLast();
            return entry;
        }
    }

    private async Task<Interactions> ReadAsync(int id)
    {
        await using var db = await database.CreateDbContextAsync();
        var dataset = await db.Set<Dataset>().AsNoTracking().FirstOrDefaultAsync(d => d.Id == id) ?? throw new KeyNotFoundException($"There is no data set {id}.");
        if (dataset.State != DatasetState.Ready) throw new KeyNotFoundException($"The data set '{dataset.Name}' is not ready.");
        return DatasetSnapshot.Open(Path.Combine(paths.Datasets, dataset.Folder)).Load();
    }
}
