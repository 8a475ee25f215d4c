using System.Text.Json;
using System.Text.Json.Serialization;
using RecLab.Events;
using RecLab.Serving;

namespace RecLab.Doors;

/// <summary>Why an item is in the list.</summary>
/// <param name="Type">popular, history, viewed, listed, explored, or new: no model has learnt it yet.</param>
/// <param name="ItemId">The item it follows from, where there is one.</param>
public sealed record ReasonLine(string Type, string? ItemId = null);

/// <summary>One item of an answer.</summary>
public sealed record ItemLine(string Id, int Rank, float Score, string Title, string? Url, string Image, IReadOnlyList<string> Categories, long? Price, string? Currency, IReadOnlyList<ReasonLine> Reasons);

/// <summary>The experiment behind an answer.</summary>
public sealed record ExperimentLine(string? Id, string? Variant, string Reason);

/// <summary>The model behind an answer.</summary>
public sealed record ModelLine(string Id, int Version);

/// <summary>The answer to <c>GET /api/v1/recommendations</c>.</summary>
/// <param name="RecommendationId">Sealed; null when nothing about this list can be counted at the moment, or when the host decides.</param>
/// <param name="About">The item the list is about, where there is one.</param>
/// <param name="HostDecides">The user's arm is log-only: show your own list and report it to <c>/api/v1/exposures</c>.</param>
public sealed record RecommendationAnswer(string? RecommendationId, string Placement, DateTimeOffset Served, int TtlSeconds, double TookMs, ExperimentLine Experiment, ModelLine? Model, string? Fallback,
    IReadOnlyList<ItemLine> Items, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? About = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool HostDecides = false);

/// <summary>The answer to a batch: one list per placement asked for.</summary>
public sealed record BatchAnswer(IReadOnlyList<RecommendationAnswer> Lists);

/// <summary><c>/api/v1/recommendations</c> by GET, POST and batch.</summary>
internal sealed class RecommendationsDoor(RecommendationDesk desk, EventLog log, TimeProvider clock)
{
    private const int TtlSeconds = 60, MostPlacements = 20, MostExcluded = 500, MostContext = 20;

    private readonly Func<ChosenList, byte[]> _lines = list => AnswerWriter.Lines(list, log.Currency);

    public async Task GetAsync(HttpContext http, Caller caller)
    {
        var (head, list) = await AnswerAsync(QueryReader.Read(http.Request, caller), http);
        await AnswerWriter.WriteAsync(http.Response, head, list.Written(_lines), http.RequestAborted);
    }

    public async Task PostAsync(HttpContext http, Caller caller)
    {
        using var body = await Body.ReadAsync(http, caller.FromBrowser);
        var request = Read(body.RootElement, "", null, http, caller);
        var (head, list) = await AnswerAsync(request, http);
        await AnswerWriter.WriteAsync(http.Response, head, list.Written(_lines), http.RequestAborted);
    }

