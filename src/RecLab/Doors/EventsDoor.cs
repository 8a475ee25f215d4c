using System.Text.Json;
using RecLab.Events;

namespace RecLab.Doors;

/// <summary>One event's fate in the answer.</summary>
/// <param name="EventId">As it was sent; null where none was readable.</param>
/// <param name="Status">accepted, duplicate, quarantined, rejected, or preview: of a list in the dashboard's preview, not kept.</param>
/// <param name="Reason">Why it was not accepted.</param>
/// <param name="Pointer">Where in the body the fault is.</param>
public sealed record EventResult(string? EventId, string Status, string? Reason = null, string? Pointer = null);

/// <summary>The answer to a batch; it is sent when everything accepted is durable.</summary>
public sealed record EventsAnswer(int Accepted, int Duplicates, int Quarantined, int Rejected, IReadOnlyList<EventResult> Results);

/// <summary><c>POST /api/v1/events</c>: up to 500 events, as an array or <c>{"sentAt", "events"}</c>, JSON or text/plain, a status for each.</summary>
internal sealed class EventsDoor(EventLog log, TimeProvider clock)
{
    public const int Most = 500;
    private const int PropertiesLimit = 4096;
    private const string Previewed = "preview";

    public async Task PostAsync(HttpContext http, Caller caller)
    {
        var received = clock.GetUtcNow().ToUnixTimeMilliseconds();
        using var body = await Body.ReadAsync(http, caller.FromBrowser);
        var simulated = QueryReader.Flag(http.Request.Query, "simulated");
        var (events, pointer, sentAt, bodySimulated) = Batch(body.RootElement);
        simulated |= bodySimulated;
        if (simulated && caller.FromBrowser) throw new ProblemException(403, "Only a secret key may send simulated events.");
        if (events.GetArrayLength() > Most) throw ProblemException.Invalid(pointer, $"A batch has at most {Most} events.");

        var space = simulated ? IdSpace.Simulated : caller.FromBrowser ? IdSpace.Page : IdSpace.Server;
        List<ReceivedEvent> sound = [];
        List<int> places = [];
        List<InvalidValue> faults = [];
        var results = new EventResult[events.GetArrayLength()];
        var at = 0;
        foreach (var element in events.EnumerateArray())
        {
            var (e, id, errors) = Read(element, $"{pointer}/{at}", sentAt, received, space);
            if (e is { Recommendation: null } && caller.Preview)
            {
                results[at++] = new(id, Previewed, "Events of a preview are not kept.");
                continue;
            }
            if (e is not null) { sound.Add(e); places.Add(at); }
            else if (faults.Count < 50) faults.AddRange(errors);
            results[at++] = new(id, "rejected", errors.Count > 0 ? errors[0].Detail : null, errors.Count > 0 ? errors[0].Pointer : null);
        }
        var rejected = results.Count(r => r.Status == "rejected") - sound.Count;
        if (rejected > 0) log.Count("rejected", "", simulated, rejected);
        if (rejected == results.Length && rejected > 0) throw new ProblemException(422, results.Length == 1 ? faults[0].Detail : "None of the events can be taken.", faults);
        await StoreAsync(sound, places, results);
        await http.Response.WriteAsJsonAsync(Answer(results), ApiJson.Default.EventsAnswer, cancellationToken: http.RequestAborted);
    }

    private async Task StoreAsync(List<ReceivedEvent> events, List<int> places, EventResult[] results)
    {
        try
        {
            var receipts = await log.AppendAsync(events);
            for (var i = 0; i < receipts.Count; i++)
                results[places[i]] = new(results[places[i]].EventId, receipts[i].Status switch
                {
                    EventStatus.Accepted => "accepted", EventStatus.Duplicate => "duplicate", _ => "quarantined",
                }, receipts[i].Reason);
        }
        catch (EventLogBusyException)
        {
            throw new ProblemException(503, "The events could not be stored at the moment. Send them again with the same ids.", retryAfter: 1);
        }
    }

