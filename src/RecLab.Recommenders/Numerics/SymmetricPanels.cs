using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RecLab.Recommenders.Numerics;

/// <summary>The columns of one pivot block packed for the kernel of <see cref="SymmetricInverse"/>: as they are (panels of 32), and times the
/// inverse of the pivot block (groups of eight). Entries inside the pivot block are zero, so that the update leaves it alone.</summary>
internal sealed unsafe class SymmetricPanels
{
    private const int Group = 8;
    private readonly int _rows, _pivot;
    private readonly float[] _plainMemory, _scaledMemory;
    private readonly float* _plain, _scaled;

    public SymmetricPanels(int rows, int pivot)
    {
        (_rows, _pivot) = (rows, pivot);
        _plainMemory = Aligned((long)rows * pivot, out _plain);
        _scaledMemory = Aligned((long)rows * pivot, out _scaled);
    }

    /// <summary>32 columns, pivot by pivot.</summary>
    public float* Plain(int panel) => _plain + (nint)panel * SymmetricMatrix.Panel * _pivot;

    /// <summary>Eight rows, pivot by pivot.</summary>
    public float* Scaled(int group) => _scaled + (nint)group * Group * _pivot;

    /// <summary>Reads A_iK of every row i from the lower triangle, and multiplies it by the inverse of A_KK.</summary>
    public void Gather(SymmetricMatrix a, int k, int width, double[] inverse, TrainingContext context)
    {
        var factors = Array.ConvertAll(inverse, d => (float)d);
        Workers.For(context, _rows, SymmetricMatrix.Panel, () => (Row: new float[width], Product: new float[width]), (from, to, own) =>
        {
            for (var i = from; i < to; i++)
            {
                var inside = i >= k && i < k + width;
                for (var p = 0; p < width; p++) own.Row[p] = inside || i >= a.Size ? 0 : i >= k ? a.Row(i)[k + p] : a.Row(k + p)[i];
                own.Product.AsSpan().Clear();
                if (!inside && i < a.Size)
                    for (var p = 0; p < width; p++)
                        if (own.Row[p] != 0) System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(factors.AsSpan(p * width, width), own.Row[p], own.Product, own.Product);
                float* plain = Plain(i / SymmetricMatrix.Panel) + i % SymmetricMatrix.Panel, scaled = Scaled(i / Group) + i % Group;
                for (var p = 0; p < width; p++) (plain[p * SymmetricMatrix.Panel], scaled[p * Group]) = (own.Row[p], own.Product[p]);
            }
        });
    }

    /// <summary>Writes A_iK D outside and -D inside the pivot block, lower triangle.</summary>
    public void Scatter(SymmetricMatrix a, int k, int width, double[] inverse)
    {
        for (var i = 0; i < a.Size; i++)
        {
            var scaled = Scaled(i / Group) + i % Group;
            for (var p = 0; p < width; p++)
            {
                if (i >= k && i < k + width) a.Row(i)[k + p] = -(float)inverse[(i - k) * width + p];
                else if (i > k) a.Row(i)[k + p] = scaled[p * Group];
                else a.Row(k + p)[i] = scaled[p * Group];
            }
        }
    }

    private static float[] Aligned(long length, out float* start)
    {
        var memory = GC.AllocateArray<float>(checked((int)(length + 16)), pinned: true);
        start = (float*)(((nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(memory)) + 63) & ~(nuint)63);
        return memory;
    }
}
