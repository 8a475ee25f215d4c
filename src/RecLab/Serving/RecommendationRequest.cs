using RecLab.Recommenders.Data;

namespace RecLab.Serving;

/// <summary>What a visitor has agreed to.</summary>
public enum Consent { Unknown, Denied, Granted }

/// <summary>A question for a list, already checked for shape.</summary>
public sealed record RecommendationRequest
{
    public required string Placement { get; init; }

    /// <summary>The user, or null for nobody in particular. Without consent it is not looked at.</summary>
    public string? User { get; init; }

    /// <summary>At most so many items, 1 to 100; null for as many as the placement shows.</summary>
    public int? Count { get; init; }

    /// <summary>The item being looked at, or null.</summary>
    public string? Item { get; init; }

    /// <summary>Outside ids not to be shown this time.</summary>
    public IReadOnlyCollection<string> Exclude { get; init; } = [];

    /// <summary>Only items of one of these categories this time; empty for all. The placement's own filter holds beside it.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>"Because you viewed": where no item is given, the list is about the last one the user touched.</summary>
    public bool Because { get; init; }
    public string Session { get; init; } = "";

    /// <summary>What is known of the request, for targeting: "device" -> "mobile".</summary>
    public IReadOnlyDictionary<string, string>? Context { get; init; }
    public Consent Consent { get; init; } = Consent.Granted;
    public bool Simulated { get; init; }

    /// <summary>The simulated moment, Unix milliseconds; null for now.</summary>
    public long? At { get; init; }

    /// <summary>A program that reads pages, by its user agent: served the fallback, not assigned, not counted.</summary>
    public bool Bot { get; init; }

    /// <summary>Somebody of the team looks: answered as asked, and nothing about it is recorded.</summary>
    public bool Preview { get; init; }
}

/// <summary>One item of an answer.</summary>
/// <param name="Score">The model's score; comparable within one answer only.</param>
/// <param name="Reason">Why it is here: "popular", "history", "viewed", "listed", "explored", or "new": no model has learnt it yet.</param>
public readonly record struct RankedItem(ItemInfo Item, float Score, string Reason);

/// <summary>The answer to a question for a list.</summary>
/// <param name="RecommendationId">The sealed id, or null when the exposure could not be stored: the list is shown and nothing about it is counted.</param>
/// <param name="ServedAt">Unix milliseconds.</param>
/// <param name="Experiment">The experiment's key, or null.</param>
/// <param name="Variant">Key of the variant assigned, or of the one that answered where no experiment runs.</param>
/// <param name="Reason">Why this variant: "assigned", "no-consent", ...</param>
/// <param name="Model">What answered, or null.</param>
/// <param name="Fallback">Name of the fallback that answered, or null.</param>
/// <param name="List">The list itself; empty where the host decides.</param>
/// <param name="About">The item the list is about: the one asked with, or with <see cref="RecommendationRequest.Because"/> the user's last; null for none.</param>
/// <param name="HostDecides">The arm is log-only: nothing is listed here, the host shows its own list and reports it.</param>
public sealed record Recommendation(string? RecommendationId, string Placement, long ServedAt, string? Experiment, string? Variant, string Reason, ServedModel? Model, string? Fallback,
    ChosenList List, string? About = null, bool HostDecides = false)
{
    public IReadOnlyList<RankedItem> Items => List.Items;
}
