using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Models.Linear;

/// <summary>Weights from every item to every item; a score is the sum over what was touched. The weights lie in panels of 64 targets, so that
/// a block of queries reads each panel while it is in the cache.</summary>
internal sealed unsafe class DenseLinksModel : IModel
{
    private const int Lanes = 64;
    private readonly float[] _memory;
    private readonly float* _panels;
    private readonly int _count;

    public delegate void RowWriter(int source, Span<float> weights);

    /// <param name="row">Writes the weights of one source to every target.</param>
    public DenseLinksModel(Vocabulary users, Vocabulary items, RowWriter row)
    {
        (Users, Items, _count) = (users, items, items.Count);
        var panels = (_count + Lanes - 1) / Lanes;
        _memory = GC.AllocateArray<float>(checked(panels * Lanes * _count + 16), pinned: true);
        _panels = (float*)(((nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory)) + 63) & ~(nuint)63);
        var weights = new float[panels * Lanes];
        for (var source = 0; source < _count; source++)
        {
            row(source, weights.AsSpan(0, _count));
            for (var p = 0; p < panels; p++) weights.AsSpan(p * Lanes, Lanes).CopyTo(new Span<float>(Place(p, source), Lanes));
        }
    }

    public Vocabulary Users { get; }
    public Vocabulary Items { get; }

    public bool Score(Query query, Span<float> scores)
    {
        var touched = query.Touched();
        if (touched.Length == 0) return false;
        for (var p = 0; p * Lanes < _count; p++) Sum(p, touched, scores);
        return true;
    }

    public void ScoreMany(ReadOnlySpan<Query> queries, Span<float> scores, Span<bool> can)
    {
        var touched = new int[queries.Length][];
        for (var q = 0; q < touched.Length; q++) can[q] = (touched[q] = queries[q].Touched()).Length > 0;
        for (var p = 0; p * Lanes < _count; p++)
            for (var q = 0; q < touched.Length; q++) Sum(p, touched[q], scores.Slice(q * _count, _count));
    }

    public void Save(Stream stream)
    {
        var all = new float[(long)_count * _count];
        for (var source = 0; source < _count; source++)
            for (var p = 0; p * Lanes < _count; p++)
                new ReadOnlySpan<float>(Place(p, source), Math.Min(Lanes, _count - p * Lanes)).CopyTo(all.AsSpan((int)((long)source * _count) + p * Lanes));
        new SafeTensors { ["weights"] = NamedArray.Of(all, _count, _count) }.Write(stream);
    }

    public static DenseLinksModel Load(Stream artifact, Vocabulary users, Vocabulary items)
    {
        var weights = SafeTensors.Read(artifact).Floats("weights", (long)items.Count * items.Count);
        return new(users, items, (source, row) => weights.AsSpan(source * items.Count, items.Count).CopyTo(row));
    }

    private float* Place(int panel, int source) => _panels + ((nint)panel * _count + source) * Lanes;

    /// <summary>The scores of one panel of targets.</summary>
    private void Sum(int panel, int[] touched, Span<float> scores)
    {
        Vector512<float> a = default, b = default, c = default, d = default;
        foreach (var source in touched)
        {
            var weights = Place(panel, source);
            a += Vector512.Load(weights);
            b += Vector512.Load(weights + 16);
            c += Vector512.Load(weights + 32);
            d += Vector512.Load(weights + 48);
        }
        var start = panel * Lanes;
        if (start + Lanes <= _count)
        {
            a.CopyTo(scores[start..]); b.CopyTo(scores[(start + 16)..]); c.CopyTo(scores[(start + 32)..]); d.CopyTo(scores[(start + 48)..]);
            return;
        }
        Span<float> rest = stackalloc float[Lanes];
        a.CopyTo(rest); b.CopyTo(rest[16..]); c.CopyTo(rest[32..]); d.CopyTo(rest[48..]);
        rest[..(_count - start)].CopyTo(scores[start..]);
        GC.KeepAlive(this);
    }
}
