namespace RecLab.Statistics.Comparisons;

/// <summary>From the probability of being best to the share of traffic an arm gets.</summary>
public static class BestArm
{
    /// <summary>f + (1 - K f) p/sum(p) for K arms: Thompson sampling with a floor; equal shares where the floors alone take everything.</summary>
    /// <param name="best">Probability of each arm to be best.</param>
    /// <param name="floor">Least share of an arm, 0 or more.</param>
    public static double[] FlooredWeights(IReadOnlyList<double> best, double floor = 0.01)
    {
        if (!(floor >= 0)) throw new ArgumentOutOfRangeException(nameof(floor), floor, "A floor is at least 0.");
        var (arms, total) = (best.Count, best.Sum());
        if (arms * floor >= 1 || !(total > 0)) return [.. best.Select(_ => 1.0 / arms)];
        return [.. best.Select(p => floor + (1 - arms * floor) * p / total)];
    }

    /// <summary>Points that cut the line where any arm's belief has its detail: around its centre in steps of its spread, sparser further out.</summary>
    internal static IEnumerable<double> Cuts(double centre, double spread, double left, double right)
    {
        yield return centre;
        for (double step = 0.5, offset = 0.5; offset * spread < Math.Max(left, right); offset += step)
        {
            if (offset >= 6) step = offset / 4;
            if (offset * spread < left) yield return centre - offset * spread;
            if (offset * spread < right) yield return centre + offset * spread;
        }
        yield return centre - left;
        yield return centre + right;
    }
}
