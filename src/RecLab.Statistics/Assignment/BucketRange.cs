namespace RecLab.Statistics.Assignment;

/// <summary>A half-open part [Start, End) of the bucket line [0, 1). Empty when Start = End, and then nobody falls into it.</summary>
public readonly record struct BucketRange(double Start, double End)
{
    public bool Contains(double bucket) => Start <= bucket && bucket < End;
}

/// <summary>One layer a unit must fall into before it may take part: its bucket under this seed lies in one of the ranges.</summary>
/// <param name="Seed">Names the layer; experiments with the same seed and disjoint ranges never share a unit.</param>
/// <param name="Ranges">Where the unit may fall.</param>
/// <param name="Attribute">Which attribute names the unit; "id" when null.</param>
/// <param name="HashVersion">2 unless an old installation needs 1.</param>
public sealed record BucketFilter(string Seed, IReadOnlyList<BucketRange> Ranges, string? Attribute = null, int HashVersion = 2)
{
    public bool Admits(ReadOnlySpan<char> unit) => Bucketing.Hash(Seed, unit, HashVersion) is { } bucket && Bucketing.Choose(bucket, Ranges) >= 0;
}

/// <summary>The older form of mutual exclusion: a slice of a named line of 1,000 slots under hash version 1. Kept for compatibility with
/// GrowthBook only; version 1 correlates experiments with similar names, so layers use <see cref="BucketFilter"/>.</summary>
public sealed record NamespaceSlice(string Id, double Start, double End)
{
    public bool Admits(ReadOnlySpan<char> unit) => new BucketRange(Start, End).Contains(Fnv1a.Continue(Fnv1a.Continue(Fnv1a.Hash(unit), "__"), Id) % 1000 / 1000.0);
}
