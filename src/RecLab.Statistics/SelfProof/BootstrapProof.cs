namespace RecLab.Statistics.SelfProof;

/// <summary>The bootstrap interval of a ranking metric: 200 users, most of them 0, the others between 0 and 1.</summary>
internal static class BootstrapProof
{
    public static IEnumerable<SelfTestResult> Prove(Simulation simulation)
    {
        yield return SelfTestResult.Within("bootstrap/coverage", "Mean of a metric that is 0 for half of 200 users, percentile bootstrap with 400 draws", "93 % to 96.5 % of intervals hold the true mean.", 0.93 - 4 * Math.Sqrt(0.05 * 0.95 / simulation.Count), 0.965 + 4 * Math.Sqrt(0.05 * 0.95 / simulation.Count),
            simulation.Repeat(random =>
            {
                var values = new double[200];
                foreach (ref var value in values.AsSpan()) value = random.NextDouble() < 0.5 ? 0 : random.NextDouble();
                return Bootstrap.Mean(values, random.NextBits(), resamples: 400).Value.Interval.Contains(0.25);
            }));
    }
}
