using System.Text.Json;

namespace RecLab.Client;

/// <summary>Something that happened. Its id is made once, so that sending it again counts it once.</summary>
public sealed record RecLabEvent
{
    public string EventId { get; init; } = Guid.CreateVersion7().ToString();

    /// <summary>rendered, viewable, click, add_to_cart, purchase, rating, dismiss or custom:name.</summary>
    public required string Type { get; init; }
    public string? RecommendationId { get; init; }
    public string? ItemId { get; init; }

    /// <summary>1 for the first place.</summary>
    public int? Position { get; init; }
    public string? User { get; init; }
    public string? Session { get; init; }
    public DateTimeOffset OccurredAt { get; init; } = DateTimeOffset.UtcNow;

    /// <summary>Whole minor units for baskets and purchases (1850 for 18.50), stars for ratings, anything countable for an event of your own (seconds for custom:dwell), up to a million either way.</summary>
    public double? Value { get; init; }

    /// <summary>ISO 4217.</summary>
    public string? Currency { get; init; }

    /// <summary>Your own fields, an object of at most 4,096 characters.</summary>
    public JsonElement? Properties { get; init; }

    /// <summary>An event about an item of a list that was answered.</summary>
    /// <exception cref="ArgumentException">The item is not in the list.</exception>
    public static RecLabEvent Of(string type, RecommendationList list, string itemId, string? user = null)
    {
        var item = list.Items.FirstOrDefault(i => i.Id == itemId) ?? throw new ArgumentException($"The item '{itemId}' is not in the list.", nameof(itemId));
        return new() { Type = type, RecommendationId = list.RecommendationId, ItemId = itemId, Position = item.Rank, User = user };
    }
}

/// <summary>One event's fate.</summary>
/// <param name="Status">accepted, duplicate, quarantined or rejected.</param>
public sealed record EventReceipt(string? EventId, string Status, string? Reason = null, string? Pointer = null);

/// <summary>The server's answer to a batch; what was accepted is on disk.</summary>
public sealed record EventReceipts(int Accepted, int Duplicates, int Quarantined, int Rejected, IReadOnlyList<EventReceipt> Results);

/// <summary>The server refused a request, or did not take it after all attempts.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Detail">The server's sentence.</param>
/// <param name="TraceId">To quote when reporting it.</param>
public sealed class RecLabException(int status, string detail, string? traceId) : Exception(detail)
{
    public int Status => status;
    public string? TraceId => traceId;
}
