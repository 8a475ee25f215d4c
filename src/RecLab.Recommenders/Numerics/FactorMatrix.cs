using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RecLab.Recommenders.Numerics;

/// <summary>Rows of single-precision numbers, each starting on a 64-byte boundary and padded with zeros to a multiple of sixteen, so that
/// whole vectors can be read. The memory is pinned for its lifetime.</summary>
internal sealed unsafe class FactorMatrix
{
    private const int Lane = 16;
    private readonly float[] _memory;
    private readonly int _offset;

    /// <param name="rows">Number of rows.</param>
    /// <param name="width">Numbers per row that mean something.</param>
    public FactorMatrix(int rows, int width)
    {
        Rows = rows;
        Width = width;
        Stride = (width + Lane - 1) / Lane * Lane;
        _memory = GC.AllocateArray<float>(checked(rows * Stride + Lane), pinned: true);
        _offset = (int)((64 - (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory)) % 64) % 64 / sizeof(float));
    }

    public int Rows { get; }
    public int Width { get; }

    /// <summary>Numbers from one row to the next.</summary>
    public int Stride { get; }

    /// <summary>The numbers of one row, without padding.</summary>
    public Span<float> this[int row] => _memory.AsSpan(_offset + row * Stride, Width);

    /// <summary>Start of a row, valid as long as this object lives.</summary>
    public float* Row(int row) => (float*)Unsafe.AsPointer(ref _memory[_offset]) + (nint)row * Stride;

    /// <summary>All rows without padding, row after row.</summary>
    public float[] ToArray()
    {
        var all = new float[Rows * Width];
        for (var r = 0; r < Rows; r++) this[r].CopyTo(all.AsSpan(r * Width, Width));
        return all;
    }

    /// <summary>The reverse of <see cref="ToArray"/>.</summary>
    public static FactorMatrix Of(ReadOnlySpan<float> all, int rows, int width)
    {
        if (all.Length != (long)rows * width) throw new ArgumentException($"{all.Length} numbers are not {rows} rows of {width}.");
        var matrix = new FactorMatrix(rows, width);
        for (var r = 0; r < rows; r++) all.Slice(r * width, width).CopyTo(matrix[r]);
        return matrix;
    }

    /// <summary>A square matrix with room for whole blocks of sixteen rows below the last.</summary>
    public static FactorMatrix Square(int width) => new((width + Lane - 1) / Lane * Lane, width);

    /// <summary>Independent normal numbers with mean 0.</summary>
    public static FactorMatrix Normal(int rows, int width, double deviation, Random random)
    {
        var matrix = new FactorMatrix(rows, width);
        for (var r = 0; r < rows; r++)
            foreach (ref var value in matrix[r])
                value = (float)(deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())); // Box and Muller
        return matrix;
    }
}
