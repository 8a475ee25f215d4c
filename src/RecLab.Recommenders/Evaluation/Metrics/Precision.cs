namespace RecLab.Recommenders.Evaluation.Metrics;

/// <summary>precision@k = hits in the first k places / k. The divisor is k also for shorter lists
/// (Manning, Raghavan and Schütze, Introduction to Information Retrieval, 2008, section 8.4).</summary>
public sealed class Precision : IRankingMetric
{
    public string Key => "precision";
    public string Name => "Precision";
    public string Summary => "Share of the k places that hold something relevant.";
    public double? At(RankedList list, int k) => list.Relevant == 0 ? null : (double)list.Hits(k) / k;
}
