using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Numerics;

/// <summary>Rows of the product of two sparse matrices, one after another, without keeping the whole product: how often two items meet, and
/// every weighted form of that.</summary>
internal static unsafe class SparseProduct
{
    private const int RowsPerBlock = 32;

    /// <summary>Receives one row of the product: values by column, all zero where nothing meets. The row may be changed; it is cleared afterwards.</summary>
    public delegate void RowHandler(int row, Span<float> values);

    /// <summary>Computes A B row by row, rows in parallel.</summary>
    /// <param name="a">m x k.</param>
    /// <param name="b">k x n.</param>
    public static void ForEachRow(TrainingContext context, SparseMatrix a, SparseMatrix b, Action<double>? progress, RowHandler each)
    {
        if (a.Columns != b.Rows) throw new ArgumentException($"A matrix of {a.Columns} columns cannot be multiplied by one of {b.Rows} rows.");
        var counts = b.AllValues.IndexOfAnyExcept(1f) < 0;
        Workers.For(context, a.Rows, RowsPerBlock, () => new float[b.Columns], (from, to, sum) =>
        {
            for (var row = from; row < to; row++)
            {
                if (a.Size(row) == 0) continue;
                if (counts) AddTouched(a, b, row, sum); else AddWeighted(a, b, row, sum);
                each(row, sum);
                Array.Clear(sum);
            }
        }, progress);
    }

    /// <summary>X'X for a matrix of few columns, both triangles. Only pairs in order are counted.</summary>
    public static SymmetricMatrix Gram(TrainingContext context, SparseMatrix x)
    {
        var n = x.Columns;
        var gram = new SymmetricMatrix(n);
        var rows = Places(x, out var starts, out var places);
        Workers.For(context, n, RowsPerBlock, (from, to) =>
        {
            fixed (float* values = x.AllValues)
            fixed (int* columns = x.AllColumns, ends = x.Starts)
                for (var i = from; i < to; i++)
                {
                    var sum = gram.Row(i);
                    for (var at = starts[i]; at < starts[i + 1]; at++)
                    {
                        var w = values[places[at]];
                        var last = ends[rows[at] + 1];
                        for (var k = places[at]; k < last; k++) sum[columns[k]] += w * values[k];
                    }
                }
        });
        gram.FillLower(context);
        return gram;
    }

    /// <summary>For each column its cells: the row, and the place of the cell in the compressed rows.</summary>
    private static int[] Places(SparseMatrix x, out int[] starts, out int[] places)
    {
        starts = new int[x.Columns + 1];
        foreach (var column in x.AllColumns) starts[column + 1]++;
        for (var c = 0; c < x.Columns; c++) starts[c + 1] += starts[c];
        var next = starts.AsSpan(0, x.Columns).ToArray();
        var rows = new int[x.Count];
        places = new int[x.Count];
        for (var row = 0; row < x.Rows; row++)
            for (var at = x.Starts[row]; at < x.Starts[row + 1]; at++)
            {
                var to = next[x.AllColumns[at]]++;
                (rows[to], places[to]) = (row, at);
            }
        return rows;
    }

    private static void AddTouched(SparseMatrix a, SparseMatrix b, int row, float[] into)
    {
        var weights = a.ValuesOf(row);
        fixed (float* sum = into)
        fixed (int* all = b.AllColumns, starts = b.Starts)
        {
            var k = 0;
            foreach (var inner in a.ColumnsOf(row))
            {
                var w = weights[k++];
                int* column = all + starts[inner], end = all + starts[inner + 1];
                for (; column + 4 <= end; column += 4)
                {
                    sum[column[0]] += w; sum[column[1]] += w; sum[column[2]] += w; sum[column[3]] += w;
                }
                for (; column < end; column++) sum[*column] += w;
            }
        }
    }

    private static void AddWeighted(SparseMatrix a, SparseMatrix b, int row, float[] into)
    {
        var weights = a.ValuesOf(row);
        fixed (float* sum = into, values = b.AllValues)
        fixed (int* all = b.AllColumns, starts = b.Starts)
        {
            var k = 0;
            foreach (var inner in a.ColumnsOf(row))
            {
                var w = weights[k++];
                for (int at = starts[inner], end = starts[inner + 1]; at < end; at++) sum[all[at]] += w * values[at];
            }
        }
    }
}
