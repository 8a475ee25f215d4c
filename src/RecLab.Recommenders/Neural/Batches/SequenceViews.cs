using RecLab.Recommenders.Data;
using RecLab.Statistics;

namespace RecLab.Recommenders.Neural.Batches;

/// <summary>Two changed views of each sequence, by which an encoder learns what makes a history that history: a piece cut out, places hidden, or a piece shuffled.</summary>
/// <remarks>Xie, Sun, Liu, Wu, Gao, Zhang, Ding and Cui, "Contrastive Learning for Sequential Recommendation", ICDE 2022, section III-C, with the shares 0.6, 0.3 and 0.6.</remarks>
internal static class SequenceViews
{
    private const double Cut = 0.6, Hidden = 0.3, Shuffled = 0.6;

    /// <summary>The first views of all users and then the second ones, packed; a hidden place holds the number of items.</summary>
    public static SequenceBatch Of(Interactions train, ReadOnlySpan<int> users, int length, Dice dice)
    {
        List<int> input = [], position = [];
        var starts = new List<long> { 0 };
        for (var view = 0; view < 2; view++)
            foreach (var user in users)
            {
                var own = train.ByUser[user];
                var newest = own[Math.Max(0, own.Length - length)..];
                var items = new int[newest.Length];
                for (var i = 0; i < items.Length; i++) items[i] = train.Item[newest[i]];
                items = Changed(items, train.Items.Count, dice.For(user).For(view));
                for (var i = 0; i < items.Length; i++)
                {
                    input.Add(items[i]);
                    position.Add(i);
                }
                starts.Add(input.Count);
            }
        return new([.. input], [.. position], [], [.. starts], []);
    }

    private static int[] Changed(int[] items, int hidden, Dice dice)
    {
        switch (dice.Below(3, 0))
        {
            case 0:
                var kept = Math.Max(1, (int)(Cut * items.Length));
                var from = dice.Below(items.Length - kept + 1, 1);
                return items[from..(from + kept)];
            case 1:
                for (var i = 0; i < items.Length; i++) if (dice.Uniform(2 + i) < Hidden) items[i] = hidden;
                return items;
            default:
                var piece = (int)(Shuffled * items.Length);
                var at = dice.Below(items.Length - piece + 1, 1);
                dice.For(2).Shuffle(items.AsSpan(at, piece));
                return items;
        }
    }
}
