using RecLab.Statistics.Comparisons;
using RecLab.Statistics.Distributions;

namespace RecLab.Statistics.SelfProof;

/// <summary>Ten tests looked at together.</summary>
internal static class Families
{
    private const double Alpha = 0.05;

    public static IEnumerable<SelfTestResult> Prove(Simulation simulation)
    {
        var nothing = simulation.Repeat(random => Tests(random, 0));
        yield return SelfTestResult.Within("families/uncorrected", "Ten tests without any effect, uncorrected", "Fails, as it must: more than 30 % have a false alarm.", 0.3, 1, nothing.Select(p => p.Any(one => one <= Alpha)));
        yield return SelfTestResult.Equal("families/holm", "Ten tests without any effect, Holm", "5 % have a false alarm.", 0.0489, nothing.Select(p => MultipleTesting.Holm(p).Any(one => one <= Alpha)));

        var half = simulation.Repeat(random => FalseShare(MultipleTesting.BenjaminiHochberg(Tests(random, 5))));
        var share = half.Mean(f => f);
        yield return new("families/benjamini-hochberg", "Ten tests, five with an effect of 3 standard errors, Benjamini-Hochberg", "Of the rejected, at most 2.5 % on average are false alarms.",
            share.Value, 0, 0.025 + 4 * share.StandardError, half.Count);
    }

    /// <summary>p values of ten tests, the first so many with an effect.</summary>
    private static double[] Tests(Xoshiro256 random, int real) =>
        [.. Enumerable.Range(0, 10).Select(i => 2 * Normal.UpperTail(Math.Abs(random.NextNormal() + (i < real ? 3 : 0))))];

    private static double FalseShare(double[] adjusted)
    {
        var rejected = adjusted.Count(p => p <= Alpha);
        return rejected == 0 ? 0 : (double)adjusted.Skip(5).Count(p => p <= Alpha) / rejected;
    }
}
