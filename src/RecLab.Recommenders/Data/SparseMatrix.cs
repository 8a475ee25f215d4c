namespace RecLab.Recommenders.Data;

/// <summary>What a cell of a <see cref="SparseMatrix"/> holds where one pair of user and item has several rows.</summary>
public enum CellValue
{
    /// <summary>1: touched at all.</summary>
    Touched,

    /// <summary>How many rows the pair has.</summary>
    Count,

    /// <summary>The sum of the rows' values.</summary>
    Sum,

    /// <summary>The value of the newest row.</summary>
    Newest,
}

/// <summary>A sparse matrix in compressed rows: one cell per pair, columns ascending within a row. Immutable.</summary>
public sealed class SparseMatrix
{
    private readonly int[] _starts, _columns;
    private readonly float[] _values;

    private SparseMatrix(int columns, int[] starts, int[] indices, float[] values) { Columns = columns; _starts = starts; _columns = indices; _values = values; }

    public int Rows => _starts.Length - 1;
    public int Columns { get; }

    /// <summary>Number of cells that are filled.</summary>
    public int Count => _columns.Length;

    /// <summary>Where each row starts; one number more than rows.</summary>
    public ReadOnlySpan<int> Starts => _starts;

    /// <summary>Column of every cell, row after row.</summary>
    public ReadOnlySpan<int> AllColumns => _columns;

    /// <summary>Value of every cell, row after row.</summary>
    public ReadOnlySpan<float> AllValues => _values;

    /// <summary>The columns of one row.</summary>
    public ReadOnlySpan<int> ColumnsOf(int row) => _columns.AsSpan(_starts[row], _starts[row + 1] - _starts[row]);

    /// <summary>The values of one row, beside <see cref="ColumnsOf"/>.</summary>
    public ReadOnlySpan<float> ValuesOf(int row) => _values.AsSpan(_starts[row], _starts[row + 1] - _starts[row]);

    public int Size(int row) => _starts[row + 1] - _starts[row];

    /// <summary>Users x items.</summary>
    public static SparseMatrix Of(Interactions data, CellValue value = CellValue.Touched)
    {
        var byUser = data.ByUser;
        var starts = new int[data.Users.Count + 1];
        var columns = new int[data.Count];
        var values = new float[data.Count];
        var place = new int[data.Items.Count]; // 1 + where the item's cell is within this user
        var filled = 0;
        for (var user = 0; user < data.Users.Count; user++)
        {
            var first = filled;
            foreach (var row in byUser[user])
            {
                var item = data.Item[row];
                var at = place[item] - 1;
                if (at < first) { at = filled++; place[item] = at + 1; columns[at] = item; }
                values[at] = value switch
                {
                    CellValue.Touched => 1,
                    CellValue.Count => values[at] + 1,
                    CellValue.Sum => values[at] + data.Value[row],
                    _ => data.Value[row],
                };
            }
            Array.Sort(columns, values, first, filled - first);
            starts[user + 1] = filled;
        }
        return new(data.Items.Count, starts, columns[..filled], values[..filled]);
    }

    /// <summary>A matrix of given rows; each row's columns ascend and lie within range.</summary>
    public static SparseMatrix Of(int columns, int[] starts, int[] indices, float[] values)
    {
        if (starts.Length == 0 || starts[0] != 0 || starts[^1] != indices.Length || values.Length != indices.Length) throw new ArgumentException("Starts, columns and values of the sparse matrix contradict one another.");
        for (var row = 0; row + 1 < starts.Length; row++)
        {
            if (starts[row + 1] < starts[row]) throw new ArgumentException($"Row {row} of the sparse matrix ends before it starts.");
            var last = -1;
            foreach (var column in indices.AsSpan(starts[row], starts[row + 1] - starts[row]))
            {
                if (column <= last || column >= columns) throw new ArgumentException($"Row {row} of the sparse matrix has column {column} out of order or out of range.");
                last = column;
            }
        }
        return new(columns, starts, indices, values);
    }

    /// <summary>Rows and columns exchanged.</summary>
    public SparseMatrix Transpose()
    {
        var starts = new int[Columns + 1];
        foreach (var column in _columns) starts[column + 1]++;
        for (var c = 0; c < Columns; c++) starts[c + 1] += starts[c];
        var next = starts.AsSpan(0, Columns).ToArray();
        var rows = new int[Count];
        var values = new float[Count];
        for (var row = 0; row < Rows; row++)
            for (var at = _starts[row]; at < _starts[row + 1]; at++)
            {
                var to = next[_columns[at]]++;
                rows[to] = row;
                values[to] = _values[at];
            }
        return new(Rows, starts, rows, values);
    }

    /// <summary>The same cells with other values.</summary>
    public SparseMatrix Map(Func<int, int, float, float> value)
    {
        var values = new float[Count];
        for (var row = 0; row < Rows; row++)
            for (var at = _starts[row]; at < _starts[row + 1]; at++) values[at] = value(row, _columns[at], _values[at]);
        return new(Columns, _starts, _columns, values);
    }
}
