using RecLab.Recommenders.Data;
using RecLab.Statistics;

namespace RecLab.Recommenders.Neural.Batches;

/// <summary>Sequences packed one after the other, some of whose items are hidden.</summary>
/// <param name="Input">The item at each place, or the number of items where it is hidden.</param>
/// <param name="Position">The place within its sequence, from 0.</param>
/// <param name="Starts">First row of each sequence, then the number of rows.</param>
/// <param name="Hidden">The rows that are hidden.</param>
/// <param name="Target">What was there.</param>
public sealed record MaskedBatch(int[] Input, int[] Position, long[] Starts, int[] Hidden, long[] Target);

/// <summary>One sequence per user with at least two items, in a new order each epoch, with other items hidden each time; of a longer history the newest part or, in every
/// other epoch, any part. In a share of the sequences only the last item is hidden, which is what serving asks.</summary>
internal sealed class MaskedBatches : IBatches<MaskedBatch>
{
    private readonly Interactions _train;
    private readonly int[] _users;
    private readonly int _size, _length;
    private readonly double _share, _lastOnly;
    private readonly Dice _dice;

    /// <param name="share">Probability with which an item is hidden.</param>
    /// <param name="lastOnly">Share of the sequences whose last item alone is hidden.</param>
    public MaskedBatches(Interactions train, int size, int length, double share, double lastOnly, int seed)
    {
        (_train, _size, _length, _share, _lastOnly, _dice) = (train, size, length, share, lastOnly, Dice.Of(seed).For(0xbe27));
        _users = [.. Enumerable.Range(0, train.Users.Count).Where(u => train.ByUser.Size(u) >= 2)];
        if (_users.Length == 0) throw new TrainingException("No user has two interactions, so there is nothing to see a hidden item from.");
    }

    public int PerEpoch => (_users.Length + _size - 1) / _size;

    public IEnumerable<MaskedBatch> Epoch(int epoch, int from)
    {
        var dice = _dice.For(epoch);
        var order = (int[])_users.Clone();
        dice.Shuffle<int>(order);
        for (var b = from; b < PerEpoch; b++)
            yield return Batch(order.AsSpan(b * _size, Math.Min(_size, order.Length - b * _size)), dice.For(b), anywhere: epoch % 2 == 1);
    }

    private MaskedBatch Batch(ReadOnlySpan<int> users, Dice dice, bool anywhere)
    {
        var starts = new long[users.Length + 1];
        for (var s = 0; s < users.Length; s++) starts[s + 1] = starts[s] + Math.Min(_train.ByUser.Size(users[s]), _length);
        var (input, position) = (new int[starts[^1]], new int[starts[^1]]);
        List<int> hidden = [];
        List<long> target = [];
        for (var s = 0; s < users.Length; s++)
        {
            var own = _train.ByUser[users[s]];
            var (first, n) = ((int)starts[s], (int)(starts[s + 1] - starts[s]));
            var chance = dice.For(users[s]);
            var skip = anywhere && own.Length > n ? chance.Below(own.Length - n + 1, -1) : own.Length - n;
            var before = hidden.Count;
            var onlyLast = chance.Uniform(-2) < _lastOnly;
            for (var i = 0; i < n; i++)
            {
                (input[first + i], position[first + i]) = (_train.Item[own[skip + i]], i);
                // Somebody has to be hidden in each sequence: the last where chance took none.
                var hide = i == n - 1 && (onlyLast || hidden.Count == before) || !onlyLast && chance.Uniform(i) < _share;
                if (!hide) continue;
                hidden.Add(first + i);
                target.Add(input[first + i]);
                input[first + i] = _train.Items.Count;
            }
        }
        return new(input, position, starts, [.. hidden], [.. target]);
    }
}
