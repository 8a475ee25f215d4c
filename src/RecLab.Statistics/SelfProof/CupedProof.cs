using RecLab.Statistics.Comparisons;

namespace RecLab.Statistics.SelfProof;

/// <summary>CUPED on a mean whose past explains half of its variance (correlation sqrt 0.5), and on a click-through rate of users with lasting tastes.</summary>
internal static class CupedProof
{
    private const double Alpha = 0.05, Truth = 0.05;
    private const int Users = 500;

    public static IEnumerable<SelfTestResult> Prove(Simulation simulation)
    {
        var means = simulation.Repeat(random => Judge(Mean(random, 0), Mean(random, Truth), EffectScale.Absolute));
        var bias = means.Mean(m => m.Effect.Value - Truth);
        yield return new("cuped/bias", "Mean with history, true difference 0.05", "The average adjusted difference is the true one, within the noise of the simulation.",
            bias.Value, -4 * bias.StandardError, 4 * bias.StandardError, means.Count);
        yield return new("cuped/reduction", "Mean with history, correlation of past and present sqrt(1/2)", "The variance falls by 50 %.", means.Average(m => m.Reduction), 0.48, 0.52, means.Count);
        yield return SelfTestResult.Equal("cuped/coverage", "Mean with history", "95 % of adjusted intervals hold the true difference.", 1 - Alpha, means.Select(m => m.Effect.Interval(Alpha).Contains(Truth)));

        var ratios = simulation.Repeat(random => Judge(Clicks(random), Clicks(random), EffectScale.Relative));
        yield return SelfTestResult.Equal("cuped/ratio", "A/A on click-through rate with history, relative scale", "95 % of adjusted intervals hold 0.", 1 - Alpha, ratios.Select(r => r.Effect.Interval(Alpha).Contains(0)));
        yield return SelfTestResult.Within("cuped/ratio-reduction", "Click-through rate with history", "The variance falls in at least 99 % of experiments.", 0.99, 1, ratios.Select(r => r.Reduction > 0));
    }

    private static (Estimate Effect, double Reduction) Judge(Moments control, Moments treatment, EffectScale scale)
    {
        var cuped = new Cuped(control, treatment);
        return (cuped.Effect(scale).Value, cuped.VarianceReduction().Value);
    }

    private static Moments Mean(Xoshiro256 random, double effect)
    {
        var builder = new MomentsBuilder(MetricKind.Mean);
        for (var user = 0; user < Users; user++)
        {
            var taste = random.NextNormal();
            builder.Add(1 + effect + (taste + random.NextNormal()) * Math.Sqrt(0.5), priorNumerator: taste);
        }
        return builder.Build();
    }

    private static Moments Clicks(Xoshiro256 random)
    {
        var sums = new UnitSums();
        for (var user = 0; user < Users; user++)
        {
            var rate = random.NextBeta(1.9, 17.1);
            var (now, before) = (10 + random.NextIndex(21), 10 + random.NextIndex(21));
            sums += UnitSums.Of(random.NextBinomial(now, rate), now, random.NextBinomial(before, rate), before);
        }
        return Moments.Of(MetricKind.Ratio, sums);
    }
}
