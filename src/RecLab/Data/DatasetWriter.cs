using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RecLab.Access;
using RecLab.Live;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Data.Import;
using RecLab.Recommenders.Data.Snapshots;
using RecLab.Recommenders.Evaluation;
using RecLab.Storage;

namespace RecLab.Data;

/// <summary>Enters data sets into the register: a name is taken first, the snapshot appears whole, and only then the entry becomes ready.</summary>
public sealed class DatasetWriter(IDbContextFactory<RecLabDb> database, HostPaths paths, TimeProvider clock, LiveFeed feed)
{
    internal static readonly JsonSerializerOptions ReportFormat = new(JsonSerializerDefaults.Web);

    /// <summary>Takes a name. A failed import gives its name up.</summary>
    /// <param name="plan">How what is not hidden is cut; null for the usual tenths of each user's time.</param>
    /// <exception cref="ImportRefusedException">The name is not usable.</exception>
    public async Task<Dataset> ReserveAsync(string name, string layout, DatasetOrigin origin, double hiddenShare, string who, CancellationToken cancellation = default, SplitPlan? plan = null)
    {
        name = name.Trim();
        if (name.Length is 0 or > 80) throw new ImportRefusedException("The name of a data set must be 1 to 80 characters long.");
        if (hiddenShare is not (>= 0 and <= 0.5)) throw new ImportRefusedException("The hidden share must lie between 0 and 0.5.");
        await using var db = await database.CreateDbContextAsync(cancellation);
        if (await db.Set<Dataset>().FirstOrDefaultAsync(d => d.Name == name, cancellation) is { } old)
        {
            if (old.State != DatasetState.Failed) throw new ImportRefusedException($"There is already a data set '{name}'.");
            db.Remove(old);
            await db.SaveChangesAsync(cancellation);
        }
        var dataset = new Dataset
        {
            Name = name, Layout = layout, Origin = origin, State = DatasetState.Importing, HiddenShare = hiddenShare, Cut = plan is null ? null : CutWords.ToJson(plan),
            CreatedAt = clock.GetUtcNow(), CreatedBy = who, ImporterProcessId = Environment.ProcessId,
        };
        db.Add(dataset);
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException)
        {
            throw new ImportRefusedException($"There is already a data set '{name}'."); // somebody was faster
        }
        feed.Changed(LiveFeed.Datasets);
        return dataset;
    }

    /// <summary>Writes the snapshot and makes the entry ready.</summary>
    /// <param name="report">What became of the lines read.</param>
    /// <param name="cut">How it was cut from the event log; null for everything else.</param>
    public async Task<Dataset> StoreAsync(int datasetId, Interactions data, ImportReport? report, CancellationToken cancellation = default, LogCut? cut = null)
    {
        var folder = $"{datasetId:D4}-{Guid.NewGuid():N}"[..13];
        var snapshot = DatasetSnapshot.Write(Path.Combine(paths.Datasets, folder), data);
        try
        {
            await using var db = await database.CreateDbContextAsync(cancellation);
            var dataset = await db.Set<Dataset>().FirstAsync(d => d.Id == datasetId, cancellation);
            dataset.State = DatasetState.Ready;
            if (report is not null) (dataset.Layout, dataset.Report) = (report.Layout, JsonSerializer.Serialize(report, ReportFormat));
            dataset.Log = cut?.ToJson();
            dataset.Folder = folder;
            dataset.ContentHash = snapshot.Hash;
            (dataset.Users, dataset.Items, dataset.Rows) = (snapshot.Manifest.Users, snapshot.Manifest.Items, snapshot.Manifest.Rows);
            (dataset.FirstAt, dataset.LastAt) = (snapshot.Manifest.First, snapshot.Manifest.Last);
            dataset.ImporterProcessId = null;
            db.Add(new AuditEntry { At = clock.GetUtcNow(), Who = dataset.CreatedBy, Action = cut is null ? "dataset.import" : "dataset.snapshot", Subject = $"data set {dataset.Name}", Detail = $"{dataset.Rows} rows, {dataset.ContentHash}" });
            await db.SaveChangesAsync(cancellation);
            feed.Changed(LiveFeed.Datasets);
            return dataset;
        }
        catch
        {
            Directory.Delete(snapshot.Folder, recursive: true);
            throw;
        }
    }

    /// <summary>Notes why nothing came of it.</summary>
    public async Task FailAsync(int datasetId, string error, ImportReport? report)
    {
        await using var db = await database.CreateDbContextAsync();
        if (await db.Set<Dataset>().FirstOrDefaultAsync(d => d.Id == datasetId && d.State == DatasetState.Importing) is not { } dataset) return;
        dataset.State = DatasetState.Failed;
        dataset.Error = error;
        dataset.ImporterProcessId = null;
        if (report is not null) dataset.Report = JsonSerializer.Serialize(report, ReportFormat);
        await db.SaveChangesAsync();
        feed.Changed(LiveFeed.Datasets);
    }

    /// <summary>Removes an entry that never became ready, as if nobody had asked.</summary>
    public async Task ForgetAsync(int datasetId)
    {
        await using var db = await database.CreateDbContextAsync();
        await db.Set<Dataset>().Where(d => d.Id == datasetId && d.State != DatasetState.Ready).ExecuteDeleteAsync();
        feed.Changed(LiveFeed.Datasets);
    }

    /// <summary>The import report of an entry; null where there is none.</summary>
    public static ImportReport? ReportOf(Dataset dataset) => dataset.Report.Length <= 2 ? null : JsonSerializer.Deserialize<ImportReport>(dataset.Report, ReportFormat);
}
