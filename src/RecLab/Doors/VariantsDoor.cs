using System.Text.Json;
using RecLab.Training;

namespace RecLab.Doors;

/// <summary>A variant with what it serves.</summary>
/// <param name="Serves">The version that answers; null while none has been trained.</param>
/// <param name="UsedBy">Keys of the experiments it is an arm of.</param>
public sealed record VariantAnswer(string Key, string Name, string Family, JsonElement Options, int DatasetId, string? Schedule, int? Serves, int? Latest, IReadOnlyList<string> UsedBy);

/// <summary>All variants.</summary>
public sealed record VariantsAnswer(IReadOnlyList<VariantAnswer> Items, string? NextCursor = null);

/// <summary><c>/api/v1/variants</c>. Everything needs a secret key.</summary>
internal sealed class VariantsDoor(VariantDesk desk, TrainingReader reader)
{
    public async Task ListAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        await http.Response.WriteAsJsonAsync(new VariantsAnswer([.. (await reader.VariantsAsync(http.RequestAborted)).Select(Of)]), ApiJson.Default.VariantsAnswer, cancellationToken: http.RequestAborted);
    }

    public async Task GetAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        await AnswerAsync(http, Managing.Name(http, "key"));
    }

    public async Task PostAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        using var body = await Body.ReadAsync(http, caller.FromBrowser);
        var fields = Managing.Object(body);
        var (key, family) = (fields.Id("key", required: true), fields.Id("family", required: true));
        var dataset = fields.Whole("datasetId", 1, int.MaxValue);
        if (dataset is null && fields.Faults.Count == 0) fields.Fault("datasetId", "is missing");
        var options = fields.Any("options");
        if (options is { ValueKind: not JsonValueKind.Object }) fields.Fault("options", "must be an object");
        var (name, schedule) = (fields.Id("name"), fields.Id("schedule"));
        RecommendationsDoor.Refuse(fields);
        await desk.CreateAsync(new VariantDraft { Key = key!, Name = name ?? key!, Family = family!, DatasetId = dataset!.Value, Options = options?.GetRawText() ?? "{}", Schedule = schedule }, Managing.Who(caller), http.RequestAborted);
        await AnswerAsync(http, key!);
    }

    private async Task AnswerAsync(HttpContext http, string key)
    {
        var found = await reader.VariantAsync(key, http.RequestAborted) ?? throw new ProblemException(404, $"There is no variant '{key}'.");
        await http.Response.WriteAsJsonAsync(Of(found.Row), ApiJson.Default.VariantAnswer, cancellationToken: http.RequestAborted);
    }

    private static VariantAnswer Of(VariantRow row)
    {
        // an endpoint's options hold its encrypted secret, which is nobody's business
        using var options = JsonDocument.Parse(Training.External.ExternalFamilies.Find(row.Variant.Family) is null ? row.Variant.Options : "{}");
        return new(row.Variant.Key, row.Variant.Name, row.Variant.Family, options.RootElement.Clone(), row.Variant.DatasetId, row.Variant.Schedule, row.Served?.Version, row.Latest?.Version, row.UsedBy);
    }
}
