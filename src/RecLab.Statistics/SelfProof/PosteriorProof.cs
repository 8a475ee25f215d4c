using RecLab.Statistics.Comparisons;

namespace RecLab.Statistics.SelfProof;

/// <summary>What a chance to win is worth when nothing differs, and whether its credible interval is one.</summary>
internal static class PosteriorProof
{
    public static IEnumerable<SelfTestResult> Prove(Simulation simulation)
    {
        var same = simulation.Repeat(random => BayesianLift.Of(Moments.Proportion(2000, random.NextBinomial(2000, 0.2)), Moments.Proportion(2000, random.NextBinomial(2000, 0.2))).Value.ChanceToWin);
        yield return SelfTestResult.Equal("posterior/decided", "A/A, chance to win beyond 97.5 % or below 2.5 %, flat prior", "5 % look decided.", 0.05, same.Select(c => c is > 0.975 or < 0.025));
        yield return SelfTestResult.Equal("posterior/usual", "A/A, chance to win beyond 95 % or below 5 %, flat prior", "10 % look decided: why 95 % is not the rule here.", 0.10, same.Select(c => c is > 0.95 or < 0.05));

        // Lifts drawn from the prior: then, and only then, a credible interval is also a confidence interval.
        var prior = new LiftPrior(0, 0.1);
        yield return SelfTestResult.Equal("posterior/calibrated", "Lifts drawn from the prior N(0, 0.1^2), 5,000 users an arm, rate 20 %", "95 % of credible intervals hold the true lift.", 0.95, simulation.Repeat(random =>
        {
            var lift = prior.StandardDeviation * random.NextNormal();
            var (control, treatment) = (random.NextBinomial(5000, 0.2), random.NextBinomial(5000, 0.2 * (1 + lift)));
            return BayesianLift.Of(Moments.Proportion(5000, control), Moments.Proportion(5000, treatment), prior: prior).Value.Interval.Contains(lift);
        }));
    }
}
