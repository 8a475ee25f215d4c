using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using RecLab.Live;
using RecLab.Recommenders.Data.Import;
using RecLab.Storage;

namespace RecLab.Data;

/// <summary>Takes requests to import, carries them out one after another in the background, and says how far they are.</summary>
public sealed class ImportDesk(Importer importer, ImportQueue queue, DatasetWriter writer, IDbContextFactory<RecLabDb> database, HostPaths paths, LiveFeed feed, ILogger<ImportDesk> log) : IHostedService
{
    private readonly ConcurrentDictionary<int, ImportUnderWay> _underWay = new();
    private readonly SemaphoreSlim _one = new(1);
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Where uploads lie until they are imported.</summary>
    public string Uploads => Path.Combine(paths.DataDir, "uploads");

    /// <summary>Begins an import and answers at once.</summary>
    /// <exception cref="ImportRefusedException">It cannot begin; the sentence says why.</exception>
    /// <exception cref="ImportsWaitException">Too many imports, or too large ones, wait already.</exception>
    public async Task<Dataset> StartAsync(ImportRequest request, string who, CancellationToken cancellation = default)
    {
        var place = queue.Enter(request.IsUpload ? BytesOf(request.Path) : 0);
        try
        {
            var dataset = await importer.BeginAsync(request, who, cancellation);
            var import = new ImportUnderWay(CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token));
            _underWay[dataset.Id] = import;
            import.Done = Task.Run(() => CarryOutAsync(dataset, request, import, place), CancellationToken.None);
            return dataset;
        }
        catch
        {
            place.Dispose();
            throw;
        }
    }

    /// <summary>How far an import is, or null when none is under way here.</summary>
    public ImportProgress? Progress(int datasetId) => _underWay.TryGetValue(datasetId, out var import) ? import.Progress : null;

    /// <summary>Completes when the import is over, however it went.</summary>
    public Task WaitAsync(int datasetId) => _underWay.TryGetValue(datasetId, out var import) ? import.Done : Task.CompletedTask;

    /// <summary>Stops an import; nothing of it stays.</summary>
    /// <returns>False when it is over already.</returns>
    public bool Cancel(int datasetId)
    {
        if (!_underWay.TryGetValue(datasetId, out var import)) return false;
        import.Cancellation.Cancel();
        return true;
    }

    /// <summary>Imports whose process died are failed; their uploads go.</summary>
    async Task IHostedService.StartAsync(CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        foreach (var dataset in await db.Set<Dataset>().AsNoTracking().Where(d => d.State == DatasetState.Importing).ToListAsync(cancellationToken))
            if (!Lives(dataset.ImporterProcessId)) await writer.FailAsync(dataset.Id, "The server stopped during this import. Import it again.", null);
        if (Directory.Exists(Uploads)) Directory.Delete(Uploads, recursive: true);
    }

    async Task IHostedService.StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_underWay.Values.Select(i => i.Done)).WaitAsync(cancellationToken);
    }

    private async Task CarryOutAsync(Dataset dataset, ImportRequest request, ImportUnderWay import, IDisposable place)
    {
        using var left = place; // also where its upload cannot be removed
        try
        {
            await _one.WaitAsync(import.Cancellation.Token);
            try
            {
                await importer.RunAsync(dataset.Id, request, import.With(() => feed.Changed(LiveFeed.Datasets)), import.Cancellation.Token);
            }
            finally
            {
                _one.Release();
            }
        }
        catch (OperationCanceledException)
        {
            await writer.ForgetAsync(dataset.Id);
        }
        catch (ImportException e)
        {
            log.LogInformation("Nothing was imported as {Name}: {Reason}", dataset.Name, e.Message);
        }
        catch (Exception e)
        {
            log.LogError(e, "The import of {Name} stopped.", dataset.Name); // the entry says so too
        }
        finally
        {
            if (request.IsUpload) RemoveUpload(request.Path);
            place.Dispose(); // before anybody is told that it is over
            _underWay.TryRemove(dataset.Id, out _);
            import.Cancellation.Dispose();
            feed.Changed(LiveFeed.Datasets);
        }
    }

    private static long BytesOf(string path) => Directory.Exists(path) ? new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length) : File.Exists(path) ? new FileInfo(path).Length : 0;

    /// <summary>An upload of several files is its folder; one of a single file lies alone in one.</summary>
    private void RemoveUpload(string path)
    {
        var folder = Directory.Exists(path) || Path.GetDirectoryName(path) is not { } above || Path.GetDirectoryName(above) != Path.TrimEndingDirectorySeparator(Uploads) ? path : above;
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        else File.Delete(folder);
    }

    private static bool Lives(int? processId)
    {
        if (processId is null || processId == Environment.ProcessId) return false; // this process has only just started
        try
        {
            using var process = Process.GetProcessById(processId.Value);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}

/// <summary>An import under way: where it is, and how to stop it.</summary>
internal sealed class ImportUnderWay(CancellationTokenSource cancellation)
{
    private volatile ImportProgress _progress = new(0, "waiting", 0);

    public CancellationTokenSource Cancellation => cancellation;
    public ImportProgress Progress => _progress;
    public Task Done { get; set; } = Task.CompletedTask;

    /// <summary>Takes reports on the thread that makes them.</summary>
    public IProgress<ImportProgress> With(Action tell) => new Listener(this, tell);

    private sealed class Listener(ImportUnderWay import, Action tell) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value)
        {
            import._progress = value;
            tell();
        }
    }
}
