using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Models.Neighbours;

/// <summary>How the likeness of two rows (items by their users, or users by their items) is measured; x and y are the rows.</summary>
public enum Similarity
{
    /// <summary>x.y / (|x| |y|).</summary>
    Cosine,

    /// <summary>x.y / (|x|^(2 a) |y|^(2 (1 - a))) (Aiolli, "Efficient Top-N Recommendation for Very Large Scale Binary Rated Datasets", RecSys 2013).</summary>
    AsymmetricCosine,

    /// <summary>Shared over all: x.y / (|x|^2 + |y|^2 - x.y) (Tanimoto's form for weights).</summary>
    Jaccard,

    /// <summary>The cosine after weighting each cell by sqrt(value) * idf of its column.</summary>
    TfIdf,

    /// <summary>The inner product after weighting by BM25 with columns as terms (Robertson and Zaragoza 2009, section 3): popular rows are
    /// held back, busy columns say less.</summary>
    Bm25,
}

/// <summary>A similarity made ready for one matrix: the weighted cells to multiply, and what turns products into similarities.</summary>
internal sealed class SimilarityMeasure
{
    private readonly Similarity _kind;
    private readonly double _shrinkage;
    private readonly double[] _squares, _asTarget, _asTouched;

    /// <param name="rows">What is compared, one row each.</param>
    /// <param name="shrinkage">Added to the denominator.</param>
    /// <param name="asymmetry">a of the asymmetric cosine.</param>
    public SimilarityMeasure(Similarity kind, SparseMatrix rows, double shrinkage, double asymmetry = 0.5, double k1 = 1.2, double b = 0.75)
    {
        (_kind, _shrinkage) = (kind, shrinkage);
        Weighted = kind switch { Similarity.TfIdf => TfIdf(rows), Similarity.Bm25 => Bm25(rows, k1, b), _ => rows };
        _squares = new double[rows.Rows];
        for (var r = 0; r < _squares.Length; r++)
            foreach (var v in Weighted.ValuesOf(r)) _squares[r] += (double)v * v;
        var a = kind == Similarity.AsymmetricCosine ? asymmetry : 0.5;
        _asTarget = Array.ConvertAll(_squares, s => Math.Pow(s, a));
        _asTouched = Array.ConvertAll(_squares, s => Math.Pow(s, 1 - a));
    }

    /// <summary>The cells whose inner products are the numerators.</summary>
    public SparseMatrix Weighted { get; }

    /// <summary>Products with a target become how much each other row speaks for it.</summary>
    public void OfTarget(int target, Span<float> products) => Divide(target, products, _asTarget, _asTouched);

    /// <summary>Products with a touched row become how much it speaks for each other row.</summary>
    public void OfTouched(int touched, Span<float> products) => Divide(touched, products, _asTouched, _asTarget);

    private void Divide(int row, Span<float> products, double[] ofRow, double[] ofOther)
    {
        for (var other = 0; other < products.Length; other++)
        {
            double product = products[other];
            if (product == 0) continue;
            var denominator = _kind switch
            {
                Similarity.Jaccard => _squares[row] + _squares[other] - product,
                Similarity.Bm25 => 1,
                _ => ofRow[row] * ofOther[other],
            };
            products[other] = (float)(product / (denominator + (_kind == Similarity.Bm25 ? 0 : _shrinkage)));
        }
    }

    /// <summary>sqrt(value) * (ln N - ln(1 + df)), N rows, df rows of the column.</summary>
    private static SparseMatrix TfIdf(SparseMatrix rows)
    {
        var idf = InverseFrequency(rows);
        return rows.Map((_, column, value) => (float)(Math.Sqrt(Math.Abs(value)) * idf[column]));
    }

    /// <summary>idf * value (k1 + 1) / (value + k1 (1 - b + b length / mean length)).</summary>
    private static SparseMatrix Bm25(SparseMatrix rows, double k1, double b)
    {
        var idf = InverseFrequency(rows);
        var length = new double[rows.Rows];
        for (var r = 0; r < length.Length; r++)
            foreach (var v in rows.ValuesOf(r)) length[r] += v;
        var mean = length.Length == 0 ? 1 : Math.Max(double.Epsilon, length.Average());
        return rows.Map((row, column, value) => (float)(idf[column] * value * (k1 + 1) / (value + k1 * (1 - b + b * length[row] / mean))));
    }

    /// <summary>ln N - ln(1 + df), at least a hundredth so that nobody who touched everything counts negative.</summary>
    private static double[] InverseFrequency(SparseMatrix rows)
    {
        var frequency = new int[rows.Columns];
        foreach (var column in rows.AllColumns) frequency[column]++;
        return Array.ConvertAll(frequency, f => Math.Max(0.01, Math.Log(rows.Rows) - Math.Log(1 + f)));
    }
}
