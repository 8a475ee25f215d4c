using System.Numerics.Tensors;
using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Neural.Frozen;

/// <summary>What a Mult-VAE or Mult-DAE learnt: the encoder item by item (items x hidden), the code (latent x hidden), the decoder (hidden x latent), the output (items x hidden).</summary>
internal sealed record MultVaeArrays(float[] Encoder, float[] EncoderBias, float[] Mean, float[] MeanBias, float[] Decoder, float[] DecoderBias, float[] Output, float[] OutputBias);

/// <summary>A served Mult-VAE: encodes what a user touched into the mean of the code and decodes it, in plain memory.</summary>
internal sealed class MultVaeModel : IModel
{
    private readonly MultVaeArrays _arrays;
    private readonly int _hidden, _latent;
    private readonly FrozenLinear _mean, _decoder;
    private readonly DenseScoring _scoring;

    public MultVaeModel(Vocabulary users, Vocabulary items, MultVaeArrays arrays)
    {
        (Users, Items, _arrays, _hidden, _latent) = (users, items, arrays, arrays.EncoderBias.Length, arrays.MeanBias.Length);
        _mean = new(arrays.Mean, arrays.MeanBias, _hidden);
        _decoder = new(arrays.Decoder, arrays.DecoderBias, _latent);
        _scoring = new(arrays.Output, items.Count, _hidden, arrays.OutputBias);
    }

    public Vocabulary Users { get; }
    public Vocabulary Items { get; }

    public bool Score(Query query, Span<float> scores)
    {
        var hidden = new float[_hidden];
        if (!Read(query, hidden)) return false;
        _scoring.Score(hidden, scores);
        return true;
    }

    public void ScoreMany(ReadOnlySpan<Query> queries, Span<float> scores, Span<bool> can)
    {
        var hidden = new float[queries.Length * _hidden];
        for (var q = 0; q < queries.Length; q++) can[q] = Read(queries[q], hidden.AsSpan(q * _hidden, _hidden));
        _scoring.ScoreMany(hidden, scores);
    }

    /// <summary>The last hidden layer; false where nothing was touched.</summary>
    private bool Read(Query query, Span<float> hidden)
    {
        var touched = query.Touched();
        if (touched.Length == 0) return false;
        hidden.Clear();
        foreach (var item in touched) TensorPrimitives.Add(hidden, _arrays.Encoder.AsSpan(item * _hidden, _hidden), hidden);
        TensorPrimitives.Multiply(hidden, 1 / MathF.Sqrt(touched.Length), hidden);
        TensorPrimitives.Add(hidden, _arrays.EncoderBias, hidden);
        TensorPrimitives.Tanh(hidden, hidden);
        var code = Scratch.Own.A(_latent);
        _mean.Apply(hidden, code);
        _decoder.Apply(code, hidden);
        TensorPrimitives.Tanh(hidden, hidden);
        return true;
    }

    public void Save(Stream stream)
    {
        var a = _arrays;
        var file = new SafeTensors
        {
            ["encoder.weight"] = NamedArray.Of(a.Encoder, Items.Count, _hidden), ["encoder.bias"] = NamedArray.Of(a.EncoderBias),
            ["mean.weight"] = NamedArray.Of(a.Mean, _latent, _hidden), ["mean.bias"] = NamedArray.Of(a.MeanBias),
            ["decoder.weight"] = NamedArray.Of(a.Decoder, _hidden, _latent), ["decoder.bias"] = NamedArray.Of(a.DecoderBias),
            ["output.weight"] = NamedArray.Of(a.Output, Items.Count, _hidden), ["output.bias"] = NamedArray.Of(a.OutputBias),
        };
        file.Metadata["model"] = "mult-vae";
        file.Write(stream);
    }

    /// <exception cref="InvalidDataException">Damaged, of another model, or of other vocabularies.</exception>
    public static MultVaeModel Load(Stream artifact, Vocabulary users, Vocabulary items)
    {
        var file = SafeTensors.Read(artifact);
        if (file.Metadata.GetValueOrDefault("model") != "mult-vae") throw new InvalidDataException("The artifact is not a Mult-VAE.");
        float[] inner = file.Floats("encoder.bias"), code = file.Floats("mean.bias");
        if (inner.Length == 0 || code.Length == 0) throw new InvalidDataException("The artifact's layers have no shape.");
        long h = inner.Length, z = code.Length;
        return new(users, items, new(file.Floats("encoder.weight", items.Count * h), inner, file.Floats("mean.weight", z * h), code, file.Floats("decoder.weight", h * z), file.Floats("decoder.bias", h),
            file.Floats("output.weight", items.Count * h), file.Floats("output.bias", items.Count)));
    }
}
