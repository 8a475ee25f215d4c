namespace RecLab.Recommenders;

/// <summary>From scores to a list: the one place that ranks and excludes.</summary>
public static class Ranker
{
    /// <summary>The best items: score descending, equal scores by item index ascending; NaN scores and excluded items are left out.</summary>
    /// <param name="scores">One score per item.</param>
    /// <param name="count">At most this many; fewer when fewer remain, never padding.</param>
    /// <param name="excluded">One flag per item, or empty for none.</param>
    public static int[] Top(ReadOnlySpan<float> scores, int count, ReadOnlySpan<bool> excluded = default)
    {
        var heap = new int[Math.Min(count, scores.Length)];
        var size = 0;
        for (var i = 0; i < scores.Length && heap.Length > 0; i++)
        {
            if (float.IsNaN(scores[i]) || (!excluded.IsEmpty && excluded[i])) continue;
            if (size < heap.Length) { heap[size] = i; Up(heap, size++, scores); }
            else if (scores[i] > scores[heap[0]]) { heap[0] = i; Down(heap, size, scores); }
        }
        var result = new int[size];
        while (size > 0)
        {
            result[--size] = heap[0];
            heap[0] = heap[size];
            Down(heap, size, scores);
        }
        return result;
    }

    /// <summary>Whether a ranks behind b.</summary>
    private static bool Worse(int a, int b, ReadOnlySpan<float> scores) => scores[a] < scores[b] || (scores[a] == scores[b] && a > b);

    private static void Up(int[] heap, int at, ReadOnlySpan<float> scores)
    {
        while (at > 0 && Worse(heap[at], heap[(at - 1) / 2], scores))
        {
            (heap[at], heap[(at - 1) / 2]) = (heap[(at - 1) / 2], heap[at]);
            at = (at - 1) / 2;
        }
    }

    private static void Down(int[] heap, int size, ReadOnlySpan<float> scores)
    {
        for (var at = 0; ;)
        {
            var child = 2 * at + 1;
            if (child >= size) return;
            if (child + 1 < size && Worse(heap[child + 1], heap[child], scores)) child++;
            if (!Worse(heap[child], heap[at], scores)) return;
            (heap[at], heap[child]) = (heap[child], heap[at]);
            at = child;
        }
    }
}
