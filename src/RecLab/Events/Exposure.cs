namespace RecLab.Events;

/// <summary>One list as it was served: to whom, by what, and how likely each position was. Append-only.</summary>
public sealed record Exposure
{
    /// <summary>UUIDv7; as 16 big-endian bytes it is the key of the row.</summary>
    public required Guid Id { get; init; }

    /// <summary>Unix milliseconds; for simulated lists by the simulated clock.</summary>
    public required long ServedAt { get; init; }

    /// <summary>Placement key.</summary>
    public required string Placement { get; init; }

    /// <summary>The experiment that counts this list, with phase and arm; 0 where none does.</summary>
    public int Experiment { get; init; }
    public int Phase { get; init; }
    public int Arm { get; init; }

    /// <summary>The variant that answered and the run whose model did; 0 for none.</summary>
    public int Variant { get; init; }
    public int Run { get; init; }

    /// <summary>The user, or empty where none may be named (no consent): such a list is kept and tallied, never counted for a person.</summary>
    public string Unit { get; init; } = "";
    public string Session { get; init; } = "";
    public bool Simulated { get; init; }

    /// <summary>Outside item ids, best first.</summary>
    public required IReadOnlyList<string> Items { get; init; }

    /// <summary>Probability with which the logging policy put this item at this position, in (0, 1]; one per item.</summary>
    public required IReadOnlyList<double> Propensities { get; init; }

    /// <summary>Who placed which item, for a list that several arms made together; null for any other.</summary>
    public TeamPlaces? Teams { get; init; }

    /// <summary>Probability with which the experiment sent its users to this arm when the list was served, (0, 1]; null where no experiment counts it.</summary>
    public double? AssignedWith { get; init; }

    /// <summary>Name of the fallback that answered, or null.</summary>
    public string? Fallback { get; init; }

    /// <summary>Why this list: "assigned", "no-consent", ...</summary>
    public string Reason { get; init; } = "";

    /// <summary>How many of the items belong to the short head of what the model learnt from: the most popular items that together make up a fifth of all interactions. Null where
    /// popularity is not known.</summary>
    public int? Head { get; init; }

    /// <summary>Mean Jaccard distance between the categories of two items of the list, in parts of <see cref="ListScore.One"/>; null for fewer than two items or without categories.</summary>
    public int? Variety { get; init; }

    /// <summary>Attributes of the user by which the experiment splits its result; what the user's first list in the phase says stays. Null for none.</summary>
    public IReadOnlyDictionary<string, string>? Traits { get; init; }

    /// <summary>The host decides and reports the items afterwards (log-only arm).</summary>
    public bool HostDecides { get; init; }
}

/// <summary>One event as it came through a door, already checked for shape. What it names is checked by the log.</summary>
public sealed record ReceivedEvent
{
    /// <summary>16 bytes made of the sender's event id by <see cref="EventIds"/>; the same id is the same event.</summary>
    public required Guid Id { get; init; }

    /// <summary>A value of <see cref="EventTypes"/>.</summary>
    public required string Type { get; init; }

    /// <summary>The sealed id of the list as it was sent, or null.</summary>
    public string? Recommendation { get; init; }
    public string? Item { get; init; }

    /// <summary>1 for the first place of the list, or 0 where not given; only used where the item is not named.</summary>
    public int Position { get; init; }
    public string? Unit { get; init; }
    public string? Session { get; init; }

    /// <summary>When it happened and when it arrived, Unix milliseconds, clock skew already taken out (<see cref="EventTimes"/>).</summary>
    public required long OccurredAt { get; init; }
    public required long ReceivedAt { get; init; }

    /// <summary>Money in minor units for baskets and purchases, stars for ratings.</summary>
    public double? Value { get; init; }

    /// <summary>ISO 4217, or null for the installation's.</summary>
    public string? Currency { get; init; }

    /// <summary>The sender's own fields as JSON, or null.</summary>
    public string? Properties { get; init; }
    public bool Simulated { get; init; }

    /// <summary>What the times already say; the log adds the rest.</summary>
    public EventFlags Flags { get; init; }
}
