using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Neural;

/// <summary>The kinds of touch in a data set, told apart by their value: a view, a click and a purchase weigh differently in a snapshot of the log, and so do stars.</summary>
internal sealed class TouchKinds
{
    private const int Most = 16;
    private readonly int[] _starts, _items, _kinds;

    private TouchKinds(int count, int usual, int[] starts, int[] items, int[] kinds) => (Count, Usual, _starts, _items, _kinds) = (count, usual, starts, items, kinds);

    public int Count { get; }

    /// <summary>The commonest: what a touch is taken for whose kind is not known.</summary>
    public int Usual { get; }

    /// <summary>The kind of every row, and what is kept of it: the kind of each pair's newest row.</summary>
    /// <exception cref="TrainingException">There are too many different values to be kinds.</exception>
    public static (TouchKinds Kept, int[] OfRow) Of(Interactions data)
    {
        var values = data.Value.Distinct().Order().ToArray();
        if (values.Length > Most) throw new TrainingException($"The touches have {values.Length} different values, and only up to {Most} can be taken for kinds of touch.");
        var ofRow = Array.ConvertAll(data.Value, v => Array.BinarySearch(values, v));
        var usual = ofRow.Length == 0 ? 0 : ofRow.CountBy(k => k).MaxBy(c => c.Value).Key;
        var starts = new int[data.Users.Count + 1];
        List<int> items = [], kinds = [];
        for (var u = 0; u < data.Users.Count; u++)
        {
            var newest = new SortedDictionary<int, int>();
            foreach (var row in data.ByUser[u]) newest[data.Item[row]] = ofRow[row];
            items.AddRange(newest.Keys);
            kinds.AddRange(newest.Values);
            starts[u + 1] = items.Count;
        }
        return (new(values.Length, usual, starts, [.. items], [.. kinds]), ofRow);
    }

    /// <summary>The kind of a user's touch, as far as it was learnt from.</summary>
    public int Of(int user, int item)
    {
        if (user < 0) return Usual;
        var at = Array.BinarySearch(_items, _starts[user], _starts[user + 1] - _starts[user], item);
        return at < 0 ? Usual : _kinds[at];
    }

    public void Write(SafeTensors file)
    {
        file["kind.start"] = NamedArray.Of(_starts);
        file["kind.item"] = NamedArray.Of(_items);
        file["kind.of"] = NamedArray.Of(_kinds);
        file["kind.count"] = NamedArray.Of(new[] { Count, Usual });
    }

    /// <exception cref="InvalidDataException">Damaged, or of other vocabularies.</exception>
    public static TouchKinds Read(SafeTensors file, int users, int items)
    {
        var (count, starts) = (file.Ints("kind.count", 2), file.Ints("kind.start", users + 1));
        var item = file.Ints("kind.item");
        var kinds = file.Ints("kind.of", item.Length);
        var rising = starts[0] == 0 && starts[^1] == item.Length && !starts.Zip(starts.Skip(1)).Any(s => s.First > s.Second);
        if (!rising || count[0] is < 1 or > Most || (uint)count[1] >= (uint)count[0] || item.Any(i => (uint)i >= (uint)items) || kinds.Any(k => (uint)k >= (uint)count[0]))
            throw new InvalidDataException("The artifact's kinds of touch contradict one another.");
        return new(count[0], count[1], starts, item, kinds);
    }
}