    private static EventsAnswer Answer(EventResult[] results) => new(results.Count(r => r.Status == "accepted"), results.Count(r => r.Status == "duplicate"),
        results.Count(r => r.Status == "quarantined"), results.Count(r => r.Status == "rejected"), results);

    private static (JsonElement Events, string Pointer, long? SentAt, bool Simulated) Batch(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Array) return (root, "", null, false);
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("events", out var events) || events.ValueKind != JsonValueKind.Array)
            throw ProblemException.Invalid("/events", "Send an array of events, or an object with sentAt and events.");
        var fields = new Fields(root, "");
        var (sentAt, simulated) = (fields.Time("sentAt"), fields.Flag("simulated") ?? false);
        return fields.Faults.Count > 0 ? throw new ProblemException(422, fields.Faults[0].Detail, fields.Faults) : (events, "/events", sentAt, simulated);
    }

    /// <summary>Checks the shape of one event. What it names is the log's business.</summary>
    private static (ReceivedEvent? Event, string? Id, IReadOnlyList<InvalidValue> Faults) Read(JsonElement element, string pointer, long? sentAt, long received, IdSpace space)
    {
        if (element.ValueKind != JsonValueKind.Object) return (null, null, [new(pointer, "An event is an object.")]);
        var fields = new Fields(element, pointer);
        var id = fields.Id("eventId", required: true);
        var typeText = fields.Id("type", required: true);
        var type = typeText is null ? null : EventTypes.Find(typeText);
        if (typeText is not null && type is null) fields.Fault("type", "must be rendered, viewable, click, add_to_cart, purchase, rating, dismiss or custom:name");
        var recommendation = fields.Id("recommendationId");
        var item = fields.Id("itemId");
        var position = fields.Whole("position", 1, 100) ?? 0;
        var (user, session) = (fields.Id("user"), fields.Id("session"));
        var occurredAt = fields.Time("occurredAt");
        var value = fields.Number("value");
        var currency = fields.Word("currency");
        if (currency is not null && !(currency.Length == 3 && currency.All(char.IsAsciiLetterUpper))) fields.Fault("currency", "must be three capital letters (ISO 4217)");
        if (type is EventTypes.Viewable or EventTypes.Click && recommendation is not null && item is null && position == 0) fields.Fault("itemId", "or position is needed to know what was seen");
        if (type == EventTypes.Rating && value is null) fields.Fault("value", "is missing");
        if (type is EventTypes.Purchase or EventTypes.AddToCart && value is { } amount && (amount != Math.Floor(amount) || Math.Abs(amount) > 1e12)) fields.Fault("value", "must be whole minor units, such as 1850 for 18.50");
        if (type is not null && (type == EventTypes.Rating || EventTypes.IsOwn(type)) && value is { } size && !(Math.Abs(size) <= OwnTotal.LargestValue)) fields.Fault("value", "must lie between -1000000 and 1000000");
        var properties = fields.Any("properties");
        if (properties is { ValueKind: not JsonValueKind.Object }) fields.Fault("properties", "must be an object");
        else if (properties is { } p && p.GetRawText().Length > PropertiesLimit) fields.Fault("properties", $"must not be longer than {PropertiesLimit} characters");
        if (fields.Faults.Count > 0) return (null, id, fields.Faults);
        var simulated = space == IdSpace.Simulated;
        var (occurred, flags) = EventTimes.Derive(type!, occurredAt, sentAt, received, simulated);
        return (new ReceivedEvent
        {
            Id = EventIds.Of(id!, space), Type = type!, Recommendation = recommendation, Item = item, Position = position, Unit = user, Session = session, OccurredAt = occurred, ReceivedAt = received,
            Value = value, Currency = currency, Properties = properties is { } text && text.EnumerateObject().Any() ? text.GetRawText() : null, Simulated = simulated, Flags = flags,
        }, id, []);
    }
}
