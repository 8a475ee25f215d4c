using System.Text.Json;

namespace RecLab.Data;

/// <summary>How a data set is cut from the event log. Live or simulated, never both.</summary>
public sealed record LogRecipe
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web);

    /// <summary>Weight of one event by its type, 0 to 100; types that are not named, or have 0, are left out. A rating's is multiplied by its stars.</summary>
    public SortedDictionary<string, double> Weights { get; init; } = new(StringComparer.Ordinal) { ["click"] = 1, ["add_to_cart"] = 3, ["purchase"] = 5, ["rating"] = 1 };

    /// <summary>Simulated visitors' events, or live ones.</summary>
    public bool Simulated { get; init; }

    /// <summary>The rows of the base data set that models may see come first; otherwise the log stands alone.</summary>
    public bool WithBase { get; init; } = true;

    /// <summary>The weights of one person's events on one item add up to at most this.</summary>
    public double Most { get; init; } = 10;

    /// <summary>Days before the newest event of the cut after which an event weighs half; null for no decay.</summary>
    public double? HalfLifeDays { get; init; }

    /// <summary>Only what followed from lists of this placement; null for everything.</summary>
    public string? Placement { get; init; }

    /// <summary>Only events that happened from here on, and before there; null for no bound.</summary>
    public DateTimeOffset? From { get; init; }
    public DateTimeOffset? Until { get; init; }

    /// <summary>"live" or "simulated".</summary>
    public string Side() => Simulated ? "simulated" : "live";

    public string ToJson() => JsonSerializer.Serialize(this, Format);

    /// <exception cref="JsonException">The text is no recipe.</exception>
    public static LogRecipe FromJson(string json) => JsonSerializer.Deserialize<LogRecipe>(json, Format) ?? new();
}

/// <summary>Events of one type in a cut.</summary>
/// <param name="Weight">What one of them weighs.</param>
/// <param name="Events">How many were taken, repeats of one act counted once.</param>
public sealed record LogCount(string Type, double Weight, long Events);

/// <summary>Events that were found and not taken.</summary>
/// <param name="Reason">Why, as the rule they break.</param>
public sealed record LogLeftOut(string Reason, long Events);

/// <summary>What a data set of the log was cut from and what came of it.</summary>
/// <param name="BaseId">The data set whose catalogue it has.</param>
/// <param name="Base">Its name then.</param>
/// <param name="Counts">Events taken, by type.</param>
/// <param name="LeftOut">Events left out, by reason.</param>
/// <param name="BaseRows">Rows that come from the base; 0 where the log stands alone.</param>
/// <param name="LogRows">Rows that come from the log: one per person and item.</param>
/// <param name="NewUsers">People the base does not know.</param>
/// <param name="First">When the oldest and newest event happened.</param>
public sealed record LogCut(LogRecipe Recipe, int BaseId, string Base, IReadOnlyList<LogCount> Counts, IReadOnlyList<LogLeftOut> LeftOut, int BaseRows, int LogRows, int NewUsers,
    DateTimeOffset First, DateTimeOffset Last)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web);

    /// <summary>Events taken.</summary>
    public long Events() => Counts.Sum(c => c.Events);

    public string ToJson() => JsonSerializer.Serialize(this, Format);

    /// <summary>The cut behind a data set; null for what is no cut of the log.</summary>
    public static LogCut? Of(Dataset dataset) => dataset.Log is null ? null : JsonSerializer.Deserialize<LogCut>(dataset.Log, Format);
}
