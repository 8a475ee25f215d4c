using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RecLab.Storage;

namespace RecLab.Data;

/// <summary>Removes, at the start, what a process that died left in the folder of the data sets: the register names every snapshot that is there, and a snapshot appears in it last. What another process is writing stays.</summary>
public sealed class FolderSweep(IDbContextFactory<RecLabDb> database, HostPaths paths, ILogger<FolderSweep> log) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(paths.Datasets)) return;
        string[] folders = [.. Directory.GetDirectories(paths.Datasets).Select(f => Path.GetFileName(f))]; // before the register is read: what appears in between is nobody's orphan
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        var known = await db.Set<Dataset>().AsNoTracking().Select(d => new { d.Id, d.Folder, d.State }).ToListAsync(cancellationToken);
        var named = known.Select(d => d.Folder).ToHashSet(StringComparer.Ordinal);
        var beingWritten = known.Where(d => d.State == DatasetState.Importing).Select(d => d.Id).ToHashSet();
        foreach (var folder in folders)
        {
            // "0012-3f2a...", and while it is written something before or behind that
            var number = folder.TrimStart('.').Split('-')[0];
            if (named.Contains(folder) || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var id) || beingWritten.Contains(id)) continue;
            try
            {
                Directory.Delete(Path.Combine(paths.Datasets, folder), recursive: true);
                log.LogInformation("The folder {Folder} belonged to no data set and was removed.", folder);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                log.LogWarning(fault, "The folder {Folder} belongs to no data set and could not be removed.", folder);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
