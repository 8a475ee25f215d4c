namespace RecLab.Recommenders.Evaluation.Metrics;

/// <summary>recall@k = hits in the first k places / |R| (Manning, Raghavan and Schütze 2008, section 8.3).</summary>
public sealed class Recall : IRankingMetric
{
    public string Key => "recall";
    public string Name => "Recall";
    public string Summary => "Share of the relevant items that stand in the first k places.";
    public double? At(RankedList list, int k) => list.Relevant == 0 ? null : (double)list.Hits(k) / list.Relevant;
}
