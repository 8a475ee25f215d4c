using System.Numerics;
using System.Runtime.Intrinsics;

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
        var best = new int[Math.Min(count, scores.Length)];
        return best[..Top(scores, best, excluded)];
    }

    /// <summary>As <see cref="Top(ReadOnlySpan{float}, int, ReadOnlySpan{bool})"/>, into <paramref name="best"/>; answers how many were found.</summary>
    public static int Top(ReadOnlySpan<float> scores, Span<int> best, ReadOnlySpan<bool> excluded = default)
    {
        if (best.IsEmpty) return 0;
        int size = 0, i = 0;
        for (; i < scores.Length && size < best.Length; i++)
            if (!float.IsNaN(scores[i]) && (excluded.IsEmpty || !excluded[i])) { best[size] = i; Up(best, size++, scores); }
        if (size == best.Length)
        {
            // The heap's root is the score to beat; most blocks hold nothing that beats it (comparison with NaN is false).
            for (; i + Vector512<float>.Count <= scores.Length; i += Vector512<float>.Count)
            {
                var better = Vector512.GreaterThan(Vector512.Create(scores.Slice(i, Vector512<float>.Count)), Vector512.Create(scores[best[0]])).ExtractMostSignificantBits();
                for (; better != 0; better &= better - 1) Offer(i + BitOperations.TrailingZeroCount(better), best, scores, excluded);
            }
            for (; i < scores.Length; i++) Offer(i, best, scores, excluded);
        }
        for (var left = size; left > 1;) // heap sort: the worst goes last
        {
            (best[0], best[left - 1]) = (best[left - 1], best[0]);
            Down(best, --left, scores);
        }
        return size;
    }

    private static void Offer(int item, Span<int> heap, ReadOnlySpan<float> scores, ReadOnlySpan<bool> excluded)
    {
        if (!(scores[item] > scores[heap[0]]) || (!excluded.IsEmpty && excluded[item])) return;
        heap[0] = item;
        Down(heap, heap.Length, scores);
    }

    /// <summary>Whether a ranks behind b.</summary>
    private static bool Worse(int a, int b, ReadOnlySpan<float> scores) => scores[a] < scores[b] || (scores[a] == scores[b] && a > b);

    private static void Up(Span<int> heap, int at, ReadOnlySpan<float> scores)
    {
        while (at > 0 && Worse(heap[at], heap[(at - 1) / 2], scores))
        {
            (heap[at], heap[(at - 1) / 2]) = (heap[(at - 1) / 2], heap[at]);
            at = (at - 1) / 2;
        }
    }

    private static void Down(Span<int> heap, int size, ReadOnlySpan<float> scores)
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
