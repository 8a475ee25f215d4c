namespace RecLab.Recommenders.Evaluation.Metrics;

/// <summary>map@k: AP = sum over the relevant places j of precision@j, divided by min(|R|, k) (Manning, Raghavan and Schütze 2008,
/// section 8.4, cut at k).</summary>
public sealed class AveragePrecision : IRankingMetric
{
    public string Key => "map";
    public string Name => "MAP";
    public string Summary => "Mean of the precision at each relevant place.";

    public double? At(RankedList list, int k)
    {
        if (list.Relevant == 0) return null;
        var head = list.Head(k);
        double sum = 0;
        var hits = 0;
        for (var j = 0; j < head.Length; j++)
            if (head[j] > 0) sum += (double)++hits / (j + 1);
        return sum / Math.Min(list.Relevant, k);
    }
}
