using System.Numerics.Tensors;
using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Neural.Frozen;

/// <summary>Vectors of users and items, row-major with the given width. <paramref name="Users"/>: zero for a user who was never seen.
/// <paramref name="Audience"/>: items x width, what a stranger who touched the item is like. <paramref name="Bias"/>: one per item.
/// <paramref name="Scenarios"/>: added to the user's vector, or null.</summary>
internal sealed record VectorArrays(float[] Users, float[] Audience, float[] Items, float[] Bias, int Width, ScenarioTable? Scenarios = null);

/// <summary>A served dot-product model: <c>score(u, i) = p_u . q_i + b_i</c>; a stranger's p is the mean of the audiences of what they touched.</summary>
internal sealed class VectorModel : IScenarioModel
{
    private readonly VectorArrays _arrays;
    private readonly DenseScoring _scoring;
    private readonly string _name;

    /// <param name="name">The family's key, written into the artifact.</param>
    public VectorModel(Vocabulary users, Vocabulary items, VectorArrays arrays, string name)
    {
        (Users, Items, _arrays, _name) = (users, items, arrays, name);
        _scoring = new(arrays.Items, items.Count, arrays.Width, arrays.Bias);
    }

    public Vocabulary Users { get; }
    public Vocabulary Items { get; }
    public Vocabulary Scenarios => _arrays.Scenarios?.Names ?? Vocabulary.Empty;

    /// <summary>One number an item added to its score.</summary>
    internal ReadOnlySpan<float> Bias => _arrays.Bias;

    public bool Score(Query query, Span<float> scores)
    {
        var user = new float[_arrays.Width];
        if (!Vector(query, user)) return false;
        _arrays.Scenarios?.AddTo(user, query.Scenario);
        _scoring.Score(user, scores);
        return true;
    }

    public void ScoreMany(ReadOnlySpan<Query> queries, Span<float> scores, Span<bool> can)
    {
        var width = _arrays.Width;
        var users = new float[queries.Length * width];
        for (var q = 0; q < queries.Length; q++)
        {
            var user = users.AsSpan(q * width, width);
            can[q] = Vector(queries[q], user);
            _arrays.Scenarios?.AddTo(user, queries[q].Scenario);
        }
        _scoring.ScoreMany(users, scores);
    }

    /// <summary>Length of a user's vector.</summary>
    internal int Width => _arrays.Width;

    /// <summary>The user's vector without a scenario's.</summary>
    internal bool Vector(Query query, Span<float> user) => Vector(query, user, _arrays.Users, _arrays.Audience);

    /// <summary>The learnt vector of a known user; for a stranger the mean of their items' audiences; false where there is neither.</summary>
    internal static bool Vector(Query query, Span<float> user, float[] users, float[] audience)
    {
        var width = user.Length;
        if (query.User >= 0)
        {
            users.AsSpan(query.User * width, width).CopyTo(user);
            if (user.ContainsAnyExcept(0f)) return true;
        }
        user.Clear();
        var history = query.History.Span;
        foreach (var item in history) TensorPrimitives.Add(user, audience.AsSpan(item * width, width), user);
        if (history.IsEmpty && query.Item >= 0) audience.AsSpan(query.Item * width, width).CopyTo(user);
        if (history.Length > 1) TensorPrimitives.Divide(user, history.Length, user);
        return user.ContainsAnyExcept(0f);
    }

    public void Save(Stream stream)
    {
        var file = new SafeTensors();
        file.Metadata["model"] = _name;
        Write(file, "");
        file.Write(stream);
    }

    internal void Write(SafeTensors file, string prefix)
    {
        var (a, w) = (_arrays, (long)_arrays.Width);
        file[prefix + "user"] = NamedArray.Of(a.Users, Users.Count, w);
        file[prefix + "audience"] = NamedArray.Of(a.Audience, Items.Count, w);
        file[prefix + "item"] = NamedArray.Of(a.Items, Items.Count, w);
        file[prefix + "bias"] = NamedArray.Of(a.Bias);
        a.Scenarios?.Write(file, prefix);
        file.Metadata[prefix + "width"] = w.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <exception cref="InvalidDataException">Damaged, of another model, or of other vocabularies.</exception>
    public static VectorModel Load(Stream artifact, Vocabulary users, Vocabulary items, string name)
    {
        var file = SafeTensors.Read(artifact);
        if (file.Metadata.GetValueOrDefault("model") != name) throw new InvalidDataException($"The artifact is not of the family '{name}'.");
        return Read(file, "", users, items, name);
    }

    internal static VectorModel Read(SafeTensors file, string prefix, Vocabulary users, Vocabulary items, string name)
    {
        if (!int.TryParse(file.Metadata.GetValueOrDefault(prefix + "width"), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var width) || width < 1)
            throw new InvalidDataException("The artifact does not say how long its vectors are.");
        return new(users, items, new(file.Floats(prefix + "user", (long)users.Count * width), file.Floats(prefix + "audience", (long)items.Count * width),
            file.Floats(prefix + "item", (long)items.Count * width), file.Floats(prefix + "bias", items.Count), width, ScenarioTable.Read(file, prefix, width)), name);
    }
}
