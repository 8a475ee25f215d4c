using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using RecLab.Data;
using RecLab.Recommenders.Data.Import;
using RecLab.Storage;

namespace RecLab.Doors;

/// <summary>How far an import is.</summary>
/// <param name="Fraction">0 to 1.</param>
/// <param name="Lines">Read so far.</param>
public sealed record ImportStep(double Fraction, string Phase, long Lines);

/// <summary>Lines refused for one reason, with the first of them.</summary>
public sealed record RefusedLines(string Rule, long Count, IReadOnlyList<RefusedLine> Lines);

/// <summary>What became of the lines: read = accepted + refused.</summary>
public sealed record LineReport(long Lines, long Accepted, IReadOnlyList<RefusedLines> Refusals, IReadOnlyList<string> Notes)
{
    internal static LineReport Of(ImportReport r) => new(r.Lines, r.Accepted, [.. r.Refusals.Select(x => new RefusedLines(x.Rule, x.Count, x.Lines))], r.Notes);
}

/// <summary>A data set as it is registered.</summary>
/// <param name="State">importing, ready or failed.</param>
/// <param name="Progress">While it is being imported; null otherwise.</param>
/// <param name="Cut">How it is cut into what is learnt and what is asked, as runs on it name their protocol: "random-10-10-10-seed42".</param>
public sealed record DatasetAnswer(int Id, string Name, string Layout, string Origin, string State, long Rows, int Users, int Items, string ContentHash, DateTimeOffset CreatedAt, string CreatedBy, string? Error, ImportStep? Progress = null, LineReport? Report = null, string? Cut = null);

/// <summary>A page of data sets, newest first.</summary>
public sealed record DatasetsAnswer(IReadOnlyList<DatasetAnswer> Items, string? NextCursor);

/// <summary>A file that was received.</summary>
/// <param name="Upload">Name it so to validate and import it, with the same key, within the hour.</param>
public sealed record UploadAnswer(string Upload, string Name, long Bytes, DateTimeOffset ExpiresAt);

/// <summary>What a file looks like.</summary>
/// <param name="Layout">Key of the layout that was recognised; null where the columns must be named.</param>
/// <param name="Columns">What its columns seem to mean; null for layouts that are known.</param>
/// <param name="Rows">The first records, the heading among them.</param>
/// <param name="Report">What an import would make of its lines, where that was asked for.</param>
public sealed record ValidationAnswer(string? Layout, string? File, ColumnsBody? Columns, IReadOnlyList<IReadOnlyList<string>> Rows, LineReport? Report);

/// <summary>The answer to a deletion or cancellation.</summary>
public sealed record DatasetGoneAnswer(int Id, bool Gone);

/// <summary><c>/api/v1/datasets</c>: send a file, look at it, import it, watch. Everything needs a secret key. A file is one of a layout, or an archive of several; it is read as the page reads it.</summary>
internal sealed class DatasetsDoor(IDbContextFactory<RecLabDb> databases, DatasetDesk datasets, ImportDesk imports, UploadShelf uploads, RepeatGuard repeats)
{
    private static readonly SemaphoreSlim OneAtATime = new(1);

