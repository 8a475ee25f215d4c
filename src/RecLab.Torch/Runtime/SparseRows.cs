using RecLab.Torch.Native;
using static TorchSharp.torch;

namespace RecLab.Torch;

/// <summary>A sparse matrix in compressed rows, and its transpose, in the processor's memory. Its product with a dense matrix is several times faster than that of a
/// matrix of coordinates, which libtorch compresses anew at every call. Its memory belongs to the dispose scope it was made in.</summary>
public sealed class SparseRows
{
    private readonly Tensor _starts, _columns, _values, _turnedStarts, _turnedColumns, _turnedValues;

    /// <param name="starts">Where each row's cells begin and, at the end, their number.</param>
    /// <param name="columns">The column of every cell, row after row.</param>
    /// <param name="values">The value of every cell.</param>
    /// <param name="width">How many columns there are.</param>
    /// <exception cref="TorchException">The rows do not fit together or a column lies outside.</exception>
    public SparseRows(int[] starts, int[] columns, float[] values, int width)
    {
        var (turnedStarts, turnedColumns, turnedValues) = Turned(starts, columns, values, width);
        (_starts, _columns, _values) = Tensors(starts, columns, values);
        (_turnedStarts, _turnedColumns, _turnedValues) = Tensors(turnedStarts, turnedColumns, turnedValues);
        Api.Check(Api.rl_sparse_check(_starts.Handle, _columns.Handle, _values.Handle, width));
    }

    private SparseRows(SparseRows of) => (_starts, _columns, _values, _turnedStarts, _turnedColumns, _turnedValues) = (of._turnedStarts, of._turnedColumns, of._turnedValues, of._starts, of._columns, of._values);

    /// <summary>Rows and columns exchanged; the same memory.</summary>
    public SparseRows Transposed() => new(this);

    /// <summary>This matrix times a dense one, with a gradient for the dense one.</summary>
    /// <param name="dense">Columns x width, floats.</param>
    /// <returns>Rows x width.</returns>
    public Tensor Times(Tensor dense)
    {
        var product = Tensor.Of(Api.rl_sparse_rows(_starts.Handle, _columns.Handle, _values.Handle, _turnedStarts.Handle, _turnedColumns.Handle, _turnedValues.Handle, dense.Handle), dense);
        GC.KeepAlive(this);
        return product;
    }

    private static (Tensor, Tensor, Tensor) Tensors(int[] starts, int[] columns, float[] values) =>
        (tensor(Array.ConvertAll(starts, s => (long)s)), tensor(columns), tensor(values));

    private static (int[], int[], float[]) Turned(int[] starts, int[] columns, float[] values, int width)
    {
        foreach (var c in columns)
            if ((uint)c >= (uint)width) throw new TorchException($"Column {c} lies outside the {width} columns of the matrix.");
        var at = new int[width + 1];
        foreach (var c in columns) at[c + 1]++;
        for (var c = 0; c < width; c++) at[c + 1] += at[c];
        var turned = (int[])at.Clone();
        var (rows, moved) = (new int[columns.Length], new float[columns.Length]);
        for (var r = 0; r + 1 < starts.Length; r++)
            for (var i = starts[r]; i < starts[r + 1]; i++)
            {
                var to = at[columns[i]]++;
                (rows[to], moved[to]) = (r, values[i]);
            }
        return (turned, rows, moved);
    }
}
