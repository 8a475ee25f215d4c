using RecLab.Statistics.Comparisons;
using RecLab.Statistics.Distributions;

namespace RecLab.Statistics.SelfProof;

/// <summary>Looking twenty times at an experiment in which nothing differs: 250 users an arm between looks, rate 10 %, alpha 0.05.</summary>
internal static class Peeking
{
    private const int Looks = 20, Users = 250;
    private const double Rate = 0.1, Alpha = 0.05;

    public static IEnumerable<SelfTestResult> Prove(Simulation simulation)
    {
        var experiments = simulation.Repeat(Experiment);
        yield return SelfTestResult.Within("peeking/always-valid", "A/A with 20 looks, always-valid interval", "At most 5 % of experiments ever look significant.", 0, Alpha, experiments.Select(e => e.AlwaysValid));
        yield return SelfTestResult.Within("peeking/fixed", "A/A with 20 looks, fixed-horizon test", "Fails, as it must: more than 15 % look significant at some look.", 0.15, 1, experiments.Select(e => e.FixedEver));
        yield return SelfTestResult.Equal("peeking/fixed-once", "A/A looked at once at the end, fixed-horizon test", "5 % look significant.", Alpha, experiments.Select(e => e.FixedLast));

        var bounds = GroupSequential.Bounds([0.2, 0.4, 0.6, 0.8, 1], Alpha, sides: 2, phi: 2);
        yield return SelfTestResult.Equal("peeking/group-sequential", "A/A with 5 planned looks, group-sequential bounds", "5 % cross a bound.", Alpha, simulation.Repeat(random => Crosses(random, bounds)));
    }

    private static (bool AlwaysValid, bool FixedEver, bool FixedLast) Experiment(Xoshiro256 random)
    {
        var (control, treatment) = (0, 0);
        var (always, ever, last) = (false, false, false);
        for (var look = 1; look <= Looks; look++)
        {
            control += random.NextBinomial(Users, Rate);
            treatment += random.NextBinomial(Users, Rate);
            var n = look * Users;
            if (!Effect.Between(Moments.Proportion(n, control), Moments.Proportion(n, treatment), EffectScale.Relative).TryGet(out var effect, out _)) continue;
            always |= Math.Abs(effect.Value) > AlwaysValid.HalfWidth(effect.Variance, 2 * n, Alpha, AlwaysValid.DefaultTuning);
            ever |= last = 2 * StudentT.UpperTail(Math.Abs(effect.Statistic), effect.Degrees) < Alpha;
        }
        return (always, ever, last);
    }

    private static bool Crosses(Xoshiro256 random, double[] bounds)
    {
        var path = 0.0;
        var crossed = false;
        for (var i = 0; i < bounds.Length; i++)
        {
            path += random.NextNormal();
            crossed |= Math.Abs(path / Math.Sqrt(i + 1)) >= bounds[i];
        }
        return crossed;
    }
}
