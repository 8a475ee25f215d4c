namespace RecLab.Recommenders.Data;

/// <summary>Row numbers grouped by a key 0..Count-1 (compressed rows): the rows of a key lie together, in their old order.</summary>
public sealed class Grouping
{
    private readonly int[] _starts, _rows;

    private Grouping(int[] starts, int[] rows) { _starts = starts; _rows = rows; }

    /// <summary>How many keys there are.</summary>
    public int Count => _starts.Length - 1;

    /// <summary>The rows of one key.</summary>
    public ReadOnlySpan<int> this[int key] => _rows.AsSpan(_starts[key], _starts[key + 1] - _starts[key]);

    /// <summary>How many rows a key has.</summary>
    public int Size(int key) => _starts[key + 1] - _starts[key];

    /// <summary>Counting sort of rows by key.</summary>
    public static Grouping Of(int[] keys, int count)
    {
        var starts = new int[count + 1];
        foreach (var key in keys) starts[key + 1]++;
        for (var i = 0; i < count; i++) starts[i + 1] += starts[i];
        var next = starts.AsSpan(0, count).ToArray();
        var rows = new int[keys.Length];
        for (var row = 0; row < keys.Length; row++) rows[next[keys[row]]++] = row;
        return new(starts, rows);
    }
}
