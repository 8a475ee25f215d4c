using System.Buffers;
using RecLab.Recommenders;
using RecLab.Statistics.Assignment;

namespace RecLab.Serving;

/// <summary>Places of a list with the probability that the policy put each item there.</summary>
internal readonly record struct BuiltList(int[] Items, float[] Scores, double[] Propensities, bool[] Explored);

/// <summary>Makes a list from scores: at each place the best item left, or, with the exploration probability, any item left with equal chance.</summary>
internal static class ListBuilder
{
    /// <param name="scores">One per item; NaN for an item that cannot be shown.</param>
    /// <param name="excluded">One flag per item.</param>
    /// <param name="count">Places; fewer are filled when fewer items are left.</param>
    /// <param name="exploration">Probability of a draw at each place, 0..1.</param>
    /// <param name="seed">Decides the draws: the same seed, the same list.</param>
    /// <remarks>Given the places before it, the item at a place had probability (1 - e) [it is the best left] + e / m with m items left; that is what is logged.</remarks>
    public static BuiltList Build(ReadOnlySpan<float> scores, ReadOnlySpan<bool> excluded, int count, double exploration, string seed)
    {
        var best = Ranker.Top(scores, count, excluded);
        var left = 0;
        for (var i = 0; i < scores.Length; i++)
            if (!excluded[i] && !float.IsNaN(scores[i])) left++;
        var places = Math.Min(count, left);
        var (items, itsScores, propensities, explored) = (new int[places], new float[places], new double[places], new bool[places]);
        var taken = new HashSet<int>(places);
        var next = 0;
        for (var place = 0; place < places; place++, left--)
        {
            while (next < best.Length && taken.Contains(best[next])) next++;
            // the ranking is as long as the list, and every item taken from outside it leaves one of its own over
            var top = best[next];
            var item = top;
            if (exploration > 0 && Bucketing.Hash(seed, $"{place}:explore") < exploration)
            {
                item = Draw(scores, excluded, taken, left, seed, place);
                explored[place] = item != top;
            }
            taken.Add(item);
            (items[place], itsScores[place]) = (item, scores[item]);
            propensities[place] = exploration / left + (item == top ? 1 - exploration : 0);
        }
        return new(items, itsScores, propensities, explored);
    }

    /// <summary>The item whose number among those left was drawn.</summary>
    private static int Draw(ReadOnlySpan<float> scores, ReadOnlySpan<bool> excluded, HashSet<int> taken, int left, string seed, int place)
    {
        // 53 bits from two 32-bit hashes: the assignment's own hash has only 10,000 values
        var high = Fnv1a.Hash($"{seed}:{place}:high");
        var low = Fnv1a.Hash($"{place}:low:{seed}");
        var wanted = (long)((high * 4294967296.0 + low) / 18446744073709551616.0 * left);
        for (var i = 0; i < scores.Length; i++)
            if (!excluded[i] && !float.IsNaN(scores[i]) && !taken.Contains(i) && wanted-- == 0) return i;
        throw new InvalidOperationException($"{left} items should have been left to draw from.");
    }
}