    public async Task ListAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        var (limit, before) = (Managing.Limit(http.Request), Managing.Before(http.Request) ?? int.MaxValue);
        await using var db = await databases.CreateDbContextAsync(http.RequestAborted);
        var rows = await db.Set<Dataset>().AsNoTracking().Where(d => d.Id < before).OrderByDescending(d => d.Id).Take(limit + 1).ToListAsync(http.RequestAborted);
        await http.Response.WriteAsJsonAsync(new DatasetsAnswer([.. rows.Take(limit).Select(d => Of(d, whole: false))], rows.Count > limit ? Managing.CursorOf(rows[limit - 1].Id) : null), ApiJson.Default.DatasetsAnswer, cancellationToken: http.RequestAborted);
    }

    public async Task GetAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        await AnswerAsync(http, Managing.Number(http, "id"));
    }

    /// <summary>Takes the body as it is, whatever its type says; nothing looks into it before it is asked for.</summary>
    public async Task UploadAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        var name = http.Request.Query["name"].ToString();
        if (Texts.Fault(name) is { } fault) throw ProblemException.Invalid("?name", $"name {fault}.");
        if (http.Request.ContentLength > UploadBox.MostBytes) throw new ProblemException(413, $"The file is larger than the {UploadBox.MostBytes >> 30} GB an upload may be.");
        if (http.Request.Headers.ContentEncoding.Count > 0) throw new ProblemException(415, "Send the file as it is; a .gz or .zip file is taken without a content encoding.");
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = UploadBox.MostBytes;
        try
        {
            var upload = await uploads.ReceiveAsync(name, http.Request.Body, caller.Grant.Id, http.RequestAborted);
            await http.Response.WriteAsJsonAsync(new UploadAnswer(upload.Id, upload.Name, upload.Bytes, upload.ExpiresAt), ApiJson.Default.UploadAnswer, cancellationToken: http.RequestAborted);
        }
        catch (UploadsWaitException full)
        {
            throw new ProblemException(503, full.Message, retryAfter: 60);
        }
        catch (UploadTooLargeException large)
        {
            throw new ProblemException(413, large.Message);
        }
        catch (IOException full) when (full is not BadHttpRequestException)
        {
            throw new ProblemException(503, "The file could not be stored. Is the disk full?", retryAfter: 60);
        }
    }

    /// <summary>Looks into a file; with <c>"lines": true</c> reads all of it, stores nothing and reports by line.</summary>
    public async Task ValidateAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        using var body = await Body.ReadAsync(http, caller.FromBrowser);
        var fields = Managing.Object(body);
        var (id, lines, wish) = (fields.Id("upload", required: true), fields.Flag("lines") == true, ImportFields.Read(fields));
        RecommendationsDoor.Refuse(fields);
        var upload = Find(id!, caller);
        try
        {
            var preview = await Task.Run(() => ImportPreview.Of(upload.Path, wish.Columns?.Delimiter), http.RequestAborted);
            var report = lines ? await ReportAsync(upload, preview, wish, http.RequestAborted) : null;
            var columns = wish.Columns ?? preview.Columns;
            await http.Response.WriteAsJsonAsync(new ValidationAnswer(preview.Reader?.Key, preview.File, columns is null ? null : ColumnsBody.Of(columns), [.. preview.Rows], report), ApiJson.Default.ValidationAnswer, cancellationToken: http.RequestAborted);
        }
        catch (ImportException wrong)
        {
            throw ProblemException.Invalid("/upload", wrong.Message);
        }
    }

    /// <summary>Begins an import and answers at once; <see cref="GetAsync"/> tells how far it is.</summary>
    public async Task PostAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        using var body = await Body.ReadAsync(http, caller.FromBrowser);
        var fields = Managing.Object(body);
        var (name, id, wish, hidden) = (fields.Id("name", required: true), fields.Id("upload", required: true), ImportFields.Read(fields), fields.Number("hiddenShare") ?? 0.1);
        if (name is { Length: > 80 }) fields.Fault("name", "must be at most 80 characters long");
        if (hidden is < 0 or > 0.5) fields.Fault("hiddenShare", "must be 0 to 0.5");
        var plan = ImportFields.Cut(fields, hidden);
        RecommendationsDoor.Refuse(fields);
        var (dataset, _) = await repeats.OnceAsync(http, caller, body, async () =>
        {
            var upload = Find(id!, caller);
            if (!uploads.Take(upload)) throw Gone(id!);
            try
            {
                var begun = 0;
                await Managing.InState(async () => begun = await BeginAsync(new ImportRequest(name!, upload.Path) { Layout = wish.Layout, Columns = wish.Columns, Cleaning = wish.Cleaning, HiddenShare = hidden, Cut = plan, IsUpload = true }, Managing.Who(caller), http.RequestAborted));
                return begun;
            }
            catch
            {
                uploads.Return(upload); // the name was taken, say: the file need not be sent again
                throw;
            }
        });
        await AnswerAsync(http, dataset);
    }

    private async Task<int> BeginAsync(ImportRequest request, string who, CancellationToken cancellation)
    {
        try
        {
            return (await imports.StartAsync(request, who, cancellation)).Id;
        }
        catch (ImportsWaitException full)
        {
            throw new ProblemException(429, full.Message, retryAfter: 60);
        }
    }

    public async Task CancelAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        var id = Managing.Number(http, "id");
        _ = await datasets.FindAsync(id, http.RequestAborted) ?? throw Missing(id);
        var ended = imports.WaitAsync(id);
        if (!imports.Cancel(id)) throw new ProblemException(409, $"Data set {id} is not being imported here.");
        await ended.WaitAsync(http.RequestAborted);
        await http.Response.WriteAsJsonAsync(new DatasetGoneAnswer(id, await datasets.FindAsync(id, http.RequestAborted) is null), ApiJson.Default.DatasetGoneAnswer, cancellationToken: http.RequestAborted);
    }

    public async Task DeleteAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        var id = Managing.Number(http, "id");
        _ = await datasets.FindAsync(id, http.RequestAborted) ?? throw Missing(id);
        await Managing.InState(() => datasets.DeleteAsync(id, Managing.Who(caller), http.RequestAborted));
        await http.Response.WriteAsJsonAsync(new DatasetGoneAnswer(id, true), ApiJson.Default.DatasetGoneAnswer, cancellationToken: http.RequestAborted);
    }

    private static async Task<LineReport> ReportAsync(Upload upload, ImportPreview preview, ImportWish wish, CancellationToken cancellation)
    {
        var reader = wish.Layout is { } key ? DatasetReaders.Get(key) : wish.Columns is not null ? new DelimitedReader() : preview.Reader ?? throw ProblemException.Invalid("/columns", "No layout recognises this file: say which column is the user and which the item.");
        await OneAtATime.WaitAsync(cancellation); // a whole data set is in memory meanwhile
        try
        {
            return LineReport.Of(await Task.Run(() => reader.Read(upload.Path, new ImportOptions { Columns = wish.Columns, Cleaning = wish.Cleaning }, new Progress<ImportProgress>(), cancellation).Report, cancellation));
        }
        catch (ImportException wrong) when (wrong.Report is { } report)
        {
            return LineReport.Of(report) with { Notes = [.. report.Notes, wrong.Message] };
        }
        finally
        {
            OneAtATime.Release();
        }
    }

    private Upload Find(string id, Caller caller) => uploads.Find(id, caller.Grant.Id) ?? throw Gone(id);

    private static ProblemException Gone(string id) => new(404, $"There is no upload '{id}' of this key; it is kept for an hour and imported once.");
    private static ProblemException Missing(int id) => new(404, $"There is no data set {id}.");

    private async Task AnswerAsync(HttpContext http, int id) => await http.Response.WriteAsJsonAsync(
        Of(await datasets.FindAsync(id, http.RequestAborted) ?? throw Missing(id), whole: true), ApiJson.Default.DatasetAnswer, cancellationToken: http.RequestAborted);

    private DatasetAnswer Of(Dataset d, bool whole) => new(d.Id, d.Name, d.Layout, d.Origin switch { DatasetOrigin.Imported => "imported", DatasetOrigin.Generated => "generated", DatasetOrigin.LiveLog => "live-log", _ => "simulated-log" },
        d.State.ToString().ToLowerInvariant(), d.Rows, d.Users, d.Items, d.ContentHash, d.CreatedAt, d.CreatedBy, d.Error,
        imports.Progress(d.Id) is { } p ? new(p.Fraction, p.Phase, p.Lines) : null, whole && DatasetWriter.ReportOf(d) is { } report ? LineReport.Of(report) : null, CutWords.Key(d.Plan()));
}
