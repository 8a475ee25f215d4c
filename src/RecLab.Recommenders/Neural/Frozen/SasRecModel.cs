using System.Globalization;
using System.Numerics.Tensors;
using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Neural.Frozen;

/// <summary>What a Transformer over histories learnt. Matrices row-major; <paramref name="Items"/> items x width, <paramref name="Positions"/> places x width.
/// <paramref name="Mask"/>: BERT4Rec's vector of a hidden item; empty for a SASRec, whose places see only what lies before them.</summary>
internal sealed record SasRecArrays(float[] Items, float[] Positions, FrozenBlock.Arrays[] Blocks, float[] NormWeight, float[] NormBias, int Width, int Heads, float[] Mask)
{
    /// <summary>Which touch is of which kind, and the kinds' vectors (kinds x width); null where kinds are not told apart.</summary>
    public (TouchKinds Which, float[] Vectors)? Kinds { get; init; }
}

/// <summary>A served SASRec or BERT4Rec: reads a user's newest items (and a hidden one after them) and scores all items, in plain memory on the calling thread. Users
/// are known by their history alone, so a stranger with a history is answered like anyone.</summary>
internal sealed class SasRecModel : IModel
{
    private readonly SasRecArrays _arrays;
    private readonly FrozenBlock[] _blocks;
    private readonly FrozenNorm _norm;
    private readonly DenseScoring _scoring;
    private readonly int _length;

    public SasRecModel(Vocabulary users, Vocabulary items, SasRecArrays arrays)
    {
        (Users, Items, _arrays, _length) = (users, items, arrays, arrays.Positions.Length / arrays.Width);
        _blocks = [.. arrays.Blocks.Select(b => new FrozenBlock(b, arrays.Width, arrays.Heads, causal: arrays.Mask.Length == 0))];
        _norm = new(arrays.NormWeight, arrays.NormBias);
        _scoring = new(arrays.Items, items.Count, arrays.Width);
    }

    public Vocabulary Users { get; }
    public Vocabulary Items { get; }

    public bool Score(Query query, Span<float> scores)
    {
        Span<float> hidden = stackalloc float[_arrays.Width];
        if (!Read(query, hidden)) return false;
        _scoring.Score(hidden, scores);
        return true;
    }

    public void ScoreMany(ReadOnlySpan<Query> queries, Span<float> scores, Span<bool> can)
    {
        var width = _arrays.Width;
        var hidden = new float[queries.Length * width];
        for (var q = 0; q < queries.Length; q++) can[q] = Read(queries[q], hidden.AsSpan(q * width, width));
        _scoring.ScoreMany(hidden, scores);
    }

    /// <summary>What the model knows after the newest item; false where there is no item to read.</summary>
    private bool Read(Query query, Span<float> hidden)
    {
        var masked = _arrays.Mask.Length > 0 ? 1 : 0;
        var newest = Newest.Of(query, _length - masked);
        if (newest.Length == 0) return false;
        var (width, n) = (_arrays.Width, newest.Length + masked);
        var scratch = Scratch.Own;
        var x = scratch.X(n * width);
        var scale = MathF.Sqrt(width);
        for (var i = 0; i < n; i++)
        {
            var e = i < newest.Length ? _arrays.Items.AsSpan(newest[i] * width, width) : _arrays.Mask;
            var p = _arrays.Positions.AsSpan(i * width, width);
            var to = x.Slice(i * width, width);
            for (var d = 0; d < width; d++) to[d] = scale * e[d] + p[d];
            if (_arrays.Kinds is { } kinds && i < newest.Length) TensorPrimitives.Add(to, kinds.Vectors.AsSpan(kinds.Which.Of(query.User, newest[i]) * width, width), to);
        }
        for (var b = 0; b < _blocks.Length; b++) _blocks[b].Apply(x, b == _blocks.Length - 1 ? 1 : n, scratch);
        _norm.Apply(x[^width..], hidden);
        return true;
    }

    public void Save(Stream stream)
    {
        var (a, w) = (_arrays, (long)_arrays.Width);
        var file = new SafeTensors
        {
            ["item"] = NamedArray.Of(a.Items, Items.Count, w), ["position"] = NamedArray.Of(a.Positions, _length, w),
            ["norm.weight"] = NamedArray.Of(a.NormWeight), ["norm.bias"] = NamedArray.Of(a.NormBias),
        };
        for (var b = 0; b < a.Blocks.Length; b++) BlockArrays.Write(file, $"block.{b.ToString(CultureInfo.InvariantCulture)}.", a.Blocks[b], a.Width);
        if (a.Kinds is { } kinds)
        {
            kinds.Which.Write(file);
            file["kind.vector"] = NamedArray.Of(kinds.Vectors, kinds.Which.Count, w);
        }
        if (a.Mask.Length > 0) file["mask"] = NamedArray.Of(a.Mask);
        file.Metadata["model"] = a.Mask.Length > 0 ? "bert4rec" : "sasrec";
        file.Metadata["heads"] = a.Heads.ToString(CultureInfo.InvariantCulture);
        file.Metadata["users"] = Users.Count.ToString(CultureInfo.InvariantCulture);
        file.Write(stream);
    }

