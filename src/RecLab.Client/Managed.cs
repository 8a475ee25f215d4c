using System.Text.Json;

namespace RecLab.Client;

internal sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);
internal sealed record SentFile(string Upload);
internal sealed record NewDataset { public required string Name { get; init; } public required string Upload { get; init; } public ImportColumns? Columns { get; init; } }
internal sealed record ToldAttributes { public required IReadOnlyDictionary<string, string> Attributes { get; init; } }
internal sealed record Deletion(bool Deleted);
internal sealed record KeyOverlap { public double OverlapDays { get; init; } }

/// <summary>A variant with what it serves.</summary>
/// <param name="Serves">The version that answers; null while none has been trained.</param>
public sealed record VariantInfo(string Key, string Name, string Family, JsonElement Options, int DatasetId, string? Schedule, int? Serves, int? Latest, IReadOnlyList<string> UsedBy);

/// <summary>A variant to make.</summary>
public sealed record NewVariant
{
    public required string Key { get; init; }
    public string? Name { get; init; }

    /// <summary>Key of a recommender family: "als", "sasrec".</summary>
    public required string Family { get; init; }
    public required int DatasetId { get; init; }

    /// <summary>Options of the family; null for its defaults.</summary>
    public JsonElement? Options { get; init; }

    /// <summary>Cron expression of scheduled retraining, UTC.</summary>
    public string? Schedule { get; init; }
}

/// <summary>A training to queue.</summary>
public sealed record NewTraining
{
    public required string Variant { get; init; }
    public int? Seed { get; init; }
    public string? Device { get; init; }

    /// <summary>"live" or "simulated": learn from a fresh snapshot of that log; null for the variant's data set.</summary>
    public string? Log { get; init; }
}

/// <summary>A training as it stands.</summary>
/// <param name="State">queued, running, succeeded, failed, cancelled or lost.</param>
/// <param name="Fraction">Done, 0 to 1.</param>
public sealed record TrainingInfo(int Id, string Variant, int Version, string State, string Phase, double Fraction, double? SecondsLeft, string Device, string Dataset, int Seed, DateTimeOffset RequestedAt,
    DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, string? Error, double? ValidationScore);

/// <summary>One arm of an experiment; the first is control.</summary>
public sealed record ExperimentArm
{
    public required string Variant { get; init; }
    public string? Name { get; init; }

    /// <summary>Share of the users who take part; equal shares where none is given.</summary>
    public double? Weight { get; init; }
}

/// <summary>An experiment to draft.</summary>
public sealed record NewExperiment
{
    public required string Key { get; init; }
    public string? Name { get; init; }
    public required string Placement { get; init; }
    public required IReadOnlyList<ExperimentArm> Arms { get; init; }
    public string? Hypothesis { get; init; }
    public double? Traffic { get; init; }
    public string? GoalMetric { get; init; }
    public double? Alpha { get; init; }
    public JsonElement? Settings { get; init; }
}

/// <summary>An experiment as it stands.</summary>
/// <param name="State">draft, training, ready, running, paused, review, decided or archived.</param>
public sealed record ExperimentInfo(string Key, string Name, string Placement, string State, int Phase, double Traffic, string GoalMetric, double Alpha, string Hypothesis, IReadOnlyList<ExperimentArm> Arms,
    DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? StoppedAt, string? Outcome, string? Chosen);

/// <summary>A user of an experiment and the arm that was shown.</summary>
public sealed record ExposedUser(string User, int Arm, string Variant, DateTimeOffset FirstAt, DateTimeOffset LastAt, long Lists, long Viewable, long Clicked);

/// <summary>Which column of a file means what, by heading.</summary>
public sealed record ImportColumns
{
    public required string User { get; init; }
    public required string Item { get; init; }
    public string? Value { get; init; }
    public string? Time { get; init; }

    /// <summary>Where a row came about: a placement.</summary>
    public string? Placement { get; init; }

    /// <summary>One ASCII character; a comma where absent.</summary>
    public string? Delimiter { get; init; }
}

/// <summary>A data set as it is registered.</summary>
/// <param name="State">importing, ready or failed.</param>
/// <param name="Error">Why it failed, one sentence.</param>
public sealed record DatasetInfo(int Id, string Name, string Layout, string Origin, string State, long Rows, int Users, int Items, string ContentHash, string? Error);

/// <summary>A user as told and as seen.</summary>
/// <param name="Version">0 while nothing was told.</param>
public sealed record UserInfo(string Id, IReadOnlyDictionary<string, string> Attributes, long Version, UserSeen Seen);

/// <summary>What the log counts of a user.</summary>
public sealed record UserSeen(long Lists, long Viewable, long Clicked, long Carts, long Purchases, DateTimeOffset? FirstAt, DateTimeOffset? LastAt);

/// <summary>A key to make.</summary>
public sealed record NewKey
{
    public required string Name { get; init; }

    /// <summary>"secret" or "publishable".</summary>
    public required string Kind { get; init; }

    /// <summary>lists, events, manage, keys; null for what the kind opens, as far as the client's own key does.</summary>
    public IReadOnlyList<string>? Scopes { get; init; }

    /// <summary>Exact origins of a publishable key.</summary>
    public IReadOnlyList<string>? Origins { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>A key's entry.</summary>
public sealed record KeyEntry(int Id, string Name, string Kind, IReadOnlyList<string> Scopes, string Prefix, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt);

/// <summary>A key that was made.</summary>
/// <param name="Key">The key itself, this once; null where the same request was answered before.</param>
public sealed record MadeKey(KeyEntry Entry, string? Key);
