using RecLab.Recommenders.Data;
using RecLab.Recommenders.Numerics;

namespace RecLab.Recommenders.Models.Neighbours;

/// <summary>Weights from item to item, few per item: row j holds what having touched j says for each target. What item kNN, RP3beta, SLIM and
/// association rules leave behind.</summary>
internal static class ItemLinks
{
    /// <summary>Keeps, of rows that are given target by target, the best sources, and turns them round to source by target.</summary>
    public static SparseMatrix BySource(KeptLinks[] ofTarget, int sources) => Compress(ofTarget, sources).Transpose();

    /// <summary>The kept links, row by row as they were given.</summary>
    public static SparseMatrix Compress(KeptLinks[] rows, int columns)
    {
        var starts = new int[rows.Length + 1];
        for (var r = 0; r < rows.Length; r++) starts[r + 1] = checked(starts[r] + rows[r].Items.Length);
        var items = new int[starts[^1]];
        var weights = new float[starts[^1]];
        for (var r = 0; r < rows.Length; r++)
        {
            rows[r].Items.CopyTo(items, starts[r]);
            rows[r].Weights.CopyTo(weights, starts[r]);
        }
        return SparseMatrix.Of(columns, starts, items, weights);
    }

    /// <summary>The arrays of a matrix, under a prefix.</summary>
    public static void Put(this SafeTensors arrays, string name, SparseMatrix matrix)
    {
        arrays[name + " starts"] = NamedArray.Of(matrix.Starts);
        arrays[name + " columns"] = NamedArray.Of(matrix.AllColumns);
        arrays[name + " values"] = NamedArray.Of(matrix.AllValues);
    }

    /// <summary>The reverse of <see cref="Put"/>.</summary>
    /// <exception cref="InvalidDataException">The arrays do not make a matrix of this shape.</exception>
    public static SparseMatrix Sparse(this SafeTensors arrays, string name, int rows, int columns)
    {
        try
        {
            var matrix = SparseMatrix.Of(columns, arrays.Ints(name + " starts", rows + 1L), arrays.Ints(name + " columns"), arrays.Floats(name + " values"));
            return matrix;
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException(e.Message, e);
        }
    }
}

/// <summary>The links kept of one row, columns ascending.</summary>
internal readonly record struct KeptLinks(int[] Items, float[] Weights)
{
    public static KeptLinks None { get; } = new([], []);

    /// <summary>The <paramref name="count"/> weights of a row that are largest in size, of either sign.</summary>
    public static KeptLinks Largest(ReadOnlySpan<float> row, int count)
    {
        var size = new float[row.Length];
        System.Numerics.Tensors.TensorPrimitives.Abs(row, size);
        var kept = Best(size, count);
        for (var k = 0; k < kept.Items.Length; k++) kept.Weights[k] = row[kept.Items[k]];
        return kept;
    }

    /// <summary>The <paramref name="count"/> largest positive weights of a row.</summary>
    public static KeptLinks Best(ReadOnlySpan<float> row, int count)
    {
        var best = Ranker.Top(row, count);
        var positive = 0;
        while (positive < best.Length && row[best[positive]] > 0) positive++;
        var items = best[..positive];
        Array.Sort(items);
        var weights = new float[items.Length];
        for (var k = 0; k < items.Length; k++) weights[k] = row[items[k]];
        return new(items, weights);
    }
}

/// <summary>Adds up the links of what somebody touched. An item no link leads to has no score.</summary>
internal sealed class ItemLinksModel(Vocabulary users, Vocabulary items, SparseMatrix links, HistoryWeights weights) : IModel
{
    public Vocabulary Users => users;
    public Vocabulary Items => items;

    public bool Score(Query query, Span<float> scores)
    {
        scores.Clear();
        var reached = false;
        foreach (var (item, weight) in weights.Of(query))
        {
            var targets = links.ColumnsOf(item);
            var values = links.ValuesOf(item);
            reached |= targets.Length > 0;
            for (var k = 0; k < targets.Length; k++) scores[targets[k]] += weight * values[k];
        }
        if (!reached) return false;
        foreach (ref var score in scores)
            if (score == 0) score = float.NaN;
        return true;
    }

    public void Save(Stream stream)
    {
        var arrays = new SafeTensors();
        arrays.Put("links", links);
        arrays.Write(stream);
    }

    public static ItemLinksModel Load(Stream artifact, Vocabulary users, Vocabulary items, HistoryWeights weights) =>
        new(users, items, SafeTensors.Read(artifact).Sparse("links", items.Count, items.Count), weights);
}

/// <summary>How much each item of a history counts.</summary>
/// <param name="Decay">Weight of an item against the one after it; 1 counts all alike.</param>
/// <param name="Longest">Only so many newest items count; 0 for all.</param>
internal sealed record HistoryWeights(double Decay = 1, int Longest = 0)
{
    /// <summary>Every touch alike, repeats once.</summary>
    public static HistoryWeights Alike { get; } = new();

    /// <summary>The items and weights of a query, newest first; a repeated item counts at its newest place.</summary>
    public List<(int Item, float Weight)> Of(Query query)
    {
        var history = query.History.Span;
        var counted = new List<(int, float)>(history.Length + 1);
        if (Decay == 1 && Longest == 0)
        {
            foreach (var item in query.Touched()) counted.Add((item, 1));
            return counted;
        }
        var seen = new HashSet<int>();
        var weight = 1.0;
        if (query.Item >= 0) Take(query.Item);
        for (var k = history.Length - 1; k >= 0 && (Longest == 0 || counted.Count < Longest) && weight > 1e-6; k--) Take(history[k]);
        return counted;

        void Take(int item)
        {
            if (!seen.Add(item)) return;
            counted.Add((item, (float)weight));
            weight *= Decay;
        }
    }
}
