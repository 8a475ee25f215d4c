namespace RecLab.Client;

/// <summary>A question for one list.</summary>
public sealed record RecommendationQuery
{
    /// <summary>Key of the placement: "home".</summary>
    public required string Placement { get; init; }

    /// <summary>The user, or null for nobody in particular.</summary>
    public string? User { get; init; }

    /// <summary>The item being looked at, for item pages and similar items.</summary>
    public string? Item { get; init; }
    public string? Session { get; init; }

    /// <summary>How many items, 1..100; null for the placement's own length.</summary>
    public int? N { get; init; }

    /// <summary>Items not to be shown this time.</summary>
    public IReadOnlyList<string>? Exclude { get; init; }

    /// <summary>Only items of these categories this time.</summary>
    public IReadOnlyList<string>? Categories { get; init; }

    /// <summary>"Because you viewed": a list about the last item the user touched.</summary>
    public bool? Because { get; init; }

    /// <summary>What is known of the request, for targeting: "device" -> "mobile".</summary>
    public IReadOnlyDictionary<string, string>? Context { get; init; }

    /// <summary>"granted", "denied" or "unknown"; a server's word counts as granted where it says nothing.</summary>
    public string? Consent { get; init; }
}

/// <summary>Several lists for one page.</summary>
public sealed record PageQuery
{
    public string? User { get; init; }
    public string? Session { get; init; }
    public string? Consent { get; init; }

    /// <summary>No item twice on the page.</summary>
    public bool Dedupe { get; init; } = true;

    /// <summary>1..20 questions.</summary>
    public required IReadOnlyList<RecommendationQuery> Placements { get; init; }
}

/// <summary>A list as it was answered.</summary>
/// <param name="RecommendationId">Events about the list carry it; null when nothing about it can be counted, or when the host decides.</param>
/// <param name="Fallback">Name of the fallback that answered, or null.</param>
/// <param name="HostDecides">Show your own list and report it with <see cref="RecLabClient.ReportAsync"/>.</param>
public sealed record RecommendationList(string? RecommendationId, string Placement, DateTimeOffset Served, int TtlSeconds, ListExperiment Experiment, ListModel? Model, string? Fallback,
    IReadOnlyList<ListItem> Items, string? About = null, bool HostDecides = false);

/// <summary>The experiment behind a list, its variant, and why.</summary>
public sealed record ListExperiment(string? Id, string? Variant, string Reason);

/// <summary>The model that answered.</summary>
public sealed record ListModel(string Id, int Version);

/// <summary>One item of a list, from rank 1.</summary>
/// <param name="Price">Minor units of <paramref name="Currency"/>.</param>
public sealed record ListItem(string Id, int Rank, float Score, string Title, string? Url, string? Image, IReadOnlyList<string> Categories, long? Price, string? Currency, IReadOnlyList<ListReason> Reasons);

/// <summary>Why an item is there.</summary>
public sealed record ListReason(string Type, string? ItemId = null);

/// <summary>A list that the host decided and showed (log-only arm).</summary>
public sealed record HostExposure
{
    /// <summary>The same id again is the same list, so that a repeated report counts once.</summary>
    public string ExposureId { get; init; } = Guid.CreateVersion7().ToString();
    public required string Placement { get; init; }
    public required string User { get; init; }
    public string? Session { get; init; }

    /// <summary>Best first, 1..100.</summary>
    public required IReadOnlyList<HostItem> Items { get; init; }
    public DateTimeOffset ServedAt { get; init; } = DateTimeOffset.UtcNow;
    public IReadOnlyDictionary<string, string>? Context { get; init; }
}

/// <summary>One item of the host's list.</summary>
/// <param name="Propensity">The probability with which the host's policy put it there, (0, 1].</param>
public sealed record HostItem(string Id, double Propensity = 1);

/// <summary>A report as it was recorded.</summary>
/// <param name="Reason">"assigned" when the experiment counts it; "other-arm" when the user belongs to another arm.</param>
public sealed record RecordedExposure(string RecommendationId, string? Experiment, string? Variant, string Reason);