    /// <summary>Several placements of one page for one user; with <c>dedupe</c> no item comes twice.</summary>
    public async Task BatchAsync(HttpContext http, Caller caller)
    {
        using var body = await Body.ReadAsync(http, caller.FromBrowser);
        var root = body.RootElement;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("placements", out var placements) || placements.ValueKind != JsonValueKind.Array || placements.GetArrayLength() is 0 or > MostPlacements)
            throw ProblemException.Invalid("/placements", $"placements must name 1 to {MostPlacements} placements.");
        var head = new Fields(root, "");
        var dedupe = head.Flag("dedupe") ?? true;
        Refuse(head);
        List<(RecommendationAnswer, byte[])> lists = [];
        HashSet<string> shown = new(StringComparer.Ordinal);
        var at = 0;
        foreach (var element in placements.EnumerateArray())
        {
            var request = Read(element, $"/placements/{at++}", root, http, caller);
            if (dedupe && shown.Count > 0) request = request with { Exclude = [.. request.Exclude, .. shown] };
            var (answer, list) = await AnswerAsync(request, http);
            lists.Add((answer, list.Written(_lines)));
            shown.UnionWith(list.Ids);
        }
        await AnswerWriter.WriteAsync(http.Response, lists, http.RequestAborted);
    }

    /// <summary>The answer without its items, and the list that has them.</summary>
    private async Task<(RecommendationAnswer Head, ChosenList List)> AnswerAsync(RecommendationRequest request, HttpContext http)
    {
        var started = clock.GetTimestamp();
        var list = await desk.AnswerAsync(request, http.RequestAborted) ?? throw new ProblemException(404, $"There is no placement '{request.Placement}'.");
        return (new(list.RecommendationId, list.Placement, DateTimeOffset.FromUnixTimeMilliseconds(list.ServedAt), TtlSeconds, Math.Round(clock.GetElapsedTime(started).TotalMilliseconds, 2),
            new(list.Experiment, list.Variant, list.Reason), list.Model is { } model ? new(model.Key, model.Version) : null, list.Fallback, [], list.About, list.HostDecides), list.List);
    }

    /// <summary>One question; what it does not say itself comes from the head of a batch.</summary>
    private static RecommendationRequest Read(JsonElement element, string pointer, JsonElement? head, HttpContext http, Caller caller)
    {
        if (element.ValueKind != JsonValueKind.Object) throw ProblemException.Invalid(pointer.Length == 0 ? "/" : pointer, "Send an object.");
        var own = new Fields(element, pointer);
        var shared = head is { } h ? new Fields(h, "") : own;
        var request = new RecommendationRequest
        {
            Placement = own.Id("placement", required: true) ?? "", User = own.Id("user") ?? shared.Id("user"), Item = own.Id("item") ?? shared.Id("item"),
            Session = own.Id("session") ?? shared.Id("session") ?? "", Count = own.Whole("n", 1, 100),
            Exclude = Ids(own, "exclude"), Categories = Ids(own, "categories"), Because = own.Flag("because") ?? false, Context = Context(shared),
            Consent = QueryReader.ConsentOf(own.Id("consent") ?? shared.Id("consent"), caller, "/consent"),
            Simulated = own.Flag("simulated") ?? shared.Flag("simulated") ?? false, At = own.Time("at") ?? shared.Time("at"), Bot = Bots.IsBot(http.Request, caller),
        };
        Refuse(own);
        Refuse(shared);
        return QueryReader.Checked(request, caller);
    }

    private static string[] Ids(Fields fields, string name)
    {
        if (fields.Any(name) is not { } list) return [];
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MostExcluded) { fields.Fault(name, $"must be a list of at most {MostExcluded} ids"); return []; }
        List<string> ids = [];
        foreach (var element in list.EnumerateArray())
        {
            if (element.ValueKind == JsonValueKind.String && Safe(element) is { } id && Texts.Fault(id) is null) ids.Add(id);
            else fields.Fault(name, "holds something that is no id");
        }
        return [.. ids];
    }

    internal static Dictionary<string, string>? Context(Fields fields)
    {
        if (fields.Any("context") is not { } context) return null;
        if (context.ValueKind != JsonValueKind.Object) { fields.Fault("context", "must be an object of texts"); return null; }
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        foreach (var pair in context.EnumerateObject())
        {
            if (values.Count < MostContext && pair.Value.ValueKind == JsonValueKind.String && Safe(pair.Value) is { } text && Texts.Fault(text) is null && Texts.Fault(pair.Name) is null) values[pair.Name] = text;
            else { fields.Fault("context", $"must hold at most {MostContext} texts of at most {Texts.Longest} characters"); break; }
        }
        return values;
    }

    internal static string? Safe(JsonElement text)
    {
        try
        {
            return text.GetString();
        }
        catch (InvalidOperationException) // an escape that is half a character
        {
            return null;
        }
    }

    internal static void Refuse(Fields fields)
    {
        if (fields.Faults.Count > 0) throw new ProblemException(422, fields.Faults[0].Detail, fields.Faults);
    }
}
