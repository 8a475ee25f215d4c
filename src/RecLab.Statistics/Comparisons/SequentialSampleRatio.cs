using RecLab.Statistics.Distributions;

namespace RecLab.Statistics.Comparisons;

/// <summary>Whether the arms received users in the planned shares, for somebody who looks at any time and as often as they like: the chance that the p value ever falls to a level is at most that level.</summary>
/// <remarks>The Bayes factor of users drawn with unknown shares (Dirichlet with mean at the plan) against the planned shares is a martingale under the plan, so 1/factor is a p value at every look
/// (Lindon, Malek, "Anytime-Valid Inference for Multinomial Count Data", NeurIPS 2022, arXiv 2011.03567, section 3; Ville's inequality). How far shares stray nobody knows beforehand: the average over several concentrations of the
/// Dirichlet is such a martingale too, and finds a gross fault after a hundred users as well as a small one after many.</remarks>
public static class SequentialSampleRatio
{
    /// <summary>Alarm level over all looks together: one sound experiment in a hundred is ever called a mismatch.</summary>
    public const double Threshold = 0.01;

    /// <summary>Users that the belief in the planned shares is worth; a small number expects gross faults, a large one small faults.</summary>
    private static readonly double[] Concentrations = [10, 100, 1_000, 10_000];

    /// <summary>The p value at this look, 0 to 1. An arm with weight 0 counts for nothing.</summary>
    /// <returns>No answer while no user was seen.</returns>
    /// <exception cref="ArgumentException">As in <see cref="SampleRatio.Test"/>.</exception>
    public static Answer<double> PValue(IReadOnlyList<long> observed, IReadOnlyList<double> weights)
    {
        if (!SampleRatio.Test(observed, weights).TryGet(out _, out var reason)) return reason;
        double[] factors = [.. Concentrations.Select(c => LogFactor(observed, weights, c))];
        var largest = factors.Max();
        return Math.Min(1, Math.Exp(-largest) * factors.Length / factors.Sum(f => Math.Exp(f - largest)));
    }

    /// <summary>ln of Gamma(c)/Gamma(c + n) prod Gamma(c w_i + x_i)/Gamma(c w_i) w_i^-x_i for shares w_i that sum to 1 and x_i users, n in all.</summary>
    /// <param name="concentration">c, above 0.</param>
    public static double LogFactor(IReadOnlyList<long> observed, IReadOnlyList<double> weights, double concentration)
    {
        double total = 0, users = 0, factor = 0;
        foreach (var weight in weights) total += weight;
        for (var i = 0; i < weights.Count; i++)
        {
            if (!(weights[i] > 0)) continue;
            var (share, seen) = (weights[i] / total, observed[i]);
            users += seen;
            factor += Expansions.LogGamma(concentration * share + seen) - Expansions.LogGamma(concentration * share) - seen * Math.Log(share);
        }
        return factor + Expansions.LogGamma(concentration) - Expansions.LogGamma(concentration + users);
    }
}
