namespace RecLab.Recommenders.Evaluation.Metrics;

/// <summary>gini@k = sum_i (2i - n - 1) c_i / (n sum c) over the counts c of all n items in ascending order, i from 1: 0 = all equally
/// often, near 1 = a few take all (Fleder and Hosanagar, "Blockbuster culture's next rise or fall", Management Science 2009).</summary>
public sealed class Gini : IRunMetric
{
    public string Key => "gini";
    public string Name => "Gini";
    public string Summary => "How unevenly the places are spread over the catalogue: 0 evenly, 1 on one item.";

    public double? At(RunLists run, int k)
    {
        var counts = run.Counts(k);
        Array.Sort(counts);
        double weighted = 0, sum = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            weighted += (2.0 * (i + 1) - counts.Length - 1) * counts[i];
            sum += counts[i];
        }
        return sum == 0 ? null : weighted / (counts.Length * sum);
    }
}
