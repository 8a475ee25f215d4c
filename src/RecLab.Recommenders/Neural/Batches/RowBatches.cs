using RecLab.Recommenders.Data;
using RecLab.Statistics;

namespace RecLab.Recommenders.Neural.Batches;

/// <summary>What models of touches look at in one step: some pairs, or everything of some users.</summary>
public abstract record Touches;

/// <summary>Users with all they touched.</summary>
/// <param name="Users">One per row.</param>
/// <param name="Starts">Where each row's items begin, and at the end their number.</param>
/// <param name="Items">The different items of each row, ascending.</param>
/// <param name="Step">How many batches of this training lie before this one.</param>
public sealed record RowBatch(int[] Users, int[] Starts, int[] Items, int Step) : Touches
{
    public ReadOnlySpan<int> Row(int r) => Items.AsSpan(Starts[r], Starts[r + 1] - Starts[r]);

    /// <summary>The place of every touch in a matrix of rows x <paramref name="width"/>.</summary>
    public long[] Places(int width)
    {
        var places = new long[Items.Length];
        for (var r = 0; r < Users.Length; r++)
            for (var i = Starts[r]; i < Starts[r + 1]; i++) places[i] = (long)r * width + Items[i];
        return places;
    }
}

/// <summary>Every user with a touch once an epoch, in a new order.</summary>
internal sealed class RowBatches : IBatches<RowBatch>
{
    private readonly int[] _users;
    private readonly int[][] _touched;
    private readonly int _size;
    private readonly Dice _dice;

    /// <param name="size">Users per batch.</param>
    public RowBatches(Interactions train, int size, int seed)
    {
        (_size, _dice) = (size, Dice.Of(seed).For(0x70b));
        _touched = [.. Enumerable.Range(0, train.Users.Count).Select(u => train.History(u).Distinct().Order().ToArray())];
        _users = [.. Enumerable.Range(0, train.Users.Count).Where(u => _touched[u].Length > 0)];
    }

    public int PerEpoch => (_users.Length + _size - 1) / _size;

    public IEnumerable<RowBatch> Epoch(int epoch, int from)
    {
        var order = (int[])_users.Clone();
        _dice.For(epoch).Shuffle<int>(order);
        for (var b = from; b < PerEpoch; b++)
        {
            var users = order[(b * _size)..Math.Min(order.Length, (b + 1) * _size)];
            var starts = new int[users.Length + 1];
            for (var r = 0; r < users.Length; r++) starts[r + 1] = starts[r] + _touched[users[r]].Length;
            var items = new int[starts[^1]];
            for (var r = 0; r < users.Length; r++) _touched[users[r]].CopyTo(items, starts[r]);
            yield return new(users, starts, items, epoch * PerEpoch + b);
        }
    }
}
