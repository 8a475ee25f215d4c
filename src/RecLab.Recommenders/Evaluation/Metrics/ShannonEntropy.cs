namespace RecLab.Recommenders.Evaluation.Metrics;

/// <summary>entropy@k = -sum p ln p over the recommended items, p = an item's share of all places; in nats (Shannon 1948; as a measure of
/// sales diversity in Adomavicius and Kwon, TKDE 2012).</summary>
public sealed class ShannonEntropy : IRunMetric
{
    public string Key => "entropy";
    public string Name => "Shannon entropy";
    public string Summary => "How spread out the places are over items, in nats.";

    public double? At(RunLists run, int k)
    {
        var counts = run.Counts(k);
        double total = counts.Sum();
        if (total == 0) return null;
        double entropy = 0;
        foreach (var count in counts) if (count > 0) entropy -= count / total * Math.Log(count / total);
        return entropy;
    }

    /// <summary>The same in bits.</summary>
    public double? Bits(RunLists run, int k) => At(run, k) / Math.Log(2);
}
