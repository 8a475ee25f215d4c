namespace RecLab.Recommenders.Evaluation.Metrics;

/// <summary>ndcg@k with linear gain: sum of grade / log2(place + 1), divided by the same sum over the grades in descending order, cut at k
/// (Järvelin and Kekäläinen, TOIS 2002, gain = grade).</summary>
public sealed class GradedNdcg : IRankingMetric
{
    public string Key => "graded-ndcg";
    public string Name => "Graded NDCG";
    public string Summary => "As NDCG, with the rating as gain.";

    public double? At(RankedList list, int k) => list.Relevant == 0 ? null : Gain(list.Head(k)) / Gain(list.Ideal[..Math.Min(k, list.Ideal.Length)]);

    private static double Gain(ReadOnlySpan<float> grades)
    {
        double gain = 0;
        for (var j = 0; j < grades.Length; j++) gain += grades[j] * Discount.At(j);
        return gain;
    }

    /// <summary>The value for one row of grades and scores, or null where two scores are equal: the order then is not given.</summary>
    /// <returns>0 where every grade is 0.</returns>
    public static double? OfScores(ReadOnlySpan<double> grades, ReadOnlySpan<double> scores, int k)
    {
        var order = Order(grades, scores);
        for (var i = 1; i < order.Length; i++) if (scores[order[i]] == scores[order[i - 1]]) return null;
        return OfScoresTieAveraged(grades, scores, k);
    }

    /// <summary>The expectation over all orders of tied items: each group of equal scores shares its mean grade over its places
    /// (McSherry and Najork, "Computing information retrieval performance measures efficiently in the presence of tied scores", ECIR 2008).</summary>
    /// <returns>0 where every grade is 0.</returns>
    public static double OfScoresTieAveraged(ReadOnlySpan<double> grades, ReadOnlySpan<double> scores, int k)
    {
        var order = Order(grades, scores);
        double gain = 0;
        for (int start = 0, end; start < order.Length; start = end)
        {
            double sum = 0, discounts = 0;
            for (end = start; end < order.Length && scores[order[end]] == scores[order[start]]; end++)
            {
                sum += grades[order[end]];
                if (end < k) discounts += Discount.At(end);
            }
            gain += sum / (end - start) * discounts;
        }
        var best = grades.ToArray();
        Array.Sort(best);
        double ideal = 0;
        for (var j = 0; j < Math.Min(k, best.Length); j++) ideal += best[^(j + 1)] * Discount.At(j);
        return ideal == 0 ? 0 : gain / ideal;
    }

    private static int[] Order(ReadOnlySpan<double> grades, ReadOnlySpan<double> scores)
    {
        if (grades.Length != scores.Length) throw new ArgumentException($"{grades.Length} grades were given for {scores.Length} scores.");
        var keys = scores.ToArray();
        var order = Enumerable.Range(0, keys.Length).ToArray();
        Array.Sort(order, (a, b) => keys[a] != keys[b] ? keys[b].CompareTo(keys[a]) : a.CompareTo(b));
        return order;
    }
}