    /// <exception cref="InvalidDataException">Damaged, of another model, or of other vocabularies.</exception>
    public static SasRecModel Load(Stream artifact, Vocabulary users, Vocabulary items, bool masked)
    {
        var file = SafeTensors.Read(artifact);
        if (file.Metadata.GetValueOrDefault("model") != (masked ? "bert4rec" : "sasrec")) throw new InvalidDataException($"The artifact is not a {(masked ? "BERT4Rec" : "SASRec")}.");
        if (file.Metadata.GetValueOrDefault("users") != users.Count.ToString(CultureInfo.InvariantCulture)) throw new InvalidDataException("The artifact was trained with another number of users.");
        var norm = file.Floats("norm.weight");
        var width = norm.Length;
        if (!int.TryParse(file.Metadata.GetValueOrDefault("heads"), NumberStyles.None, CultureInfo.InvariantCulture, out var heads) || heads < 1 || width == 0 || width % heads != 0)
            throw new InvalidDataException($"The artifact's heads do not divide its width {width}.");
        var positions = file.Floats("position");
        if (positions.Length < (masked ? 2 * width : 1) || positions.Length % width != 0) throw new InvalidDataException($"The artifact's places are not rows of {width}.");
        return new(users, items, new(file.Floats("item", (long)items.Count * width), positions, BlockArrays.ReadAll(file, "block.", width), norm, file.Floats("norm.bias", width), width, heads, masked ? file.Floats("mask", width) : []) { Kinds = Kinds(file, users, items, width) });
    }

    private static (TouchKinds, float[])? Kinds(SafeTensors file, Vocabulary users, Vocabulary items, int width)
    {
        if (!file.ContainsKey("kind.vector")) return null;
        var kinds = TouchKinds.Read(file, users.Count, items.Count);
        return (kinds, file.Floats("kind.vector", (long)kinds.Count * width));
    }
}

/// <summary>Blocks as named arrays.</summary>
internal static class BlockArrays
{
    public static void Write(SafeTensors file, string prefix, FrozenBlock.Arrays a, int width)
    {
        void Matrix(string name, float[] values) => file[prefix + name] = NamedArray.Of(values, values.Length / width, width);
        void Vector(string name, float[] values) => file[prefix + name] = NamedArray.Of(values);
        Vector("norm1.weight", a.Norm1Weight); Vector("norm1.bias", a.Norm1Bias);
        Matrix("qkv.weight", a.QkvWeight); Vector("qkv.bias", a.QkvBias);
        Matrix("output.weight", a.OutputWeight); Vector("output.bias", a.OutputBias);
        Vector("norm2.weight", a.Norm2Weight); Vector("norm2.bias", a.Norm2Bias);
        Matrix("inner.weight", a.InnerWeight); Vector("inner.bias", a.InnerBias);
        Matrix("outer.weight", a.OuterWeight); Vector("outer.bias", a.OuterBias);
    }

    /// <summary>prefix0., prefix1., ... until one is missing.</summary>
    public static FrozenBlock.Arrays[] ReadAll(SafeTensors file, string prefix, int width)
    {
        var blocks = new List<FrozenBlock.Arrays>();
        for (var b = 0; file.ContainsKey($"{prefix}{b.ToString(CultureInfo.InvariantCulture)}.qkv.weight"); b++)
        {
            var at = $"{prefix}{b.ToString(CultureInfo.InvariantCulture)}.";
            float[] Of(string name, long rows, long columns = 1) => file.Floats(at + name, rows * columns);
            blocks.Add(new(Of("norm1.weight", width), Of("norm1.bias", width), Of("qkv.weight", 3 * width, width), Of("qkv.bias", 3 * width), Of("output.weight", width, width), Of("output.bias", width),
                Of("norm2.weight", width), Of("norm2.bias", width), Of("inner.weight", width, width), Of("inner.bias", width), Of("outer.weight", width, width), Of("outer.bias", width)));
        }
        return [.. blocks];
    }
}
