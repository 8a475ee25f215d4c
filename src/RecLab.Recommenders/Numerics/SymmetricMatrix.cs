using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RecLab.Recommenders.Numerics;

/// <summary>A dense symmetric matrix in single precision, rows on 64-byte boundaries, padded to whole blocks. Up to about 46,000 rows.</summary>
internal sealed unsafe class SymmetricMatrix
{
    /// <summary>Columns of one kernel call; rows are padded to a multiple of it.</summary>
    public const int Panel = 32;

    private readonly float[] _memory;
    private readonly float* _start;

    /// <exception cref="TrainingException">The matrix would not fit into one array.</exception>
    public SymmetricMatrix(int size)
    {
        Size = size;
        Stride = (size + Panel - 1) / Panel * Panel;
        var length = (long)Stride * Stride + 16;
        if (length > Array.MaxLength) throw new TrainingException($"A dense matrix of {size:N0} x {size:N0} items does not fit into memory.");
        try
        {
            _memory = GC.AllocateArray<float>((int)length, pinned: true);
        }
        catch (OutOfMemoryException e)
        {
            throw new TrainingException($"A dense matrix of {size:N0} x {size:N0} items needs {length * 4 >> 20:N0} MB, more than there is.", e);
        }
        _start = (float*)(((nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory)) + 63) & ~(nuint)63);
    }

    public int Size { get; }
    public int Stride { get; }

    /// <summary>Start of a row, valid as long as this object lives.</summary>
    public float* Row(int row) => _start + (nint)row * Stride;

    public Span<float> this[int row] => new(Row(row), Size);

    /// <summary>Copies the upper triangle onto the lower, tile by tile.</summary>
    public void FillLower(TrainingContext context)
    {
        const int Tile = 64;
        Workers.For(context, Size, Tile, (from, to) =>
        {
            for (var left = 0; left < to; left += Tile)
                for (var i = from; i < to; i++)
                    for (var j = left; j < Math.Min(i, left + Tile); j++) Row(i)[j] = Row(j)[i];
        });
    }
}
