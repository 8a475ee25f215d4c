using RecLab.Statistics.Comparisons;
using RecLab.Statistics.Planning;

namespace RecLab.Statistics.SelfProof;

/// <summary>Experiments of the planned size find the planned effect as often as promised: 80 %.</summary>
internal static class PowerProof
{
    private const double Alpha = 0.05, Power = 0.8;

    public static IEnumerable<SelfTestResult> Prove(Simulation simulation)
    {
        var users = (int)Math.Ceiling(ProportionPower.ArcsineUnits(ProportionPower.EffectSize(0.1, 0.12), Alpha, Power));
        yield return SelfTestResult.Equal("power/proportion", $"Share of 10 % against 12 %, planned with {users:N0} users an arm", "80 % are found.", Power,
            simulation.Repeat(random => new TwoProportions(random.NextBinomial(users, 0.1), users, random.NextBinomial(users, 0.12), users).PooledZ().Value.PValue < Alpha));

        var perArm = (int)Math.Ceiling(MeanPower.Units(0.2, Alpha, Power));
        yield return SelfTestResult.Equal("power/mean", $"Means 0.2 standard deviations apart, planned with {perArm:N0} users an arm", "80 % are found.", Power,
            simulation.Repeat(random => Finds(random, 0, 0.2, 1, perArm, new WelchTest(Alpha, EffectScale.Absolute))));

        var lift = (int)Math.Ceiling(new LiftPower(1, 0.25, 1, Alpha).UsersFor(0.05, Power));
        yield return SelfTestResult.Equal("power/lift", $"Lift of 5 % in a mean of 1 with standard deviation 0.5, planned with {lift:N0} users an arm", "80 % are found.", Power,
            simulation.Repeat(random => Finds(random, 1, 1.05, 0.5, lift, new WelchTest(Alpha))));

        var always = (int)Math.Ceiling(new LiftPower(1, 0.25, 1, Alpha, AlwaysValid.DefaultTuning).UsersFor(0.05, Power));
        yield return SelfTestResult.Within("power/always-valid", $"The same with the always-valid interval, planned with {always:N0} users an arm, looked at the end only", "At least 78 % are found.", 0.78, 1,
            simulation.Repeat(random => Finds(random, 1, 1.05, 0.5, always, new AlwaysValid(Alpha))));
    }

    private static bool Finds(Xoshiro256 random, double control, double treatment, double spread, int users, IComparison comparison) =>
        comparison.Compare(Arm(random, control, spread, users), Arm(random, treatment, spread, users)) is Difference { Significant: true };

    private static Moments Arm(Xoshiro256 random, double mean, double spread, int users)
    {
        var sums = new UnitSums();
        for (var i = 0; i < users; i++) sums += UnitSums.Of(mean + spread * random.NextNormal());
        return Moments.Of(MetricKind.Mean, sums);
    }
}
