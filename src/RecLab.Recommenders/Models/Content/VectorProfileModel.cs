using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Neighbours;

namespace RecLab.Recommenders.Models.Content;

/// <summary>Unit vectors of items; a person is the decayed mean of the items touched, and the score is the cosine. Items without a vector have no score.</summary>
internal sealed class VectorProfileModel : IModel
{
    private readonly float[] _vectors;
    private readonly int _width;
    private readonly HistoryWeights _memory;
    private readonly DenseScoring _scoring;
    private readonly bool[] _known;

    /// <param name="vectors">Items x width; scaled to length one here, zero rows stay.</param>
    public VectorProfileModel(Vocabulary users, Vocabulary items, float[] vectors, int width, HistoryWeights memory)
    {
        (Users, Items, _vectors, _width, _memory) = (users, items, vectors, width, memory);
        _known = new bool[items.Count];
        for (var i = 0; i < items.Count; i++) _known[i] = Unit(vectors.AsSpan(i * width, width));
        _scoring = new DenseScoring(vectors, items.Count, width);
    }

    public Vocabulary Users { get; }
    public Vocabulary Items { get; }

    public bool Score(Query query, Span<float> scores)
    {
        var profile = new float[_width];
        foreach (var (item, weight) in _memory.Of(query))
            System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(_vectors.AsSpan(item * _width, _width), weight, profile, profile);
        if (!Unit(profile)) return false;
        _scoring.Score(profile, scores);
        for (var i = 0; i < scores.Length; i++)
            if (!_known[i]) scores[i] = float.NaN;
        return true;
    }

    public void Save(Stream stream) => new SafeTensors { ["vectors"] = NamedArray.Of(_vectors, Items.Count, _width) }.Write(stream);

    /// <summary>Scales to length one; false for a zero vector. A vector that has length one already stays bit for bit.</summary>
    private static bool Unit(Span<float> vector)
    {
        var squares = System.Numerics.Tensors.TensorPrimitives.SumOfSquares<float>(vector);
        if (squares == 0) return false;
        if (Math.Abs(squares - 1) > 1e-6f) System.Numerics.Tensors.TensorPrimitives.Divide(vector, MathF.Sqrt(squares), vector);
        return true;
    }
}
