using RecLab.Statistics.Assignment;
using RecLab.Statistics.Comparisons;

namespace RecLab.Statistics.SelfProof;

/// <summary>Whether the hash divides users as a fair coin would, and two experiments independently of each other.</summary>
internal static class AssignmentProof
{
    private const int Users = 2000;

    public static IEnumerable<SelfTestResult> Prove(Simulation simulation)
    {
        var experiments = simulation.Repeat(Experiment);
        yield return SelfTestResult.Equal("assignment/split", "Experiments with 2,000 users and equal weights, sample-ratio test", "5 % have p below 0.05.", 0.05, experiments.Select(e => e.SplitP < 0.05));
        yield return SelfTestResult.Equal("assignment/independence", "Pairs of experiments whose keys differ in the last character, same users", "5 % look dependent at 0.05.", 0.05, experiments.Select(e => e.PairP < 0.05));
    }

    private static (double SplitP, double PairP) Experiment(Xoshiro256 random)
    {
        var key = $"exp-{random.NextIndex(int.MaxValue)}-";
        var (first, second) = (new Assigner(new(key + "1", 2)), new Assigner(new(key + "2", 2)));
        var table = new long[2, 2];
        Span<char> unit = stackalloc char[16];
        for (var user = 0; user < Users; user++)
        {
            random.NextBits().TryFormat(unit, out _, "x16");
            table[first.Decide(unit).Variation, second.Decide(unit).Variation]++;
        }
        return (SampleRatio.Test([table[0, 0] + table[0, 1], table[1, 0] + table[1, 1]], [0.5, 0.5]).Value.PValue, Dependence.Test(table).Value.PValue);
    }
}
