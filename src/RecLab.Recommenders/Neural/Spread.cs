#if !USE_TORCHSHARP
using RecLab.Torch;
#endif
using RecLab.Recommenders.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace RecLab.Recommenders.Neural;

/// <summary>A sparse matrix by which vectors spread along the edges of a graph: compressed rows on the processor, coordinates elsewhere. Fixed; the gradient flows to what is spread.</summary>
internal sealed class Spread : nn.Module
{
    private readonly Tensor matrix;
#if !USE_TORCHSHARP
    private readonly SparseRows _rows;

    private Spread(Tensor matrix, SparseRows rows) : base(nameof(Spread))
    {
        (this.matrix, _rows) = (matrix, rows);
        register_buffer(nameof(matrix), matrix, persistent: false);
    }
#else
    private Spread(Tensor matrix) : base(nameof(Spread))
    {
        this.matrix = matrix;
        register_buffer(nameof(matrix), matrix, persistent: false);
    }
#endif

    /// <summary>The matrix and its transpose.</summary>
    public static (Spread, Spread) Of(SparseMatrix cells)
    {
        long[] row = new long[cells.Count], column = new long[cells.Count];
        for (var r = 0; r < cells.Rows; r++)
            for (var i = cells.Starts[r]; i < cells.Starts[r + 1]; i++) (row[i], column[i]) = (r, cells.AllColumns[i]);
        using var values = tensor(cells.AllValues.ToArray());
        Tensor Coordinates(long[] first, long[] second, long rows, long columns)
        {
            using var at = tensor([.. first, .. second], [2, first.Length]);
            return sparse_coo_tensor(at, values, [rows, columns]);
        }
        var (straight, turned) = (Coordinates(row, column, cells.Rows, cells.Columns), Coordinates(column, row, cells.Columns, cells.Rows));
#if !USE_TORCHSHARP
        var rows = new SparseRows(cells.Starts.ToArray(), cells.AllColumns.ToArray(), cells.AllValues.ToArray(), cells.Columns);
        return (new(straight, rows), new(turned, rows.Transposed()));
#else
        return (new(straight), new(turned));
#endif
    }

    /// <summary>Rows x width.</summary>
    /// <param name="vectors">Columns x width.</param>
    public Tensor Along(Tensor vectors)
    {
#if !USE_TORCHSHARP
        if (vectors.device.type == DeviceType.CPU) return _rows.Times(vectors);
#endif
        return mm(matrix, vectors);
    }
}
