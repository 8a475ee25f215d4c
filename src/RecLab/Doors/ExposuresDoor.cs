using System.Text.Json;
using RecLab.Events;
using RecLab.Serving;

namespace RecLab.Doors;

/// <summary>The answer to a reported list.</summary>
/// <param name="RecommendationId">Events about the list carry it.</param>
/// <param name="Experiment">Key of the experiment that counts the list; null where none does.</param>
/// <param name="Variant">The user's variant here.</param>
/// <param name="Reason">assigned, no-experiment, not-enrolled, ... or other-arm: the user belongs to another arm, so the list is kept and not counted.</param>
public sealed record ExposureAnswer(string RecommendationId, string? Experiment, string? Variant, string Reason);

/// <summary><c>POST /api/v1/exposures</c>: the host decided what to show and reports it with its own propensities (log-only arm). Answered when it is durable.</summary>
internal sealed class ExposuresDoor(ExposureDesk desk, TimeProvider clock)
{
    private const int MostItems = 100;

    public async Task PostAsync(HttpContext http, Caller caller)
    {
        if (caller.FromBrowser) throw new ProblemException(403, "This needs a secret key, which belongs on a server, never in a page.");
        using var body = await Body.ReadAsync(http, caller.FromBrowser);
        var list = Read(body.RootElement);
        RecordedList recorded;
        try
        {
            recorded = await desk.RecordAsync(list, http.RequestAborted) ?? throw new ProblemException(404, $"There is no placement '{list.Placement}'.");
        }
        catch (Controls.Refusal conflict)
        {
            throw new ProblemException(409, conflict.Message);
        }
        catch (EventLogBusyException)
        {
            throw new ProblemException(503, "The list could not be stored at the moment. Send it again with the same exposureId.", retryAfter: 1);
        }
        await http.Response.WriteAsJsonAsync(new ExposureAnswer(recorded.RecommendationId, recorded.Experiment, recorded.Variant, recorded.Reason), ApiJson.Default.ExposureAnswer, cancellationToken: http.RequestAborted);
    }

    private HostList Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object) throw ProblemException.Invalid("/", "Send an object.");
        var fields = new Fields(root, "");
        var now = clock.GetUtcNow();
        var (placement, user, session) = (fields.Id("placement", required: true), fields.Id("user", required: true), fields.Id("session"));
        var id = fields.Id("exposureId");
        var simulated = fields.Flag("simulated") ?? false;
        var servedAt = fields.Time("servedAt") ?? now.ToUnixTimeMilliseconds();
        if (!simulated && (servedAt > now.ToUnixTimeMilliseconds() + 1000 || now.ToUnixTimeMilliseconds() - servedAt > EventTimes.OldestCounted)) fields.Fault("servedAt", "must lie in the last 72 hours");
        var (items, propensities) = Items(fields);
        var context = RecommendationsDoor.Context(fields);
        RecommendationsDoor.Refuse(fields);
        return new()
        {
            Id = id is null ? Guid.CreateVersion7(now) : EventIds.Of(id, simulated ? IdSpace.Simulated : IdSpace.Server), Placement = placement!, User = user!, Session = session ?? "", Items = items, Propensities = propensities,
            ServedAt = servedAt, Context = context, Simulated = simulated,
        };
    }

    /// <summary>Each item is a text, or an object with id and propensity; without a propensity the policy is taken to be certain (1).</summary>
    private static (string[] Items, double[] Propensities) Items(Fields fields)
    {
        if (fields.Any("items") is not { ValueKind: JsonValueKind.Array } list || list.GetArrayLength() is 0 or > MostItems)
        {
            fields.Fault("items", $"must list 1 to {MostItems} items");
            return ([], []);
        }
        List<string> items = [];
        List<double> propensities = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        var at = 0;
        foreach (var element in list.EnumerateArray())
        {
            var place = $"items/{at++}";
            var propensity = 1.0;
            var text = element;
            if (element.ValueKind == JsonValueKind.Object)
            {
                if (element.TryGetProperty("propensity", out var given) && !(given.ValueKind == JsonValueKind.Number && given.TryGetDouble(out propensity) && propensity is > 0 and <= 1))
                    fields.Fault(place + "/propensity", "must be a number above 0 and at most 1");
                text = element.TryGetProperty("id", out var named) ? named : default;
            }
            if (text.ValueKind != JsonValueKind.String || RecommendationsDoor.Safe(text) is not { } id || Texts.Fault(id) is not null) fields.Fault(place, $"must be an id of 1 to {Texts.Longest} characters, or an object with id and propensity");
            else if (!seen.Add(id)) fields.Fault(place, "comes twice");
            else { items.Add(id); propensities.Add(propensity); }
        }
        return ([.. items], [.. propensities]);
    }
}
