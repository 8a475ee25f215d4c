namespace RecLab.Serving;

/// <summary>One question for a list, already checked for shape.</summary>
public sealed record ListRequest
{
    public required string Placement { get; init; }

    /// <summary>Outside user id, or null where nobody is named.</summary>
    public string? User { get; init; }
    public string? Session { get; init; }

    /// <summary>Items wanted, 1..100.</summary>
    public int Count { get; init; } = 10;

    /// <summary>The item being looked at, or null.</summary>
    public string? Item { get; init; }

    /// <summary>Items that must not appear.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>"granted", "denied" or "unknown"; without consent the list is the fallback's, for nobody and not counted.</summary>
    public string Consent { get; init; } = "granted";

    /// <summary>A simulated visitor; only a secret key may say so.</summary>
    public bool Simulated { get; init; }

    /// <summary>The simulated moment; ignored for live requests.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>What is known of the request, for targeting ("device" = "mobile").</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();
}

/// <summary>Why an item is there: "because" of an item the person opened, "popular", "explore".</summary>
public sealed record ServedReason(string Type, string? ItemId = null, string? Title = null);

/// <summary>One place of a served list.</summary>
/// <param name="Rank">1 for the first.</param>
/// <param name="Image">The item's own picture or a drawn cover, relative to the server where it is ours.</param>
/// <param name="Price">Minor units.</param>
public sealed record ServedItem(string Id, int Rank, double Score, string Title, string? Url, string Image, IReadOnlyList<string> Categories, long? Price, IReadOnlyList<ServedReason> Reasons);

/// <summary>The experiment that decided, and why.</summary>
public sealed record ServedExperiment(string Id, string Variant, string Reason);

/// <summary>The model version that ranked.</summary>
public sealed record ServedModel(string Id, int Version);

/// <summary>A list as it leaves. Its exposure is durable already.</summary>
/// <param name="RecommendationId">Sealed id; events name it.</param>
/// <param name="Fallback">Key of the fallback that answered, or null where the wanted model did.</param>
public sealed record ServedList(string RecommendationId, string Placement, DateTimeOffset Served, ServedExperiment? Experiment, ServedModel? Model, string? Fallback, IReadOnlyList<ServedItem> Items, double TookMs);

/// <summary>There is no such placement.</summary>
public sealed class UnknownPlacementException(string placement) : Exception($"There is no placement '{placement}'.");
