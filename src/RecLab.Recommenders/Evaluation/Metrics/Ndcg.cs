namespace RecLab.Recommenders.Evaluation.Metrics;

/// <summary>ndcg@k with binary gain: sum over relevant places j of 1 / log2(j + 1), divided by the same sum over the first min(|R|, k) places
/// (Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", TOIS 2002).</summary>
public sealed class Ndcg : IRankingMetric
{
    public string Key => "ndcg";
    public string Name => "NDCG";
    public string Summary => "Relevant items in the first k places, early places counting more, against the best possible order.";

    public double? At(RankedList list, int k)
    {
        if (list.Relevant == 0) return null;
        var head = list.Head(k);
        double gain = 0;
        for (var j = 0; j < head.Length; j++)
            if (head[j] > 0) gain += Discount.At(j);
        return gain / Discount.Sum(Math.Min(list.Relevant, k));
    }
}

/// <summary>The logarithmic discount 1 / log2(place + 1).</summary>
internal static class Discount
{
    private static readonly double[] Table = [.. Enumerable.Range(0, 1024).Select(j => 1 / Math.Log2(j + 2))];
    private static readonly double[] Sums = Cumulated();

    /// <param name="index">Place counted from 0.</param>
    public static double At(int index) => index < Table.Length ? Table[index] : 1 / Math.Log2(index + 2);

    /// <summary>Over the first <paramref name="places"/> places.</summary>
    public static double Sum(int places)
    {
        if (places < Sums.Length) return Sums[places];
        var sum = Sums[^1];
        for (var j = Sums.Length - 1; j < places; j++) sum += At(j);
        return sum;
    }

    private static double[] Cumulated()
    {
        var sums = new double[Table.Length + 1];
        for (var j = 0; j < Table.Length; j++) sums[j + 1] = sums[j] + Table[j];
        return sums;
    }
}
