namespace RecLab.Recommenders.Evaluation.Metrics;

/// <summary>hit@k = 1 if anything relevant stands in the first k places, else 0 (Deshpande and Karypis, "Item-based top-N recommendation
/// algorithms", TOIS 2004, section 6.1).</summary>
public sealed class HitRate : IRankingMetric
{
    public string Key => "hit";
    public string Name => "Hit rate";
    public string Summary => "Share of users with something relevant in the first k places.";
    public double? At(RankedList list, int k) => list.Relevant == 0 ? null : list.Hits(k) > 0 ? 1 : 0;
}
