using RecLab.Statistics.Comparisons;
using RecLab.Statistics.Distributions;

namespace RecLab.Statistics.SelfProof;

/// <summary>Clicks that come in users: 1,000 an arm, 10 to 30 impressions each, each user with a click rate of its own (beta, within-user correlation 0.05, mean 10 %). Nothing differs.</summary>
internal static class Clusters
{
    private const double Alpha = 0.05;

    public static IEnumerable<SelfTestResult> Prove(Simulation simulation)
    {
        var experiments = simulation.Repeat(random =>
        {
            var (control, treatment) = (Arm(random), Arm(random));
            var effect = Effect.Between(control, treatment, EffectScale.Absolute).Value;
            var naive = NaiveBinomial.Contrast(control, treatment).Value.StandardError;
            return (Delta: 2 * StudentT.UpperTail(Math.Abs(effect.Statistic), effect.Degrees) < Alpha, Naive: 2 * Normal.UpperTail(Math.Abs(effect.Value / naive)) < Alpha);
        });
        yield return SelfTestResult.Equal("clusters/delta", "A/A on click-through rate, delta method with users as clusters", "5 % look significant.", Alpha, experiments.Select(e => e.Delta));
        yield return SelfTestResult.Within("clusters/naive", "A/A on click-through rate, binomial test over impressions", "Fails, as it must: more than 12 % look significant.", 0.12, 1, experiments.Select(e => e.Naive));
    }

    internal static Moments Arm(Xoshiro256 random)
    {
        var sums = new UnitSums();
        for (var user = 0; user < 1000; user++)
        {
            var impressions = 10 + random.NextIndex(21);
            // Beta(1.9, 17.1): mean 0.1, correlation of two clicks of one user 1/(1.9 + 17.1 + 1) = 0.05.
            sums += UnitSums.Of(random.NextBinomial(impressions, random.NextBeta(1.9, 17.1)), impressions);
        }
        return Moments.Of(MetricKind.Ratio, sums);
    }
}
