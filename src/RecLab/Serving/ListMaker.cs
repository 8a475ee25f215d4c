using System.Buffers;
using RecLab.Recommenders;
using RecLab.Statistics;

namespace RecLab.Serving;

/// <summary>A ranked list before it is dressed.</summary>
/// <param name="Items">Item indices, best first.</param>
/// <param name="Scores">Their scores.</param>
/// <param name="Propensities">Probability with which the policy put this item here, given the items above it.</param>
/// <param name="Explored">Places filled by exploration.</param>
internal sealed record RankedList(int[] Items, float[] Scores, double[] Propensities, bool[] Explored);

/// <summary>Ranks one model's scores for one question, leaves out what must not appear and spends the exploration budget.</summary>
internal static class ListMaker
{
    /// <summary>Ranks, or returns null where the model cannot answer.</summary>
    /// <param name="model">The model.</param>
    /// <param name="query">The question.</param>
    /// <param name="count">Places wanted; fewer come where fewer are left.</param>
    /// <param name="excluded">One flag per item; changed by this call.</param>
    /// <param name="exploration">Each place is, with this probability, filled by an item drawn uniformly from all that may still appear.</param>
    /// <param name="dice">Decides; the same dice and question give the same list.</param>
    public static RankedList? Make(IModel model, in Query query, int count, bool[] excluded, double exploration, Dice dice)
    {
        var rented = ArrayPool<float>.Shared.Rent(model.Items.Count);
        try
        {
            var scores = rented.AsSpan(0, model.Items.Count);
            if (!model.Score(query, scores)) return null;
            var ranked = Ranker.Top(scores, count, excluded);
            var places = ranked.Length;
            var left = 0; // items that may still appear
            for (var i = 0; i < scores.Length; i++) if (!excluded[i] && !float.IsNaN(scores[i])) left++;
            var items = new int[places];
            var propensities = new double[places];
            var explored = new bool[places];
            var next = 0;
            for (var place = 0; place < places; place++, left--)
            {
                while (next < ranked.Length && excluded[ranked[next]]) next++; // taken by exploration above
                var best = next < ranked.Length ? ranked[next] : -1;
                var item = best;
                if (best < 0 || dice.Uniform(3 * place) < exploration) item = Draw(scores, excluded, left, dice.Below(left, 3 * place + 1));
                items[place] = item;
                explored[place] = item != best;
                propensities[place] = best < 0 ? 1.0 / left : (item == best ? 1 - exploration : 0) + exploration / left;
                excluded[item] = true;
            }
            return new(items, [.. Pick(scores, items)], propensities, explored);
        }
        finally { ArrayPool<float>.Shared.Return(rented); }
    }

    private static float[] Pick(ReadOnlySpan<float> scores, int[] items)
    {
        var picked = new float[items.Length];
        for (var i = 0; i < items.Length; i++) picked[i] = scores[items[i]];
        return picked;
    }

    /// <summary>The n-th of the items that may still appear.</summary>
    private static int Draw(ReadOnlySpan<float> scores, bool[] excluded, int left, int n)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(n, left);
        for (var i = 0; ; i++)
            if (!excluded[i] && !float.IsNaN(scores[i]) && n-- == 0) return i;
    }
}
