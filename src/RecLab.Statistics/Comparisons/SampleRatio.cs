using RecLab.Statistics.Distributions;

namespace RecLab.Statistics.Comparisons;

/// <summary>Whether the arms received users in the planned shares; where they did not, nothing else on the page can be trusted.</summary>
/// <param name="ChiSquare">Sum of (observed - expected)^2 / expected.</param>
/// <param name="Degrees">Arms with weight, less one.</param>
/// <param name="PValue">Upper tail.</param>
/// <param name="Expected">Users each arm should have; 0 where its weight is 0.</param>
/// <param name="LargestDeviation">Largest |observed - expected| / expected: the size of the trouble beside its p value.</param>
public sealed record SampleRatio(double ChiSquare, int Degrees, double PValue, IReadOnlyList<double> Expected, double LargestDeviation)
{
    /// <summary>Alarm level: p below 0.001.</summary>
    public const double Threshold = 0.001;

    public bool IsMismatch(double threshold = Threshold) => PValue < threshold;

    /// <summary>Tests observed users against planned weights. An arm with weight 0 counts neither in the total nor in the degrees of freedom.</summary>
    /// <returns>No answer while no user was seen.</returns>
    /// <exception cref="ArgumentException">Fewer than two arms with weight, a negative number, or lists of different length.</exception>
    public static Answer<SampleRatio> Test(IReadOnlyList<long> observed, IReadOnlyList<double> weights)
    {
        if (observed.Count != weights.Count) throw new ArgumentException($"{observed.Count} arms were observed, {weights.Count} planned.", nameof(weights));
        if (weights.Any(w => !(w >= 0) || double.IsInfinity(w)) || observed.Any(o => o < 0)) throw new ArgumentException("Weights and users cannot be negative.", nameof(weights));
        if (weights.Count(w => w > 0) < 2) throw new ArgumentException("A sample ratio needs at least two arms with weight.", nameof(weights));
        double total = 0, weight = 0;
        for (var i = 0; i < weights.Count; i++)
            if (weights[i] > 0) (total, weight) = (total + observed[i], weight + weights[i]);
        if (total == 0) return NotComputable.NoUnits;

        var expected = new double[weights.Count];
        double chi = 0, largest = 0;
        var degrees = -1;
        for (var i = 0; i < weights.Count; i++)
        {
            if (!(weights[i] > 0)) continue;
            expected[i] = total * weights[i] / weight;
            var gap = observed[i] - expected[i];
            chi += gap * gap / expected[i];
            largest = Math.Max(largest, Math.Abs(gap) / expected[i]);
            degrees++;
        }
        return new SampleRatio(chi, degrees, Distributions.ChiSquare.UpperTail(chi, degrees), expected, largest);
    }
}
