using RecLab.Statistics.Distributions;

namespace RecLab.Statistics.Comparisons;

/// <summary>The belief about an arm's mean: Normal(Mean, StandardDeviation^2).</summary>
public readonly record struct NormalPosterior(double Mean, double StandardDeviation);

/// <summary>Means of several arms with normal posteriors: which is best. Exact by quadrature, not by sampling.</summary>
public static class GaussianBestArm
{
    /// <summary>Fewer users in some arm: traffic is not shifted yet.</summary>
    public const int MinimumUnits = 100;

    /// <summary>Posterior of the arm's mean: Normal(m, v/n) under a flat prior, precision-weighted with a proper one on the arm mean.</summary>
    public static Answer<NormalPosterior> Posterior(Moments arm, NormalPosterior? prior = null)
    {
        var estimate = arm.Estimate().Then<Estimate>(e => e.Variance > 0 ? e : NotComputable.ZeroVariance);
        if (prior is not { } belief) return estimate.Then<NormalPosterior>(e => new NormalPosterior(e.Value, e.StandardError));
        if (arm.Units == 0) return belief;
        return estimate.Then<NormalPosterior>(e =>
        {
            var (data, before) = (1 / e.Variance, 1 / (belief.StandardDeviation * belief.StandardDeviation));
            return new NormalPosterior((e.Value * data + belief.Mean * before) / (data + before), 1 / Math.Sqrt(data + before));
        });
    }

    /// <summary>Whether every arm has enough users to shift traffic.</summary>
    public static bool EnoughUnits(IEnumerable<Moments> arms, int minimum = MinimumUnits) => arms.All(arm => arm.Units >= minimum);

    /// <summary>P(arm has the largest mean; with lowerIsBetter the smallest), for each arm.</summary>
    public static double[] ProbabilityBest(IReadOnlyList<NormalPosterior> arms, bool lowerIsBetter = false)
    {
        var best = new double[arms.Count];
        var sign = lowerIsBetter ? -1 : 1;
        foreach (var (node, weight) in Quadrature.Panels(arms.SelectMany(a => BestArm.Cuts(sign * a.Mean, a.StandardDeviation, 38 * a.StandardDeviation, 38 * a.StandardDeviation))))
            for (var i = 0; i < best.Length; i++)
            {
                var product = weight * Normal.Density((node - sign * arms[i].Mean) / arms[i].StandardDeviation) / arms[i].StandardDeviation;
                for (var j = 0; j < best.Length && product > 0; j++)
                    if (j != i) product *= Normal.Cdf((node - sign * arms[j].Mean) / arms[j].StandardDeviation);
                best[i] += product;
            }
        return best;
    }

    /// <summary>E[best of all arms - this arm] for each arm, 0 or more: what choosing it is expected to cost.</summary>
    public static double[] ExpectedLoss(IReadOnlyList<NormalPosterior> arms, bool lowerIsBetter = false)
    {
        var sign = lowerIsBetter ? -1 : 1;
        var expected = 0.0; // of the best, as a distance from the first arm: digits are not spent on a common offset
        foreach (var (node, weight) in Quadrature.Panels(arms.SelectMany(a => BestArm.Cuts(sign * a.Mean, a.StandardDeviation, 38 * a.StandardDeviation, 38 * a.StandardDeviation))))
            for (var i = 0; i < arms.Count; i++)
            {
                var product = weight * (node - sign * arms[0].Mean) * Normal.Density((node - sign * arms[i].Mean) / arms[i].StandardDeviation) / arms[i].StandardDeviation;
                for (var j = 0; j < arms.Count && product != 0; j++)
                    if (j != i) product *= Normal.Cdf((node - sign * arms[j].Mean) / arms[j].StandardDeviation);
                expected += product;
            }
        return [.. arms.Select(a => Math.Max(0, expected - sign * (a.Mean - arms[0].Mean)))];
    }
}
