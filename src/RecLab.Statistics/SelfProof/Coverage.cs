using RecLab.Statistics.Comparisons;

namespace RecLab.Statistics.SelfProof;

/// <summary>How often intervals hold the truth.</summary>
internal static class Coverage
{
    private const double Alpha = 0.05;

    public static IEnumerable<SelfTestResult> Prove(Simulation simulation)
    {
        yield return SelfTestResult.Equal("coverage/proportion", "Lift of a share, 20 % against 22 %, 2,000 users an arm", "95 % of intervals hold the true lift of 10 %.", 1 - Alpha,
            simulation.Repeat(random => Holds(Moments.Proportion(2000, random.NextBinomial(2000, 0.2)), Moments.Proportion(2000, random.NextBinomial(2000, 0.22)), 0.1)));
        yield return SelfTestResult.Equal("coverage/skewed-mean", "Lift of a skewed mean (log-normal), 2,000 users an arm", "95 % of intervals hold the true lift of 10 %.", 1 - Alpha,
            simulation.Repeat(random => Holds(Skewed(random, 1), Skewed(random, 1.1), 0.1)));
        yield return SelfTestResult.Within("coverage/always-valid", "Lift of a share, always-valid interval at 20 looks", "At least 95 % of experiments hold the true lift at every look.", 1 - Alpha, 1,
            simulation.Repeat(HoldsAtEveryLook));
        yield return SelfTestResult.Within("coverage/newcombe", "Rare event, 0.5 % against 1 %, 400 users an arm, Newcombe's interval", "At least 94 % of intervals hold the true difference.", 0.94, 1,
            simulation.Repeat(random => new TwoProportions(random.NextBinomial(400, 0.005), 400, random.NextBinomial(400, 0.01), 400).Newcombe(Alpha).Value.Contains(0.005)));
    }

    private static bool Holds(Moments control, Moments treatment, double truth) =>
        Effect.Between(control, treatment, EffectScale.Relative).TryGet(out var effect, out _) && effect.Interval(Alpha).Contains(truth);

    private static Moments Skewed(Xoshiro256 random, double scale)
    {
        var builder = new MomentsBuilder(MetricKind.Mean);
        for (var i = 0; i < 2000; i++) builder.Add(scale * Math.Exp(random.NextNormal()));
        return builder.Build();
    }

    private static bool HoldsAtEveryLook(Xoshiro256 random)
    {
        var (control, treatment) = (0, 0);
        var holds = true;
        for (var look = 1; look <= 20; look++)
        {
            control += random.NextBinomial(250, 0.2);
            treatment += random.NextBinomial(250, 0.22);
            var verdict = new AlwaysValid(Alpha).Compare(Moments.Proportion(look * 250, control), Moments.Proportion(look * 250, treatment));
            holds &= verdict is Difference found && found.Interval.Contains(0.1);
        }
        return holds;
    }
}
