namespace RecLab.Recommenders.Evaluation.Metrics;

/// <summary>mrr@k = 1 / place of the first relevant item, 0 if there is none in the first k (Voorhees, "The TREC-8 question answering track
/// report", 1999).</summary>
public sealed class ReciprocalRank : IRankingMetric
{
    public string Key => "mrr";
    public string Name => "MRR";
    public string Summary => "One over the place of the first relevant item.";

    public double? At(RankedList list, int k)
    {
        if (list.Relevant == 0) return null;
        var first = list.Head(k).IndexOfAnyExceptInRange(float.NegativeInfinity, 0f);
        return first < 0 ? 0 : 1.0 / (first + 1);
    }
}
