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
    private readonly double _shrinkage, _asymmetry, _k1, _b, _meanLength;
    private readonly double[] _rarity, _squares, _asTarget, _asTouched;

    /// <param name="rows">What is compared, one row each; no cell is negative.</param>
    /// <param name="shrinkage">Added to the denominator.</param>
    /// <param name="asymmetry">a of the asymmetric cosine.</param>
    public SimilarityMeasure(Similarity kind, SparseMatrix rows, double shrinkage, double asymmetry = 0.5, double k1 = 1.2, double b = 0.75)
    {
        (_kind, _shrinkage, _k1, _b) = (kind, shrinkage, k1, b);
        _asymmetry = kind == Similarity.AsymmetricCosine ? asymmetry : 0.5;
        _rarity = Rarity(rows);
        _meanLength = rows.Rows == 0 ? 1 : Math.Max(1e-12, System.Numerics.Tensors.TensorPrimitives.Sum(rows.AllValues) / (double)rows.Rows);
        var length = new double[rows.Rows];
        for (var r = 0; r < length.Length; r++)
            foreach (var v in rows.ValuesOf(r)) length[r] += v;
        Weighted = kind is Similarity.TfIdf or Similarity.Bm25 ? rows.Map((row, column, value) => Weight(column, value, length[row])) : rows;
        _squares = new double[rows.Rows];
        for (var r = 0; r < _squares.Length; r++) _squares[r] = Squares(Weighted.ValuesOf(r));
        _asTarget = Array.ConvertAll(_squares, s => Math.Pow(s, _asymmetry));
        _asTouched = Array.ConvertAll(_squares, s => Math.Pow(s, 1 - _asymmetry));
    }

    /// <summary>The cells whose inner products are the numerators.</summary>
    public SparseMatrix Weighted { get; }

    /// <summary>Products with a target become how much each other row speaks for it.</summary>
    public void OfTarget(int target, Span<float> products) => Divide(_squares[target], _asTarget[target], products, _asTouched);

    /// <summary>Products with a touched row become how much it speaks for each other row.</summary>
    public void OfTouched(int touched, Span<float> products) => Divide(_squares[touched], _asTouched[touched], products, _asTarget);

    /// <summary>The weighted cells of a row that was not there before: every column once.</summary>
    public float[] Weigh(ReadOnlySpan<int> columns)
    {
        var weights = new float[columns.Length];
        for (var k = 0; k < weights.Length; k++) weights[k] = _kind is Similarity.TfIdf or Similarity.Bm25 ? Weight(columns[k], 1, columns.Length) : 1;
        return weights;
    }

    /// <summary>Products with a new row, whose weighted cells are given, become how much each row speaks for it.</summary>
    public void OfNew(ReadOnlySpan<float> weights, Span<float> products)
    {
        var squares = Squares(weights);
        Divide(squares, Math.Pow(squares, _asymmetry), products, _asTouched);
    }

    private void Divide(double squares, double ofRow, Span<float> products, double[] ofOther)
    {
        for (var other = 0; other < products.Length; other++)
        {
            double product = products[other];
            if (product == 0 || _kind == Similarity.Bm25) continue;
            var denominator = _kind == Similarity.Jaccard ? squares + _squares[other] - product : ofRow * ofOther[other];
            products[other] = (float)(product / (denominator + _shrinkage));
        }
    }

    /// <summary>tf-idf: <c>sqrt(value) idf</c>; BM25: <c>idf value (k1 + 1) / (value + k1 (1 - b + b length / mean length))</c>.</summary>
    private float Weight(int column, float value, double length) => _kind == Similarity.TfIdf
        ? (float)(Math.Sqrt(value) * _rarity[column])
        : (float)(_rarity[column] * value * (_k1 + 1) / (value + _k1 * (1 - _b + _b * length / _meanLength)));

    private static double Squares(ReadOnlySpan<float> values)
    {
        var sum = 0.0;
        foreach (var v in values) sum += (double)v * v;
        return sum;
    }

    /// <summary>ln N - ln(1 + df), at least a hundredth so that nobody who touched everything counts negative; N rows, df of them with the column.</summary>
    private static double[] Rarity(SparseMatrix rows)
    {
        var frequency = new int[rows.Columns];
        foreach (var column in rows.AllColumns) frequency[column]++;
        return Array.ConvertAll(frequency, f => Math.Max(0.01, Math.Log(rows.Rows) - Math.Log(1 + f)));
    }
}
