using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;

namespace RecLab.Doors;

// The shapes of bodies of the routes that manage, as the description of the API gives them.

internal sealed record ItemBody
{
    public string? Title { get; init; }
    public IReadOnlyList<string>? Categories { get; init; }
    public string? Description { get; init; }
    [Description("http, https, or an address that begins with /.")] public string? Url { get; init; }
    [Description("http, https, or an address that begins with /. It is never fetched by the server.")] public string? Image { get; init; }
    [Description("Whole minor units: 1850 for 18.50.")] public long? Price { get; init; }
    [Description("An item that is not is in no list.")] public bool? Available { get; init; }
}

internal sealed record PlacementBody
{
    [Description("Lower-case letters, digits and hyphens, 1 to 40; only for a new one.")] public string? Key { get; init; }
    public string? Name { get; init; }
    [Description("Keys of variants in the order in which they are tried, at most 5.")] public IReadOnlyList<string>? Fallbacks { get; init; }
    [Range(1, 100)] public int? ListLength { get; init; }
    [Description("Leave out what the user has already touched.")] public bool? HideSeen { get; init; }
    [Description("Only items of one of these; empty for all.")] public IReadOnlyList<string>? Categories { get; init; }
    [Description("Items that are never shown here.")] public IReadOnlyList<string>? Blocked { get; init; }
    [Description("Share of places drawn at random."), Range(0, 0.5)] public double? Exploration { get; init; }
}

internal sealed record VariantBody
{
    public required string Key { get; init; }
    public string? Name { get; init; }
    [Description("Key of a recommender family.")] public required string Family { get; init; }
    public required int DatasetId { get; init; }
    public JsonObject? Options { get; init; }
    [Description("Cron expression of scheduled retraining, UTC.")] public string? Schedule { get; init; }
}

internal sealed record TrainingBody
{
    [Description("Key of the variant.")] public required string Variant { get; init; }
    public int? Seed { get; init; }
    [Description("cpu, cuda:0, ...; the best there is where absent.")] public string? Device { get; init; }
    [Description("live or simulated: learn from a fresh snapshot of that log.")] public string? Log { get; init; }
}

internal sealed record ArmBody
{
    [Description("Key of the variant.")] public required string Variant { get; init; }
    public string? Name { get; init; }
    [Range(0, 1)] public double? Weight { get; init; }
}

internal sealed record ExperimentBody
{
    public string? Key { get; init; }
    public string? Name { get; init; }
    public string? Placement { get; init; }
    public IReadOnlyList<ArmBody>? Arms { get; init; }
    public string? Hypothesis { get; init; }
    public string? Owner { get; init; }
    [Description("Share of the placement's users that takes part.")] public double? Traffic { get; init; }
    [Description("Key of a metric: ctr, clicks, clickers, conversion, revenue, rating, ratings, raters, dwell, time-to-click, ... or, over a shop's own event, custom:NAME:count, :users, :mean or :total, with :lower behind it where less is better.")] public string? GoalMetric { get; init; }
    public double? Alpha { get; init; }
    [Description("Guardrails, secondary metrics, caps ({metric, value} as given, or {metric, percentile}, 0.999 where absent, taken from the placement's past when it starts; fixedCaps then says what they came to), targeting, layer, testers (overrides), minimum users and days.")] public JsonObject? Settings { get; init; }
}

internal sealed record KeyBody
{
    public required string Name { get; init; }
    [Description("secret or publishable.")] public required string Kind { get; init; }
    [Description("lists, events, manage, keys; where absent what the kind opens, as far as the key of the request does.")] public IReadOnlyList<string>? Scopes { get; init; }
    [Description("Exact origins of a publishable key.")] public IReadOnlyList<string>? Origins { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }
}

internal sealed record RotationBody
{
    [Description("How long the old one still works; 7 where absent."), Range(0, 90)] public double? OverlapDays { get; init; }
}
