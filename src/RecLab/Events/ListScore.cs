namespace RecLab.Events;

/// <summary>How well a list ranked what was clicked. Everything is a whole number of parts of <see cref="One"/>, so that sums over users are exact in any order of arrival.</summary>
internal static class ListScore
{
    /// <summary>1 as stored: the least common multiple of 1 to 10, so that reciprocals of the first ten ranks are exact.</summary>
    public const int One = 2520;

    private static readonly long[] Discounts = [.. Enumerable.Range(0, 256).Select(Compute)];

    /// <summary>Whether any item was seen.</summary>
    public static int Seen(ReadOnlySpan<byte> marks)
    {
        foreach (var mark in marks)
            if (((Mark)mark & Mark.Viewable) != 0) return 1;
        return 0;
    }

    /// <summary>1 / rank of the topmost clicked item, 0 without a click (Radlinski, Kurup, Joachims, "How does clickthrough data reflect retrieval quality?", CIKM 2008).</summary>
    public static int Reciprocal(ReadOnlySpan<byte> marks)
    {
        for (var i = 0; i < marks.Length; i++)
            if (((Mark)marks[i] & Mark.Clicked) != 0) return (2 * One + i + 1) / (2 * (i + 1));
        return 0;
    }

    /// <summary>NDCG with gain 1 for a clicked item: sum of 1/log2(rank + 1) over clicked items, over the same sum with all clicks on top (Järvelin, Kekäläinen, TOIS 2002); 0 without a click.</summary>
    public static int Gain(ReadOnlySpan<byte> marks)
    {
        long gain = 0, ideal = 0;
        var clicks = 0;
        for (var i = 0; i < marks.Length; i++)
        {
            if (((Mark)marks[i] & Mark.Clicked) == 0) continue;
            gain += Discount(i);
            ideal += Discount(clicks++);
        }
        return ideal == 0 ? 0 : (int)((2 * One * gain + ideal) / (2 * ideal));
    }

    /// <summary>1/log2(rank + 1) in millionths.</summary>
    /// <param name="place">rank - 1.</param>
    public static long Discount(int place) => place < Discounts.Length ? Discounts[place] : Compute(place);

    private static long Compute(int place) => (long)Math.Round(1e6 / Math.Log2(place + 2));
}
