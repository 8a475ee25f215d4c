using System.Numerics.Tensors;

namespace RecLab.Recommenders.Data;

/// <summary>The scenarios of training rows as numbers for a table of vectors: each name's own, and behind them one for rows whose scenario is not known.</summary>
internal sealed class ScenarioRows
{
    private readonly int[] _counts;

    private ScenarioRows(ScenarioColumn column)
    {
        Names = column.Names;
        OfRow = Array.ConvertAll(column.OfRow, s => s < 0 ? Names.Count : s);
        _counts = column.Counts();
        SomeUnknown = column.OfRow.AsSpan().Contains(-1);
    }

    /// <summary>Null where the data name no scenario.</summary>
    public static ScenarioRows? Of(Interactions train) => train.Scenarios is { Names.Count: > 0 } column ? new(column) : null;

    public Vocabulary Names { get; }

    /// <summary>0 to <see cref="Names"/>.Count; the last for "not known".</summary>
    public int[] OfRow { get; }

    /// <summary>Rows of a table: every scenario and "not known".</summary>
    public int Count => Names.Count + 1;

    /// <summary>Whether "not known" is learnt from rows.</summary>
    public bool SomeUnknown { get; }

    /// <summary>Share of each scenario among the rows that name one.</summary>
    public float[] Shares()
    {
        var all = Math.Max(1, _counts.Sum());
        return Array.ConvertAll(_counts, c => (float)c / all);
    }

    /// <summary>The table with something to say where the scenario is not known: what was learnt, or the mean over the rows where none was without one.</summary>
    /// <param name="vectors">Row-major, <see cref="Count"/> x width; changed in place.</param>
    public ScenarioTable Table(float[] vectors, int width)
    {
        if (!SomeUnknown)
        {
            var shares = Shares();
            var last = vectors.AsSpan(Names.Count * width, width);
            last.Clear();
            for (var s = 0; s < shares.Length; s++) TensorPrimitives.MultiplyAdd(vectors.AsSpan(s * width, width), shares[s], last, last);
        }
        return new(Names, vectors, width);
    }
}
