using System.Globalization;
using System.Numerics.Tensors;
using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Neural.Frozen;

/// <summary>What two stages learnt. <paramref name="Seen"/> and <paramref name="Items"/> items x width, <paramref name="Bias"/> one per item; the ranking layers look at four vectors side by side; it reads the newest
/// <paramref name="Length"/> items and ranks <paramref name="Candidates"/>.</summary>
internal sealed record TwoStageArrays(float[] Seen, DenseArrays Inner, DenseArrays Outer, float[] Items, float[] Bias, DenseArrays Rank, DenseArrays Head, int Length, int Candidates);

/// <summary>Served stages, in plain memory: all items are scored by the first, the best ones again by the second, and stay above all others.</summary>
internal sealed class TwoStageModel : IModel
{
    private readonly TwoStageArrays _arrays;
    private readonly FrozenLinear _inner, _outer, _rank;
    private readonly DenseScoring _scoring;
    private readonly int _width;

    public TwoStageModel(Vocabulary users, Vocabulary items, TwoStageArrays arrays)
    {
        (Users, Items, _arrays, _width) = (users, items, arrays, arrays.Outer.Bias.Length);
        _inner = new(arrays.Inner.Weight, arrays.Inner.Bias, _width);
        _outer = new(arrays.Outer.Weight, arrays.Outer.Bias, arrays.Inner.Bias.Length);
        _rank = new(arrays.Rank.Weight, arrays.Rank.Bias, 4 * _width);
        _scoring = new(arrays.Items, items.Count, _width, arrays.Bias);
    }

    public Vocabulary Users { get; }
    public Vocabulary Items { get; }

    public bool Score(Query query, Span<float> scores)
    {
        var newest = Newest.Of(query, _arrays.Length);
        if (newest.Length == 0) return false;
        float[] mean = new float[_width], hidden = new float[_inner.Outputs], user = new float[_width];
        TwoTowerModel.Mean(newest, _arrays.Seen, mean);
        _inner.Apply(mean, hidden);
        TensorPrimitives.Max(hidden, 0f, hidden);
        _outer.Apply(hidden, user);
        _scoring.Score(user, scores);
        if (_arrays.Candidates > 0) Rank(user, _arrays.Seen.AsSpan(newest[^1] * _width, _width), newest.Length, scores);
        return true;
    }

    private void Rank(ReadOnlySpan<float> user, ReadOnlySpan<float> last, int known, Span<float> scores)
    {
        // What somebody touched comes out on top and is left out later: that many more are ranked.
        var best = Ranker.Top(scores, Math.Min(scores.Length, _arrays.Candidates + known));
        if (best.Length == 0) return;
        float[] x = new float[best.Length * 4 * _width], hidden = new float[best.Length * _rank.Outputs];
        for (var c = 0; c < best.Length; c++)
        {
            var row = x.AsSpan(c * 4 * _width, 4 * _width);
            var item = _arrays.Items.AsSpan(best[c] * _width, _width);
            user.CopyTo(row);
            item.CopyTo(row[_width..]);
            TensorPrimitives.Multiply(user, item, row.Slice(2 * _width, _width));
            last.CopyTo(row[(3 * _width)..]);
        }
        _rank.Apply(x, hidden);
        TensorPrimitives.Max(hidden, 0f, hidden);
        var top = scores[best[0]];
        for (var c = 0; c < best.Length; c++)
        {
            var odds = TensorPrimitives.Dot(hidden.AsSpan(c * _rank.Outputs, _rank.Outputs), _arrays.Head.Weight) + _arrays.Head.Bias[0] + scores[best[c]];
            scores[best[c]] = top + 1 + MathF.Tanh(odds / 50); // the order is the odds', the place above all that were not ranked
        }
    }

    public void Save(Stream stream)
    {
        var a = _arrays;
        var file = new SafeTensors { ["seen"] = NamedArray.Of(a.Seen, Items.Count, _width), ["item"] = NamedArray.Of(a.Items, Items.Count, _width), ["bias"] = NamedArray.Of(a.Bias) };
        foreach (var (name, layer) in new[] { ("inner", a.Inner), ("outer", a.Outer), ("rank", a.Rank), ("head", a.Head) })
        {
            file[name + ".weight"] = NamedArray.Of(layer.Weight, layer.Bias.Length, layer.Weight.Length / layer.Bias.Length);
            file[name + ".bias"] = NamedArray.Of(layer.Bias);
        }
        file.Metadata["model"] = "two-stage";
        file.Metadata["length"] = a.Length.ToString(CultureInfo.InvariantCulture);
        file.Metadata["candidates"] = a.Candidates.ToString(CultureInfo.InvariantCulture);
        file.Metadata["users"] = Users.Count.ToString(CultureInfo.InvariantCulture);
        file.Write(stream);
    }

    /// <exception cref="InvalidDataException">Damaged, of another model, or of other vocabularies.</exception>
    public static TwoStageModel Load(Stream artifact, Vocabulary users, Vocabulary items)
    {
        var file = SafeTensors.Read(artifact);
        if (file.Metadata.GetValueOrDefault("model") != "two-stage") throw new InvalidDataException("The artifact is not a two-stage model.");
        if (file.Metadata.GetValueOrDefault("users") != users.Count.ToString(CultureInfo.InvariantCulture)) throw new InvalidDataException("The artifact was trained with another number of users.");
        if (!int.TryParse(file.Metadata.GetValueOrDefault("length"), NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length < 1
            || !int.TryParse(file.Metadata.GetValueOrDefault("candidates"), NumberStyles.None, CultureInfo.InvariantCulture, out var candidates)) throw new InvalidDataException("The artifact does not say how much it reads and ranks.");
        var width = file.Floats("outer.bias").Length;
        if (width == 0) throw new InvalidDataException("The artifact's layers have no shape.");
        DenseArrays Layer(string name, int inputs)
        {
            var bias = file.Floats(name + ".bias");
            if (bias.Length == 0) throw new InvalidDataException($"The layer '{name}' of the artifact has no shape.");
            return new(file.Floats(name + ".weight", (long)bias.Length * inputs), bias);
        }
        DenseArrays inner = Layer("inner", width), rank = Layer("rank", 4 * width);
        return new(users, items, new(file.Floats("seen", (long)items.Count * width), inner, Layer("outer", inner.Bias.Length), file.Floats("item", (long)items.Count * width), file.Floats("bias", items.Count),
            rank, Layer("head", rank.Bias.Length), length, candidates));
    }
}
