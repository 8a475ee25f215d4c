using System.Numerics.Tensors;
using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Neural.Frozen;

/// <summary>What two towers learnt: the users' ids and means of trained histories (users x width), what a touched item adds to a history and where items lie at the end (items x width),
/// and the user tower's layers.</summary>
internal sealed record TwoTowerArrays(float[] Users, float[] Means, float[] Seen, float[] Items, float[] Inner, float[] InnerBias, float[] Outer, float[] OuterBias, int Width);

/// <summary>Served towers: the items' was computed once, a query goes through the users', in plain memory. A stranger is their history.</summary>
internal sealed class TwoTowerModel : IModel
{
    private readonly TwoTowerArrays _arrays;
    private readonly FrozenLinear _inner, _outer;
    private readonly DenseScoring _scoring;
    private readonly string _family;

    /// <param name="family">The family's key, written into the artifact.</param>
    public TwoTowerModel(Vocabulary users, Vocabulary items, TwoTowerArrays arrays, string family)
    {
        (Users, Items, _arrays, _family) = (users, items, arrays, family);
        _inner = new(arrays.Inner, arrays.InnerBias, 2 * arrays.Width);
        _outer = new(arrays.Outer, arrays.OuterBias, arrays.InnerBias.Length);
        _scoring = new(arrays.Items, items.Count, arrays.Width);
    }

    public Vocabulary Users { get; }
    public Vocabulary Items { get; }

    public bool Score(Query query, Span<float> scores)
    {
        var vector = new float[_arrays.Width];
        if (!Read(query, vector)) return false;
        _scoring.Score(vector, scores);
        return true;
    }

    public void ScoreMany(ReadOnlySpan<Query> queries, Span<float> scores, Span<bool> can)
    {
        var width = _arrays.Width;
        var vectors = new float[queries.Length * width];
        for (var q = 0; q < queries.Length; q++) can[q] = Read(queries[q], vectors.AsSpan(q * width, width));
        _scoring.ScoreMany(vectors, scores);
    }

    /// <summary>The mean of some rows of a table; zero for none.</summary>
    internal static void Mean(ReadOnlySpan<int> rows, float[] table, Span<float> mean)
    {
        var width = mean.Length;
        mean.Clear();
        foreach (var row in rows) TensorPrimitives.Add(mean, table.AsSpan(row * width, width), mean);
        if (rows.Length > 1) TensorPrimitives.Divide(mean, rows.Length, mean);
    }

    private bool Read(Query query, Span<float> vector)
    {
        var width = _arrays.Width;
        var x = new float[2 * width];
        Span<float> id = x.AsSpan(0, width), history = x.AsSpan(width);
        if (query.User >= 0) _arrays.Users.AsSpan(query.User * width, width).CopyTo(id);
        var touched = query.Touched();
        if (touched.Length > 0) Mean(touched, _arrays.Seen, history);
        else if (query.User >= 0) _arrays.Means.AsSpan(query.User * width, width).CopyTo(history);
        if (!x.AsSpan().ContainsAnyExcept(0f)) return false;
        var hidden = Scratch.Own.A(_arrays.InnerBias.Length);
        _inner.Apply(x, hidden);
        TensorPrimitives.Max(hidden, 0f, hidden);
        _outer.Apply(hidden, vector);
        var length = TensorPrimitives.Norm<float>(vector);
        if (length > 0) TensorPrimitives.Divide(vector, length, vector);
        return true;
    }

    public void Save(Stream stream)
    {
        var (a, w, h) = (_arrays, (long)_arrays.Width, (long)_arrays.InnerBias.Length);
        var file = new SafeTensors
        {
            ["user"] = NamedArray.Of(a.Users, Users.Count, w), ["mean"] = NamedArray.Of(a.Means, Users.Count, w), ["seen"] = NamedArray.Of(a.Seen, Items.Count, w), ["item"] = NamedArray.Of(a.Items, Items.Count, w),
            ["inner.weight"] = NamedArray.Of(a.Inner, h, 2 * w), ["inner.bias"] = NamedArray.Of(a.InnerBias), ["outer.weight"] = NamedArray.Of(a.Outer, w, h), ["outer.bias"] = NamedArray.Of(a.OuterBias),
        };
        file.Metadata["model"] = _family;
        file.Write(stream);
    }

    /// <exception cref="InvalidDataException">Damaged, of another model, or of other vocabularies.</exception>
    public static TwoTowerModel Load(Stream artifact, Vocabulary users, Vocabulary items, string family = "two-tower")
    {
        var file = SafeTensors.Read(artifact);
        if (file.Metadata.GetValueOrDefault("model") != family) throw new InvalidDataException($"The artifact is not of the family '{family}'.");
        float[] inner = file.Floats("inner.bias"), outer = file.Floats("outer.bias");
        if (inner.Length == 0 || outer.Length == 0) throw new InvalidDataException("The artifact's tower has no shape.");
        long h = inner.Length, w = outer.Length;
        return new(users, items, new(file.Floats("user", users.Count * w), file.Floats("mean", users.Count * w), file.Floats("seen", items.Count * w), file.Floats("item", items.Count * w),
            file.Floats("inner.weight", h * 2 * w), inner, file.Floats("outer.weight", w * h), outer, (int)w), family);
    }
}
