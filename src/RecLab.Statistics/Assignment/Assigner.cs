namespace RecLab.Statistics.Assignment;

/// <summary>An <see cref="AssignmentRule"/> made ready to answer for many units known by one id: ranges and seed are worked out once, and a decision
/// allocates nothing. Immutable and thread-safe.</summary>
public sealed class Assigner
{
    private readonly AssignmentRule _rule;
    private readonly BucketRange[] _ranges;
    private readonly BucketFilter[] _filters;
    private readonly uint _seedState;
    private readonly string _seed;

    /// <exception cref="ArgumentException">A filter asks for another attribute than the rule; only <see cref="AssignmentRule.Decide"/> can answer then.</exception>
    public Assigner(AssignmentRule rule)
    {
        static string Name(string? attribute) => string.IsNullOrEmpty(attribute) ? "id" : attribute;
        _rule = rule;
        _filters = [.. rule.Filters ?? []];
        if (_filters.FirstOrDefault(f => Name(f.Attribute) != Name(rule.HashAttribute)) is { } other)
            throw new ArgumentException($"The filter '{other.Seed}' looks at attribute '{Name(other.Attribute)}', the experiment '{rule.Key}' at '{Name(rule.HashAttribute)}'.", nameof(rule));
        _ranges = [.. rule.Ranges ?? Bucketing.Ranges(rule.Variations, rule.Coverage, rule.Weights)];
        _seed = string.IsNullOrEmpty(rule.Seed) ? rule.Key : rule.Seed;
        _seedState = Fnv1a.Hash(_seed);
    }

    /// <summary>Decides for one unit; the same answer as <see cref="AssignmentRule.Decide"/>.</summary>
    public AssignmentDecision Decide(ReadOnlySpan<char> unit)
    {
        if (_rule.Variations < 2 || !_rule.Active || unit.IsEmpty) return AssignmentDecision.Out;
        foreach (var filter in _filters)
            if (!filter.Admits(unit)) return AssignmentDecision.Out;
        if (_rule.Filters is null && _rule.Namespace is { } slice && !slice.Admits(unit)) return AssignmentDecision.Out;
        var bucket = _rule.HashVersion == 2 ? Bucketing.Hash(_seedState, unit) : Bucketing.Hash(_seed, unit, _rule.HashVersion);
        return bucket is { } place ? _rule.Place(place, _ranges) : AssignmentDecision.Out;
    }
}
