using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RecLab.Recommenders;

/// <summary>Item vectors laid out for scoring: <c>score(u, i) = bias(i) + sum_d u[d] * item(i)[d]</c>, for one user or a block of them.
/// Immutable and thread-safe; callers run blocks in parallel themselves.</summary>
/// <remarks>Items lie in panels of 16 (dimension by dimension, one item a lane), so that a score is one chain of fused multiply-adds over
/// the dimensions in their order. Every path computes the same chain: one user or many, 256 or 512 bits give bit-identical scores, so
/// that a list shown is the list that was evaluated. The blocked kernel holds 8 users x 32 items in registers
/// (Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", TOMS 2008).</remarks>
public sealed unsafe class DenseScoring
{
    /// <summary>Items in a panel.</summary>
    internal const int Lanes = 16;

    /// <summary>Users the blocked kernel takes at once.</summary>
    internal const int Rows = 8;

    private readonly float[] _memory, _biases; // pinned, so that pointers stay valid
    private readonly float* _panels, _bias;

    /// <param name="items">Row-major, <paramref name="count"/> x <paramref name="width"/>: the vector of item 0, of item 1, ...</param>
    /// <param name="width">Dimensions of a vector.</param>
    /// <param name="bias">One number per item added to its score, or empty for none.</param>
    /// <exception cref="ArgumentException">Lengths do not agree.</exception>
    public DenseScoring(ReadOnlySpan<float> items, int count, int width, ReadOnlySpan<float> bias = default)
    {
        if (width < 1 || count < 0 || items.Length != (long)count * width) throw new ArgumentException($"{items.Length} numbers are not {count} vectors of {width}.", nameof(items));
        if (!bias.IsEmpty && bias.Length != count) throw new ArgumentException($"{bias.Length} biases were given for {count} items.", nameof(bias));
        Count = count;
        Width = width;
        Panels = (count + Lanes - 1) / Lanes;
        _memory = Aligned((long)Panels * width * Lanes, out _panels);
        _biases = Aligned((long)Panels * Lanes, out _bias);
        for (var i = 0; i < count; i++)
        {
            var panel = _panels + (long)(i / Lanes) * width * Lanes + i % Lanes;
            for (var d = 0; d < width; d++) panel[d * Lanes] = items[i * width + d];
            if (!bias.IsEmpty) _bias[i] = bias[i];
        }
    }

    /// <summary>How many items there are.</summary>
    public int Count { get; }

    /// <summary>Dimensions of a vector.</summary>
    public int Width { get; }

    private int Panels { get; }

    /// <summary>Scores of all items for one user vector.</summary>
    /// <param name="user">Length <see cref="Width"/>.</param>
    /// <param name="scores">Length <see cref="Count"/>.</param>
    public void Score(ReadOnlySpan<float> user, Span<float> scores)
    {
        if (user.Length != Width) throw new ArgumentException($"The user vector has {user.Length} dimensions, the items have {Width}.", nameof(user));
        Check(1, scores.Length);
        fixed (float* u = user, s = scores)
        {
            var whole = Count / Lanes;
            var p = 0;
            for (; p + 4 <= whole; p += 4) Kernels.OneByFour(u, Panel(p), _bias + p * Lanes, Width, s + p * Lanes);
            var rest = stackalloc float[Lanes];
            for (; p < Panels; p++)
            {
                Kernels.OneByOne(u, Panel(p), _bias + p * Lanes, Width, rest);
                new ReadOnlySpan<float>(rest, Math.Min(Lanes, Count - p * Lanes)).CopyTo(scores[(p * Lanes)..]);
            }
        }
        GC.KeepAlive(this);
    }

    /// <summary>Scores of all items for several users: row q of <paramref name="scores"/> (row-major) answers row q of <paramref name="users"/>.</summary>
    /// <param name="users">Row-major, any number of vectors of <see cref="Width"/>.</param>
    /// <param name="scores">As many rows of <see cref="Count"/>.</param>
    public void ScoreMany(ReadOnlySpan<float> users, Span<float> scores)
    {
        if (users.Length % Width != 0) throw new ArgumentException($"{users.Length} numbers are not whole vectors of {Width}.", nameof(users));
        Check(users.Length / Width, scores.Length);
        Block(users, default, users.Length / Width, scores);
    }

    /// <summary>As <see cref="ScoreMany(ReadOnlySpan{float}, Span{float})"/>, with the vectors picked out of a table.</summary>
    /// <param name="table">Row-major table of user vectors.</param>
    /// <param name="rows">The table's row for each query; a negative one scores as the zero vector (bias alone).</param>
    public void ScoreMany(ReadOnlySpan<float> table, ReadOnlySpan<int> rows, Span<float> scores)
    {
        Check(rows.Length, scores.Length);
        Block(table, rows, rows.Length, scores);
    }

    private void Block(ReadOnlySpan<float> table, ReadOnlySpan<int> rows, int users, Span<float> scores)
    {
        if (users == 0 || Count == 0) return;
        if (users == 1 && (rows.IsEmpty || rows[0] >= 0)) { Score(rows.IsEmpty ? table : table.Slice(rows[0] * Width, Width), scores); return; }
        var groups = (users + Rows - 1) / Rows;
        var packed = Aligned((long)groups * Rows * Width, out var u);
        for (var q = 0; q < users; q++)
        {
            var row = rows.IsEmpty ? q : rows[q];
            if (row < 0) continue; // memory starts as zeros
            var vector = table.Slice(row * Width, Width);
            var column = u + (long)(q / Rows) * Rows * Width + q % Rows;
            for (var d = 0; d < Width; d++) column[d * Rows] = vector[d];
        }
        var tile = stackalloc float[Rows * 2 * Lanes];
        fixed (float* s = scores)
        {
            for (var p = 0; p < Panels; p += 2) // a pair of panels stays in the first-level cache for all groups of users
            {
                var pair = p + 1 < Panels;
                var wanted = Math.Min((pair ? 2 : 1) * Lanes, Count - p * Lanes);
                for (var g = 0; g < groups; g++)
                {
                    var alive = Math.Min(Rows, users - g * Rows);
                    var direct = pair && wanted == 2 * Lanes && alive == Rows;
                    var target = direct ? s + (long)g * Rows * Count + p * Lanes : tile;
                    var stride = direct ? Count : 2 * Lanes;
                    Kernels.EightBy(u + (long)g * Rows * Width, Panel(p), pair ? Panel(p + 1) : null, _bias + p * Lanes, Width, target, stride);
                    if (direct) continue;
                    for (var r = 0; r < alive; r++) new ReadOnlySpan<float>(tile + r * 2 * Lanes, wanted).CopyTo(new Span<float>(s + (long)(g * Rows + r) * Count + p * Lanes, wanted));
                }
            }
        }
        GC.KeepAlive(packed);
        GC.KeepAlive(this);
    }

    private float* Panel(int p) => _panels + (long)p * Width * Lanes;

    private void Check(int users, int length)
    {
        if (length != (long)users * Count) throw new ArgumentException($"{length} places were given for the scores of {users} users and {Count} items.");
    }

    /// <summary>Pinned zeros whose start lies on a cache line; the array keeps them alive.</summary>
    private static float[] Aligned(long floats, out float* start)
    {
        var array = GC.AllocateArray<float>(checked((int)(floats + Lanes)), pinned: true);
        var address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array));
        start = (float*)((address + 63) & ~(nuint)63);
        return array;
    }
}
