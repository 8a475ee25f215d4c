using System.IO.Compression;
using Microsoft.AspNetCore.Http.Features;
using RecLab.Access;
using RecLab.Controls;
using RecLab.Storage;
using RecLab.Training.External;

namespace RecLab.Doors;

/// <summary>The answer to uploaded lists.</summary>
/// <param name="Version">The version that serves from now on.</param>
/// <param name="UnknownRows">Rows left out because the data set's catalogue lacks their item, with the first of those items.</param>
public sealed record ListsAnswer(string Variant, int Version, long Rows, int Users, int Items, long UnknownRows, IReadOnlyList<string> UnknownItems, int EmptyUsers);

/// <summary><c>PUT /api/v1/variants/{key}/lists</c>: a CSV file becomes the next version of a variant of uploaded lists, whole or not at all. With <c>?dataset=</c> the variant is made where it does not exist.</summary>
internal sealed class ListsDoor(ExternalDesk desk, Training.TrainingReader variants, HostPaths paths)
{
    /// <summary>Lists pack 3 to 30 times, deflate at most 1,032 times; the first bytes may be as monotonous as they like.</summary>
    private const int MostTimes = 250, Monotonous = 16 << 20;

    public async Task PutAsync(HttpContext http, Caller caller)
    {
        if (caller.FromBrowser) throw new ProblemException(403, "This needs a secret key, which belongs on a server, never in a page.");
        var key = http.Request.RouteValues["key"]?.ToString() ?? "";
        var type = http.Request.ContentType ?? "";
        if (!type.StartsWith("text/csv", StringComparison.OrdinalIgnoreCase)) throw new ProblemException(415, "Send text/csv.");
        var path = Path.Combine(paths.DataDir, $"lists-{Guid.NewGuid():N}.csv.tmp");
        try
        {
            await ReceiveAsync(http, path);
            await http.Response.WriteAsJsonAsync(await StoreAsync(http, key, path, $"key '{caller.Grant.Name}'"), ApiJson.Default.ListsAnswer, cancellationToken: http.RequestAborted);
        }
        catch (Refusal refusal)
        {
            throw new ProblemException(422, refusal.Message);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private async Task<ListsAnswer> StoreAsync(HttpContext http, string key, string path, string who)
    {
        var exists = await variants.VariantAsync(key, http.RequestAborted) is not null;
        var dataset = 0;
        if (!exists && !int.TryParse(http.Request.Query["dataset"], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out dataset)) throw new ProblemException(404, $"There is no variant '{key}'; name a data set (?dataset=ID) to make it.");
        var (variant, run, report) = exists ? await desk.ReplaceListsAsync(key, path, who, http.RequestAborted)
            : await desk.CreateListsAsync(new(key, http.Request.Query["name"].ToString() is { Length: > 0 } name ? name : key, dataset), path, who, http.RequestAborted);
        return new(variant.Key, run.Version, report.Rows, report.Users, report.Items, report.UnknownRows, report.UnknownItems, report.EmptyUsers);
    }

    /// <summary>Counts what comes out of gzip, not what goes in.</summary>
    private static async Task ReceiveAsync(HttpContext http, string path)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = ExternalDesk.MostBytes;
        var gzip = http.Request.Headers.ContentEncoding.ToString() switch
        {
            "" or "identity" => false,
            "gzip" => true,
            _ => throw new ProblemException(415, "The content encoding must be gzip or none."),
        };
        await using var from = gzip ? new GZipStream(http.Request.Body, CompressionMode.Decompress) : http.Request.Body;
        await using var to = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        var buffer = new byte[1 << 16];
        var total = 0L;
        try
        {
            for (int read; (read = await from.ReadAsync(buffer, http.RequestAborted)) > 0;)
            {
                if ((total += read) > ExternalDesk.MostBytes) throw new ProblemException(413, $"The file is larger than {ExternalDesk.MostBytes >> 20} MiB.");
                if (gzip && total > Monotonous && http.Request.ContentLength is { } packed && total / MostTimes > packed) throw new ProblemException(413, $"The body unpacks to more than {MostTimes} times its size.");
                await to.WriteAsync(buffer.AsMemory(0, read), http.RequestAborted);
            }
        }
        catch (InvalidDataException)
        {
            throw new ProblemException(400, "The body is not gzip.");
        }
    }
}
