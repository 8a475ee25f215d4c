using System.Numerics;

namespace RecLab.Recommenders.Evaluation.Metrics;

/// <summary>diversity@k = mean over users with at least two items of the mean over pairs of the Jaccard distance 1 - |A and B| / |A or B| of
/// their categories; two empty sets have distance 0, empty against non-empty 1 (Ziegler et al., "Improving recommendation lists through topic
/// diversification", WWW 2005).</summary>
public sealed class IntraListDiversity : IRunMetric
{
    public string Key => "diversity";
    public string Name => "Intra-list diversity";
    public string Summary => "How different the items of one list are by their categories (Jaccard distance).";

    public double? At(RunLists run, int k) => RunLists.Mean(PerUser(run, k));

    public double[] PerUser(RunLists run, int k) => run.EachUser(k, (list, _) =>
    {
        if (list.Length < 2) return double.NaN;
        double sum = 0;
        var bits = run.Items.CategoryBits;
        for (var i = 1; i < list.Length; i++)
            for (var j = 0; j < i; j++) sum += bits is null ? Distance(run.Items.Features[list[i]], run.Items.Features[list[j]]) : Distance(bits[list[i]], bits[list[j]]);
        return sum / (list.Length * (list.Length - 1) / 2.0);
    });

    private static double Distance(ulong a, ulong b) => (a | b) == 0 ? 0 : 1 - (double)BitOperations.PopCount(a & b) / BitOperations.PopCount(a | b);

    /// <summary>Of two ascending sets.</summary>
    private static double Distance(int[] a, int[] b)
    {
        int i = 0, j = 0, both = 0;
        while (i < a.Length && j < b.Length)
        {
            if (a[i] == b[j]) { both++; i++; j++; }
            else if (a[i] < b[j]) i++;
            else j++;
        }
        var either = a.Length + b.Length - both;
        return either == 0 ? 0 : 1 - (double)both / either;
    }
}
