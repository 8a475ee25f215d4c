using RecLab.Recommenders.Data;
using RecLab.Statistics;

namespace RecLab.Recommenders.Neural.Batches;

/// <summary>Sequences packed one after the other, without padding.</summary>
/// <param name="Input">The item at each place.</param>
/// <param name="Position">The place within its sequence, from 0.</param>
/// <param name="Target">The item that came next.</param>
/// <param name="Starts">First row of each sequence, then the number of rows.</param>
/// <param name="Negatives">Items drawn at random, shared by all rows; empty where the loss needs none.</param>
public sealed record SequenceBatch(int[] Input, int[] Position, long[] Target, long[] Starts, int[] Negatives)
{
    /// <summary>Two changed views of every sequence, where a contrast is learnt.</summary>
    public SequenceBatch? Views { get; init; }

    /// <summary>The kind of touch at each place; empty where kinds are not told apart.</summary>
    public int[] Kind { get; init; } = [];

    /// <summary>Whose each sequence is.</summary>
    public int[] User { get; init; } = [];

    /// <summary>The contrast alone is learnt: the next items do not count yet.</summary>
    public bool Beforehand { get; init; }
}

/// <summary>When changed views are learnt from.</summary>
/// <param name="Beforehand">Epochs at the beginning in which they alone are.</param>
/// <param name="Beside">They go on beside the next items.</param>
internal readonly record struct ContrastPlan(int Beforehand, bool Beside);

/// <summary>One sequence per user with at least two items, in a new order each epoch; of a longer history the newest part or, in every other epoch, any part.</summary>
internal sealed class SequenceBatches : IBatches<SequenceBatch>
{
    private readonly Interactions _train;
    private readonly int[] _users;
    private readonly int _size, _length, _negatives;
    private readonly Dice _dice;
    private readonly ContrastPlan _contrast;
    private readonly int[]? _kinds;

    /// <param name="size">Users per batch.</param>
    /// <param name="length">Places of a sequence at most.</param>
    /// <param name="negatives">Random items per batch.</param>
    /// <param name="kinds">The kind of every row of <paramref name="train"/>, where they are told apart.</param>
    public SequenceBatches(Interactions train, int size, int length, int negatives, int seed, ContrastPlan contrast = default, int[]? kinds = null)
    {
        (_contrast, _kinds) = (contrast, kinds);
        (_train, _size, _length, _negatives, _dice) = (train, size, length, negatives, Dice.Of(seed).For(0x5e9));
        _users = [.. Enumerable.Range(0, train.Users.Count).Where(u => train.ByUser.Size(u) >= 2)];
        if (_users.Length == 0) throw new TrainingException("No user has two interactions, so there is no next item to learn.");
    }

    public int PerEpoch => (_users.Length + _size - 1) / _size;

    public IEnumerable<SequenceBatch> Epoch(int epoch, int from)
    {
        var dice = _dice.For(epoch);
        var order = (int[])_users.Clone();
        dice.Shuffle<int>(order);
        for (var b = from; b < PerEpoch; b++)
            yield return Batch(order.AsSpan(b * _size, Math.Min(_size, order.Length - b * _size)), dice.For(b), epoch);
    }

    private SequenceBatch Batch(ReadOnlySpan<int> users, Dice dice, int epoch)
    {
        var anywhere = epoch % 2 == 1;
        var starts = new long[users.Length + 1];
        for (var s = 0; s < users.Length; s++) starts[s + 1] = starts[s] + Math.Min(_train.ByUser.Size(users[s]) - 1, _length);
        var rows = (int)starts[^1];
        var (input, position, target, kind) = (new int[rows], new int[rows], new long[rows], new int[_kinds is null ? 0 : rows]);
        for (var s = 0; s < users.Length; s++)
        {
            var own = _train.ByUser[users[s]];
            var (first, n) = ((int)starts[s], (int)(starts[s + 1] - starts[s]));
            var slack = own.Length - 1 - n;
            var skip = anywhere && slack > 0 ? dice.Below(slack + 1, users[s]) : slack;
            for (var i = 0; i < n; i++)
                (input[first + i], position[first + i], target[first + i]) = (_train.Item[own[skip + i]], i, _train.Item[own[skip + i + 1]]);
            for (var i = 0; i < n && _kinds is not null; i++) kind[first + i] = _kinds[own[skip + i]];
        }
        var negatives = new int[_negatives];
        var draw = dice.For(-1);
        for (var i = 0; i < negatives.Length; i++) negatives[i] = draw.Below(_train.Items.Count, i);
        var beforehand = epoch < _contrast.Beforehand;
        return new(input, position, target, starts, negatives) { User = users.ToArray(), Kind = kind, Beforehand = beforehand, Views = beforehand || _contrast.Beside ? SequenceViews.Of(_train, users, _length, dice.For(-2)) : null };
    }
}
