using RecLab.Recommenders.Data;
using RecLab.Statistics;

namespace RecLab.Recommenders.Neural.Batches;

/// <summary>Touched pairs, each with other items of its user.</summary>
/// <param name="Users">One per row; the number of users where the user is not to be known by id.</param>
/// <param name="Items">One per row.</param>
/// <param name="History">Rows x <paramref name="Longest"/>: items of the user without this row's, then the number of items for "none".</param>
/// <param name="Share">One over how many items each row's history has; 0 for none.</param>
/// <param name="Excluded">Rows x rows: 1 where the column's item is no negative of the row, because its user touched it.</param>
public sealed record TowerBatch(int[] Users, int[] Items, int[] History, int Longest, float[] Share, float[] Excluded);

/// <summary>Every interaction once an epoch, in a new order, with a new sample of the user's other items.</summary>
internal sealed class TowerBatches : IBatches<TowerBatch>
{
    private readonly Interactions _train;
    private readonly int[][] _touched;
    private readonly int _size, _longest;
    private readonly double _strangers;
    private readonly Dice _dice;

    /// <param name="longest">Items of a history at most.</param>
    /// <param name="strangers">Share of the rows whose user is not known by id.</param>
    public TowerBatches(Interactions train, int size, int longest, double strangers, int seed)
    {
        (_train, _size, _longest, _strangers, _dice) = (train, size, longest, strangers, Dice.Of(seed).For(0x70e4));
        _touched = [.. Enumerable.Range(0, train.Users.Count).Select(u => train.History(u).Distinct().Order().ToArray())];
    }

    public int PerEpoch => (_train.Count + _size - 1) / _size;

    public IEnumerable<TowerBatch> Epoch(int epoch, int from)
    {
        var dice = _dice.For(epoch);
        var order = Enumerable.Range(0, _train.Count).ToArray();
        dice.Shuffle<int>(order);
        for (var b = from; b < PerEpoch; b++) yield return Batch(order.AsSpan(b * _size, Math.Min(_size, order.Length - b * _size)), dice.For(b));
    }

    private TowerBatch Batch(ReadOnlySpan<int> rows, Dice dice)
    {
        int[] users = new int[rows.Length], items = new int[rows.Length], history = new int[rows.Length * _longest];
        float[] share = new float[rows.Length], excluded = new float[rows.Length * rows.Length];
        for (var r = 0; r < rows.Length; r++) items[r] = _train.Item[rows[r]];
        Array.Fill(history, _train.Items.Count);
        for (var r = 0; r < rows.Length; r++)
        {
            var user = _train.User[rows[r]];
            var (touched, chance, n) = (_touched[user], dice.For(r), 0);
            if (touched.Length - 1 <= _longest)
            {
                foreach (var item in touched) if (item != items[r]) history[r * _longest + n++] = item;
            }
            else
            {
                // With repeats: the mean of a sample is what counts, and its expectation is the same.
                for (var draw = 0; n < _longest; draw++)
                    if (touched[chance.Below(touched.Length, draw)] is var item && item != items[r]) history[r * _longest + n++] = item;
            }
            share[r] = n > 0 ? 1f / n : 0;
            users[r] = chance.Uniform(-1) < _strangers && n > 0 ? _train.Users.Count : user;
            for (var c = 0; c < rows.Length; c++)
                if (c != r && Array.BinarySearch(touched, items[c]) >= 0) excluded[r * rows.Length + c] = 1;
        }
        return new(users, items, history, _longest, share, excluded);
    }
}
