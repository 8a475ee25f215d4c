namespace RecLab.Events;

/// <summary>What can happen to a shown item, in the words of the API.</summary>
public static class EventTypes
{
    public const string Rendered = "rendered", Viewable = "viewable", Click = "click", AddToCart = "add_to_cart", Purchase = "purchase", Rating = "rating", Dismiss = "dismiss";

    /// <summary>Prefix of a host's own types, followed by 1 to 50 of a-z 0-9 _ . -</summary>
    public const string CustomPrefix = "custom:";

    private static readonly Dictionary<string, string> Known =
        new[] { Rendered, Viewable, Click, AddToCart, Purchase, Rating, Dismiss }.ToDictionary(t => t, StringComparer.Ordinal);

    /// <summary>The type under its one shared string, or null where there is no such type.</summary>
    public static string? Find(string text)
    {
        if (Known.TryGetValue(text, out var known)) return known;
        if (!text.StartsWith(CustomPrefix, StringComparison.Ordinal) || text.Length - CustomPrefix.Length is < 1 or > 50) return null;
        foreach (var c in text.AsSpan(CustomPrefix.Length))
            if (c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '_' or '.' or '-')) return null;
        return text;
    }

    /// <summary>A host's own type.</summary>
    public static bool IsOwn(string type) => type.StartsWith(CustomPrefix, StringComparison.Ordinal);

    /// <summary>The name of a host's own type, without the prefix.</summary>
    public static string KindOf(string type) => type[CustomPrefix.Length..];

    /// <summary>Counts for its user in every arm that showed the user a list in the seven days before.</summary>
    public static bool IsOutcome(string type) => type is AddToCart or Purchase or Rating || IsOwn(type);

    /// <summary>Happens to an item of a shown list and is counted per impression.</summary>
    public static bool IsImpression(string type) => type is Rendered or Viewable or Click;

    /// <summary>Changes what is known of a person's interests.</summary>
    public static bool IsInterest(string type) => type is Click or AddToCart or Purchase or Rating or Dismiss;
}

/// <summary>Why an accepted event is kept but not counted in totals. 0: it counts.</summary>
[Flags]
public enum EventFlags
{
    None = 0,

    /// <summary>An impression event that arrived more than 30 minutes after it happened.</summary>
    Late = 1,

    /// <summary>It claims to have happened after it was sent.</summary>
    Future = 2,

    /// <summary>It happened more than 72 hours before it arrived.</summary>
    Stale = 4,

    /// <summary>It happened outside its window around the serving of the list: 30 minutes for impressions, 7 days for the rest.</summary>
    OutsideWindow = 8,

    /// <summary>It names no list. Purchases and baskets still count for their user.</summary>
    NoList = 16,

    /// <summary>Its amount is in another currency than the installation's: it counts, its amount does not.</summary>
    OtherCurrency = 32,

    /// <summary>The list belongs to a host that has not said yet what it showed.</summary>
    Pending = 64,
}

/// <summary>What became of an event.</summary>
public enum EventStatus { Accepted, Duplicate, Quarantined }

/// <summary>The log's answer for one event.</summary>
/// <param name="Reason">Why it was quarantined, one of <see cref="QuarantineReasons"/>; null otherwise.</param>
/// <param name="Placement">The placement of its list, or empty.</param>
public readonly record struct EventReceipt(EventStatus Status, string? Reason = null, string Placement = "");

/// <summary>Why an event is set aside: it never touches a total.</summary>
public static class QuarantineReasons
{
    /// <summary>Not a recommendation id at all.</summary>
    public const string Malformed = "malformed";

    /// <summary>The seal does not belong to the list.</summary>
    public const string Forged = "forged";

    /// <summary>No such list was served here.</summary>
    public const string Unknown = "unknown";

    /// <summary>The list was another user's, or the item was not in it.</summary>
    public const string Foreign = "foreign";

    /// <summary>A list is looked at again a week after it was served.</summary>
    public const string Replayed = "replayed";

    /// <summary>A live event for a simulated list, or the other way round.</summary>
    public const string Mixed = "mixed";

    public static readonly IReadOnlyList<string> All = [Malformed, Forged, Unknown, Foreign, Replayed, Mixed];
}
