namespace RecLab.Statistics.Assignment;

/// <summary>Everything that decides which variation a unit sees: a pure function, nothing is stored to make it sticky.</summary>
/// <param name="Key">The experiment's key; the seed when <see cref="Seed"/> is missing.</param>
/// <param name="Variations">How many variations there are.</param>
public sealed record AssignmentRule(string Key, int Variations)
{
    /// <summary>Share of each variation; equal when null.</summary>
    public IReadOnlyList<double>? Weights { get; init; }

    /// <summary>Share of units that take part, 0 to 1; 1 when null.</summary>
    public double? Coverage { get; init; }

    /// <summary>Explicit places on the line; weights and coverage are ignored then.</summary>
    public IReadOnlyList<BucketRange>? Ranges { get; init; }

    /// <summary>Layers the unit must fall into, each of them.</summary>
    public IReadOnlyList<BucketFilter>? Filters { get; init; }

    /// <summary>The older form of a layer; ignored when there is a list of filters, even an empty one.</summary>
    public NamespaceSlice? Namespace { get; init; }

    /// <summary>What is hashed with the unit; the key when null or empty.</summary>
    public string? Seed { get; init; }

    /// <summary>2 for every new experiment; see <see cref="Bucketing.Hash(ReadOnlySpan{char}, ReadOnlySpan{char}, int)"/>.</summary>
    public int HashVersion { get; init; } = 2;

    /// <summary>Which attribute names the unit; "id" when null or empty.</summary>
    public string? HashAttribute { get; init; }

    /// <summary>False: nobody takes part.</summary>
    public bool Active { get; init; } = true;

    /// <summary>Everybody who would take part gets this variation.</summary>
    public int? Force { get; init; }

    /// <summary>Decides for one unit, known by its attributes.</summary>
    /// <param name="enabled">False while assignment is switched off altogether.</param>
    public AssignmentDecision Decide(IReadOnlyDictionary<string, string?> attributes, bool enabled = true)
    {
        if (Variations < 2 || !enabled || !Active) return AssignmentDecision.Out;
        if (Text(attributes, HashAttribute) is not { } unit) return AssignmentDecision.Out;
        if (Filters is { } filters)
        {
            foreach (var filter in filters)
                if (Text(attributes, filter.Attribute) is not { } named || !filter.Admits(named)) return AssignmentDecision.Out;
        }
        else if (Namespace is { } slice && !slice.Admits(unit)) return AssignmentDecision.Out;
        if (Bucketing.Hash(string.IsNullOrEmpty(Seed) ? Key : Seed, unit, HashVersion) is not { } bucket) return AssignmentDecision.Out;
        return Place(bucket, Ranges ?? Bucketing.Ranges(Variations, Coverage, Weights));
    }

    internal AssignmentDecision Place(double bucket, IReadOnlyList<BucketRange> ranges)
    {
        var variation = Bucketing.Choose(bucket, ranges);
        if (variation < 0) return AssignmentDecision.Out;
        if (Force is not { } forced) return new(variation, true, true, bucket);
        return forced >= 0 && forced < Variations ? new(forced, true, false, null) : AssignmentDecision.Out;
    }

    private static string? Text(IReadOnlyDictionary<string, string?> attributes, string? name) =>
        attributes.TryGetValue(string.IsNullOrEmpty(name) ? "id" : name, out var value) && !string.IsNullOrEmpty(value) ? value : null;
}

/// <summary>The answer for one unit.</summary>
/// <param name="Variation">Index of the variation to show; 0 (control) for a unit that does not take part.</param>
/// <param name="InExperiment">False: show control and log no exposure.</param>
/// <param name="HashUsed">False where a forced variation answered, or the unit does not take part.</param>
/// <param name="Bucket">The unit's place on the line where the hash decided.</param>
public readonly record struct AssignmentDecision(int Variation, bool InExperiment, bool HashUsed, double? Bucket)
{
    /// <summary>Not in the experiment.</summary>
    public static AssignmentDecision Out => default;
}
