using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using RecLab.Recommenders;
using RecLab.Statistics.Assignment;

namespace RecLab.Serving;

/// <summary>Places of a list with the probability that the policy put each item there.</summary>
internal readonly record struct BuiltList(int[] Items, float[] Scores, double[] Propensities, bool[] Explored);

/// <summary>Makes a list from scores: at each place the best item left, or, with the exploration probability, any item left with equal chance.</summary>
internal static class ListBuilder
{
    private const int Block = 16;

    /// <summary>Of the exploration, what is kept for newcomers while there are any: among tens of thousands of items they would hardly ever be drawn.</summary>
    private const double FreshShare = 0.5;

    /// <param name="scores">One per item; NaN for an item that cannot be shown.</param>
    /// <param name="excluded">One flag per item; what is put in the list is flagged too.</param>
    /// <param name="count">Places; fewer are filled when fewer items are left.</param>
    /// <param name="exploration">Probability of a draw at each place, 0..1.</param>
    /// <param name="seed">Decides the draws: the same seed, the same list.</param>
    /// <param name="newcomers">So many items at the end are new: while one of them is left, half of the draws are among them.</param>
    /// <remarks>Given the places before it, the item at a place had probability (1 - e) [it is the best left] + e ((1 - h) / m + h [it is new] / f) with m items left, f of them new, and h = 1/2 where f > 0, else 0;
    /// that is what is logged.</remarks>
    public static BuiltList Build(ReadOnlySpan<float> scores, Span<bool> excluded, int count, double exploration, string seed, int newcomers = 0)
    {
        var best = Ranker.Top(scores, count, excluded);
        var left = Left(scores, excluded);
        var known = scores.Length - newcomers;
        var fresh = newcomers == 0 ? 0 : Left(scores[known..], excluded[known..]);
        var places = Math.Min(count, left);
        var (items, itsScores, propensities, explored) = (new int[places], new float[places], new double[places], new bool[places]);
        var next = 0;
        for (var place = 0; place < places; place++, left--)
        {
            while (next < best.Length && excluded[best[next]]) next++;
            // the ranking is as long as the list, and every item taken from outside it leaves one of its own over
            var top = best[next];
            var item = top;
            var half = fresh > 0 ? FreshShare : 0;
            if (exploration > 0 && Bucketing.Hash(seed, $"{place}:explore") < exploration)
            {
                item = half > 0 && Bucketing.Hash(seed, $"{place}:fresh") < half ? known + Draw(scores[known..], excluded[known..], fresh, seed, place) : Draw(scores, excluded, left, seed, place);
                explored[place] = item != top;
            }
            excluded[item] = true;
            (items[place], itsScores[place]) = (item, scores[item]);
            propensities[place] = exploration * ((1 - half) / left + (item >= known && fresh > 0 ? half / fresh : 0)) + (item == top ? 1 - exploration : 0);
            if (item >= known) fresh--;
        }
        return new(items, itsScores, propensities, explored);
    }

    /// <summary>The item whose number among those left was drawn.</summary>
    private static int Draw(ReadOnlySpan<float> scores, ReadOnlySpan<bool> excluded, int left, string seed, int place)
    {
        // 53 bits from two 32-bit hashes: the assignment's own hash has only 10,000 values
        var high = Fnv1a.Hash($"{seed}:{place}:high");
        var low = Fnv1a.Hash($"{place}:low:{seed}");
        var wanted = (int)((high * 4294967296.0 + low) / 18446744073709551616.0 * left);
        for (var at = 0; at < scores.Length; at += Block)
        {
            var open = Open(scores, excluded, at);
            var here = BitOperations.PopCount(open);
            if (wanted >= here) { wanted -= here; continue; }
            for (; wanted > 0; wanted--) open &= open - 1;
            return at + BitOperations.TrailingZeroCount(open);
        }
        throw new InvalidOperationException($"{left} items should have been left to draw from.");
    }

    private static int Left(ReadOnlySpan<float> scores, ReadOnlySpan<bool> excluded)
    {
        var left = 0;
        for (var at = 0; at < scores.Length; at += Block) left += BitOperations.PopCount(Open(scores, excluded, at));
        return left;
    }

    /// <summary>One bit for each of the next sixteen items, set where it may be shown: not excluded, and with a score.</summary>
    private static uint Open(ReadOnlySpan<float> scores, ReadOnlySpan<bool> excluded, int at)
    {
        if (at + Block <= scores.Length)
        {
            var these = Vector512.Create(scores.Slice(at, Block));
            var scored = (uint)Vector512.Equals(these, these).ExtractMostSignificantBits(); // NaN is not equal to itself
            var free = Vector128.Equals(Vector128.Create(MemoryMarshal.AsBytes(excluded.Slice(at, Block))), Vector128<byte>.Zero).ExtractMostSignificantBits();
            return scored & free;
        }
        var open = 0u;
        for (var i = at; i < scores.Length; i++)
            if (!excluded[i] && !float.IsNaN(scores[i])) open |= 1u << (i - at);
        return open;
    }
}
