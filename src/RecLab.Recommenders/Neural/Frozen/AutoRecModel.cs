using System.Numerics.Tensors;
using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Neural.Frozen;

/// <summary>A served AutoRec: what a user touched through one hidden layer, in plain memory.</summary>
internal sealed class AutoRecModel : IModel
{
    private readonly float[] _encoder, _inner, _decoder, _outer;
    private readonly DenseScoring _scoring;

    /// <param name="encoder">Items x hidden.</param>
    /// <param name="inner">The hidden layer's biases.</param>
    /// <param name="decoder">Items x hidden.</param>
    /// <param name="outer">One per item.</param>
    public AutoRecModel(Vocabulary users, Vocabulary items, float[] encoder, float[] inner, float[] decoder, float[] outer)
    {
        (Users, Items, _encoder, _inner, _decoder, _outer) = (users, items, encoder, inner, decoder, outer);
        _scoring = new(decoder, items.Count, inner.Length, outer);
    }

    public Vocabulary Users { get; }
    public Vocabulary Items { get; }

    public bool Score(Query query, Span<float> scores)
    {
        var hidden = new float[_inner.Length];
        if (!Read(query, hidden)) return false;
        _scoring.Score(hidden, scores);
        return true;
    }

    public void ScoreMany(ReadOnlySpan<Query> queries, Span<float> scores, Span<bool> can)
    {
        var width = _inner.Length;
        var hidden = new float[queries.Length * width];
        for (var q = 0; q < queries.Length; q++) can[q] = Read(queries[q], hidden.AsSpan(q * width, width));
        _scoring.ScoreMany(hidden, scores);
    }

    private bool Read(Query query, Span<float> hidden)
    {
        var touched = query.Touched();
        if (touched.Length == 0) return false;
        hidden.Clear();
        foreach (var item in touched) TensorPrimitives.Add(hidden, _encoder.AsSpan(item * hidden.Length, hidden.Length), hidden);
        TensorPrimitives.Multiply(hidden, 1 / MathF.Sqrt(touched.Length), hidden);
        TensorPrimitives.Add(hidden, _inner, hidden);
        TensorPrimitives.Sigmoid(hidden, hidden);
        return true;
    }

    public void Save(Stream stream)
    {
        var file = new SafeTensors
        {
            ["encoder.weight"] = NamedArray.Of(_encoder, Items.Count, _inner.Length), ["encoder.bias"] = NamedArray.Of(_inner),
            ["decoder.weight"] = NamedArray.Of(_decoder, Items.Count, _inner.Length), ["decoder.bias"] = NamedArray.Of(_outer),
        };
        file.Metadata["model"] = "autorec";
        file.Write(stream);
    }

    /// <exception cref="InvalidDataException">Damaged, of another model, or of other vocabularies.</exception>
    public static AutoRecModel Load(Stream artifact, Vocabulary users, Vocabulary items)
    {
        var file = SafeTensors.Read(artifact);
        if (file.Metadata.GetValueOrDefault("model") != "autorec") throw new InvalidDataException("The artifact is not an AutoRec.");
        var inner = file.Floats("encoder.bias");
        if (inner.Length == 0) throw new InvalidDataException("The artifact's layer has no shape.");
        return new(users, items, file.Floats("encoder.weight", (long)items.Count * inner.Length), inner, file.Floats("decoder.weight", (long)items.Count * inner.Length), file.Floats("decoder.bias", items.Count));
    }
}
