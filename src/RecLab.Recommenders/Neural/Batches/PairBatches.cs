using RecLab.Recommenders.Data;
using RecLab.Statistics;
using static TorchSharp.torch;

namespace RecLab.Recommenders.Neural.Batches;

/// <summary>Touched pairs, each with items its user has not touched.</summary>
/// <param name="Users">One per row.</param>
/// <param name="Items">Row-major, rows x (1 + negatives): the touched item first.</param>
public sealed record PairBatch(int[] Users, int[] Items) : Touches
{
    /// <summary>One number per row (<see cref="ScenarioRows"/>), or null where the data name no scenario.</summary>
    public int[]? Scenarios { get; init; }

    /// <summary>1 for each touched item, 0 for its negatives, in the order of <see cref="Items"/>.</summary>
    internal Tensor Labels(Device device)
    {
        var labels = new float[Items.Length];
        for (var r = 0; r < Users.Length; r++) labels[r * (Items.Length / Users.Length)] = 1;
        return tensor(labels, device: device);
    }
}

/// <summary>Every interaction once an epoch, in a new order, with fresh negatives: uniform among the items the user has not touched.</summary>
internal sealed class PairBatches : IBatches<PairBatch>
{
    /// <summary>Draws before a touched item is taken all the same, for users who touched nearly everything.</summary>
    private const int Tries = 20;

    private readonly Interactions _train;
    private readonly int _size, _negatives;
    private readonly Dice _dice;
    private readonly int[][] _touched;
    private readonly int[]? _scenarios;

    /// <param name="size">Interactions per batch.</param>
    /// <param name="negatives">Untouched items per interaction.</param>
    public PairBatches(Interactions train, int size, int negatives, int seed)
    {
        (_train, _size, _negatives, _dice) = (train, size, negatives, Dice.Of(seed).For(0x9a1));
        _scenarios = ScenarioRows.Of(train)?.OfRow;
        _touched = [.. Enumerable.Range(0, train.Users.Count).Select(u => train.History(u).Distinct().Order().ToArray())];
    }

    public int PerEpoch => (_train.Count + _size - 1) / _size;

    public IEnumerable<PairBatch> Epoch(int epoch, int from)
    {
        var dice = _dice.For(epoch);
        var order = Enumerable.Range(0, _train.Count).ToArray();
        dice.Shuffle<int>(order);
        for (var b = from; b < PerEpoch; b++) yield return Batch(order.AsSpan(b * _size, Math.Min(_size, order.Length - b * _size)), dice.For(b));
    }

    private PairBatch Batch(ReadOnlySpan<int> rows, Dice dice)
    {
        var wide = 1 + _negatives;
        var (users, items, draws, count) = (new int[rows.Length], new int[rows.Length * wide], 0L, _train.Items.Count);
        for (var r = 0; r < rows.Length; r++)
        {
            users[r] = _train.User[rows[r]];
            items[r * wide] = _train.Item[rows[r]];
            var touched = _touched[users[r]];
            for (var n = 1; n < wide; n++)
            {
                var item = dice.Below(count, draws++);
                for (var t = 1; t < Tries && Array.BinarySearch(touched, item) >= 0; t++) item = dice.Below(count, draws++);
                items[r * wide + n] = item;
            }
        }
        int[]? scenarios = null;
        if (_scenarios is not null)
        {
            scenarios = new int[rows.Length];
            for (var r = 0; r < rows.Length; r++) scenarios[r] = _scenarios[rows[r]];
        }
        return new(users, items) { Scenarios = scenarios };
    }
}
