namespace RecLab.Statistics.Assignment;

/// <summary>From a seed and a unit to a place on the line [0, 1), and from there to a variation. Pure, the same in every process, and compatible
/// with the GrowthBook SDKs (their sdk-js test cases, specification version 5).</summary>
public static class Bucketing
{
    /// <summary>The unit's bucket in [0, 1), or null for a hash version that does not exist.</summary>
    /// <param name="version">2: <c>FNV(digits of FNV(seed + unit)) mod 10000 / 10000</c>, for every new experiment. 1: <c>FNV(unit + seed) mod 1000 / 1000</c>, biased
    /// between experiments with similar seeds, for compatibility only.</param>
    public static double? Hash(ReadOnlySpan<char> seed, ReadOnlySpan<char> unit, int version) => version switch
    {
        2 => Hash(seed, unit),
        1 => HashVersion1(seed, unit),
        _ => null,
    };

    /// <summary>The unit's bucket under hash version 2: one of 10,000 steps, so weights finer than 0.01 % cannot be honoured. Allocates nothing.</summary>
    public static double Hash(ReadOnlySpan<char> seed, ReadOnlySpan<char> unit) => Finish(Fnv1a.Continue(Fnv1a.Hash(seed), unit));

    /// <summary>The bucket under hash version 2 when the seed has been hashed before.</summary>
    /// <param name="seedState"><c>Fnv1a.Hash(seed)</c>.</param>
    public static double Hash(uint seedState, ReadOnlySpan<char> unit) => Finish(Fnv1a.Continue(seedState, unit));

    internal static double HashVersion1(ReadOnlySpan<char> seed, ReadOnlySpan<char> unit) => Fnv1a.Continue(Fnv1a.Hash(unit), seed) % 1000 / 1000.0;

    private static double Finish(uint state) => Fnv1a.HashDigits(state) % 10000 / 10000.0;

    /// <summary>n equal weights that sum to 1; none for n below 1.</summary>
    public static double[] EqualWeights(int variations)
    {
        var weights = new double[Math.Max(variations, 0)];
        Array.Fill(weights, 1.0 / variations);
        return weights;
    }

    /// <summary>Where each variation lies on the line. Each range starts at the sum of the weights before it and is coverage x weight long, so raising
    /// the coverage later adds units and moves none.</summary>
    /// <param name="coverage">Share of units that take part; 1 when null, brought into [0, 1].</param>
    /// <param name="weights">One per variation. Equal weights are used when they are missing, too few or many, or do not sum to 1 within 0.01; an
    /// experiment refuses such weights when it is saved (<see cref="CheckWeights"/>).</param>
    public static BucketRange[] Ranges(int variations, double? coverage = null, IReadOnlyList<double>? weights = null)
    {
        var share = Math.Clamp(coverage ?? 1, 0, 1);
        if (weights is null || weights.Count != variations || !IsNearlyOne(Total(weights))) weights = EqualWeights(variations);
        var ranges = new BucketRange[weights.Count];
        var start = 0.0;
        for (var i = 0; i < ranges.Length; i++)
        {
            ranges[i] = new(start, start + share * weights[i]);
            start += weights[i];
        }
        return ranges;
    }

    /// <summary>The first range that holds the bucket, or -1.</summary>
    public static int Choose(double bucket, IReadOnlyList<BucketRange> ranges)
    {
        for (var i = 0; i < ranges.Count; i++)
            if (ranges[i].Contains(bucket)) return i;
        return -1;
    }

    /// <summary>Why weights cannot be honoured as given, in one sentence; null when they can. <see cref="Ranges"/> would silently use other weights.</summary>
    public static string? CheckWeights(IReadOnlyList<double> weights)
    {
        if (weights.Count < 2) return "An experiment needs at least two variants.";
        if (weights.Any(w => !double.IsFinite(w) || w < 0)) return "Weights must be numbers of at least 0.";
        var total = Total(weights);
        return Math.Abs(total - 1) <= 1e-6 ? null : FormattableString.Invariant($"The weights sum to {total:0.######} and must sum to 1.");
    }

    private static bool IsNearlyOne(double total) => total is >= 0.99 and <= 1.01;

    private static double Total(IReadOnlyList<double> weights)
    {
        var total = 0.0;
        foreach (var weight in weights) total += weight;
        return total;
    }
}
