using RecLab.Recommenders.Data.Import;
using RecLab.Recommenders.Evaluation;

namespace RecLab.Data;

/// <summary>Reads a source and stores it as a data set, from beginning to end in one call.</summary>
public sealed class Importer(DatasetWriter writer)
{
    /// <summary>Takes the name; <see cref="RunAsync"/> does the rest.</summary>
    /// <exception cref="ImportRefusedException">Nothing lies at the path, the layout is unknown, or the name is not usable.</exception>
    public async Task<Dataset> BeginAsync(ImportRequest request, string who, CancellationToken cancellation = default)
    {
        if (!File.Exists(request.Path) && !Directory.Exists(request.Path)) throw new ImportRefusedException($"There is no file or folder '{request.Path}'.");
        if (request.Layout is { } layout && DatasetReaders.All.All(r => r.Key != layout))
            throw new ImportRefusedException($"There is no layout '{layout}'. Known: {string.Join(", ", DatasetReaders.All.Select(r => r.Key))}.");
        if (request.Cleaning.Wrong is { } wrong) throw new ImportRefusedException(wrong);
        if (CutWords.Wrong(request.Cut with { Hidden = request.HiddenShare }) is { } uncut) throw new ImportRefusedException(uncut);
        return await writer.ReserveAsync(request.Name, request.Layout ?? "", DatasetOrigin.Imported, request.HiddenShare, who, cancellation, request.Cut);
    }

    /// <summary>Reads and stores. Where that fails nothing but the failure itself is kept.</summary>
    /// <exception cref="ImportException">The source cannot be imported.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<Dataset> RunAsync(int datasetId, ImportRequest request, IProgress<ImportProgress> progress, CancellationToken cancellation)
    {
        try
        {
            var reader = request.Layout is { } key ? DatasetReaders.Get(key) : request.Columns is not null ? new DelimitedReader() : DatasetReaders.Detect(request.Path);
            var result = reader.Read(request.Path, new ImportOptions { Columns = request.Columns, Cleaning = request.Cleaning }, progress, cancellation);
            cancellation.ThrowIfCancellationRequested();
            if (CutWords.ToJson(request.Cut) is not null) Try(request.Cut with { Hidden = request.HiddenShare }, result);
            progress.Report(new(1, "writing the snapshot", result.Report.Lines));
            return await writer.StoreAsync(datasetId, result.Interactions, result.Report, cancellation);
        }
        catch (ImportException e)
        {
            await writer.FailAsync(datasetId, e.Message, e.Report);
            throw;
        }
        catch (OperationCanceledException)
        {
            await writer.ForgetAsync(datasetId);
            throw;
        }
        catch (Exception e)
        {
            await writer.FailAsync(datasetId, $"The import stopped: {e.Message}", null);
            throw;
        }
    }

    /// <summary>A cut that was chosen must leave something to learn from and something to ask.</summary>
    /// <exception cref="ImportException">It does not.</exception>
    private static void Try(SplitPlan plan, ImportResult result)
    {
        try
        {
            var split = plan.Cut(result.Interactions);
            if (split.Train.Count == 0 || split.Test.Count == 0)
                throw new ImportException($"The data set cannot be cut so: nothing is left to {(split.Train.Count == 0 ? "train on" : "test")}. {CutWords.Sentence(plan)}.") { Report = result.Report };
        }
        catch (SplitException e)
        {
            throw new ImportException(e.Message, e) { Report = result.Report };
        }
    }
}
