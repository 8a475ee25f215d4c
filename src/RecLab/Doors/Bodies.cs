using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;

namespace RecLab.Doors;

// The shapes of bodies as the description of the API gives them. Bodies are read field by field (Fields), so that a fault can be pointed at.

internal sealed record RecommendationBody
{
    [Description("Key of the placement.")] public required string Placement { get; init; }
    [Description("The user; absent for nobody in particular. Unknown users are answered by the fallback.")] public string? User { get; init; }
    [Description("The item being looked at: the list is about it and does not hold it.")] public string? Item { get; init; }
    [Description("A visit; exploration stays the same within it.")] public string? Session { get; init; }
    [Description("How many items; the placement's own length where absent. Fewer come where fewer may be shown."), Range(1, 100)] public int? N { get; init; }
    [Description("Ids not to be shown this time, at most 500.")] public IReadOnlyList<string>? Exclude { get; init; }
    [Description("Only items of one of these categories this time.")] public IReadOnlyList<string>? Categories { get; init; }
    [Description("Because you viewed: where no item is given, the list is about the last one the user touched.")] public bool? Because { get; init; }
    [Description("What is known of the request, for targeting: at most 20 texts.")] public IReadOnlyDictionary<string, string>? Context { get; init; }
    [Description("granted, denied or unknown. Without it a publishable key means unknown, a secret key granted. Only with granted is the user looked at.")] public string? Consent { get; init; }
    [Description("A simulated visitor; secret keys only. Results never mix them with live ones.")] public bool? Simulated { get; init; }
    [Description("The simulated moment; simulated visitors only.")] public DateTimeOffset? At { get; init; }
}

internal sealed record BatchBody
{
    [Description("The user of all lists.")] public string? User { get; init; }
    public string? Session { get; init; }
    public string? Consent { get; init; }
    [Description("No item twice on the page; true where absent.")] public bool? Dedupe { get; init; }
    [Description("1 to 20 questions; what one does not say itself comes from the head.")] public required IReadOnlyList<RecommendationBody> Placements { get; init; }
}

internal sealed record EventBody
{
    [Description("Yours, best a UUIDv7; the same id again is the same event and counts once.")] public required string EventId { get; init; }
    [Description("rendered, viewable, click, add_to_cart, purchase, rating, dismiss (hide this item from now on) or custom:name.")] public required string Type { get; init; }
    [Description("As it came with the list. A forged, foreign or unknown one is quarantined.")] public string? RecommendationId { get; init; }
    public string? ItemId { get; init; }
    [Range(1, 100)] public int? Position { get; init; }
    public string? User { get; init; }
    public string? Session { get; init; }
    public DateTimeOffset? OccurredAt { get; init; }
    [Description("Whole minor units for baskets and purchases (1850 for 18.50), stars for ratings, anything countable for custom:NAME: seconds for custom:dwell. Ratings and own events add up values to three decimals, up to a million either way.")] public double? Value { get; init; }
    [Description("ISO 4217.")] public string? Currency { get; init; }
    [Description("Your own fields, at most 4096 characters.")] public JsonObject? Properties { get; init; }
}

internal sealed record EventsBody
{
    [Description("The sender's clock when the batch left; takes its skew out of occurredAt.")] public DateTimeOffset? SentAt { get; init; }
    [Description("1 to 500. The array alone is taken too.")] public required IReadOnlyList<EventBody> Events { get; init; }
}

internal sealed record ExposureItemBody
{
    public required string Id { get; init; }
    [Description("The probability with which your policy put the item at this place, above 0 and at most 1; 1 where absent.")] public double? Propensity { get; init; }
}

internal sealed record ExposureBody
{
    [Description("Yours; the same id again is the same list.")] public string? ExposureId { get; init; }
    public required string Placement { get; init; }
    public required string User { get; init; }
    public string? Session { get; init; }
    [Description("Best first, 1 to 100; a text stands for an item with propensity 1.")] public required IReadOnlyList<ExposureItemBody> Items { get; init; }
    [Description("When it was shown, in the last 72 hours; now where absent.")] public DateTimeOffset? ServedAt { get; init; }
    public IReadOnlyDictionary<string, string>? Context { get; init; }
    public bool? Simulated { get; init; }
}
