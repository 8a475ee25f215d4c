using System.Globalization;
using System.Numerics.Tensors;
using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Neural.Frozen;

/// <summary>What a Caser learnt. <paramref name="Items"/> (items + 1) x width, the last for "no item"; <paramref name="Targets"/> items x width; a horizontal layer per height; <paramref name="Vertical"/>
/// filters x window.</summary>
internal sealed record CaserArrays(float[] Items, float[] Targets, DenseArrays[] Horizontal, float[] Vertical, DenseArrays Inner)
{
    /// <summary>(Users + 1) x width, the last for whoever was not learnt from; <see cref="Targets"/> is then twice as wide. Null where users are known by their history alone.</summary>
    public float[]? Users { get; init; }
}

/// <summary>A served Caser: filters over a user's newest items, in plain memory, beside a vector of the user where one was learnt. Without a history there is no answer.</summary>
internal sealed class CaserModel : IModel
{
    private readonly CaserArrays _arrays;
    private readonly FrozenLinear[] _horizontal;
    private readonly FrozenLinear _inner;
    private readonly DenseScoring _scoring;
    private readonly int _width, _state, _window, _filters, _vertical;

    public CaserModel(Vocabulary users, Vocabulary items, CaserArrays arrays)
    {
        (Users, Items, _arrays, _width, _window, _filters) = (users, items, arrays, arrays.Inner.Bias.Length, arrays.Horizontal.Length, arrays.Horizontal[0].Bias.Length);
        _vertical = arrays.Vertical.Length / _window;
        _horizontal = [.. arrays.Horizontal.Select((a, h) => new FrozenLinear(a.Weight, a.Bias, (h + 1) * _width))];
        _inner = new(arrays.Inner.Weight, arrays.Inner.Bias, _window * _filters + _vertical * _width);
        _state = arrays.Users is null ? _width : 2 * _width;
        _scoring = new(arrays.Targets, items.Count, _state);
    }

    public Vocabulary Users { get; }
    public Vocabulary Items { get; }

    public bool Score(Query query, Span<float> scores)
    {
        var hidden = new float[_state];
        if (!Read(query, hidden)) return false;
        _scoring.Score(hidden, scores);
        return true;
    }

    public void ScoreMany(ReadOnlySpan<Query> queries, Span<float> scores, Span<bool> can)
    {
        var hidden = new float[queries.Length * _state];
        for (var q = 0; q < queries.Length; q++) can[q] = Read(queries[q], hidden.AsSpan(q * _state, _state));
        _scoring.ScoreMany(hidden, scores);
    }

    private bool Read(Query query, Span<float> hidden)
    {
        var newest = Newest.Of(query, _window);
        if (newest.Length == 0) return false;
        var scratch = Scratch.Own;
        var image = scratch.X(_window * _width);
        for (var l = 0; l < _window; l++)
        {
            var at = l - (_window - newest.Length);
            _arrays.Items.AsSpan((at < 0 ? Items.Count : newest[at]) * _width, _width).CopyTo(image[(l * _width)..]);
        }
        var found = scratch.A(_window * _filters + _vertical * _width);
        var answer = scratch.B(_filters);
        for (var h = 1; h <= _window; h++)
        {
            var best = found.Slice((h - 1) * _filters, _filters);
            best.Clear(); // below zero nothing is passed on
            for (var j = 0; j + h <= _window; j++)
            {
                _horizontal[h - 1].Apply(image.Slice(j * _width, h * _width), answer);
                TensorPrimitives.Max(best, answer, best);
            }
        }
        var sums = found[(_window * _filters)..];
        sums.Clear();
        for (var c = 0; c < _vertical; c++)
        {
            var sum = sums.Slice(c * _width, _width);
            for (var l = 0; l < _window; l++) TensorPrimitives.MultiplyAdd(image.Slice(l * _width, _width), _arrays.Vertical[c * _window + l], sum, sum);
        }
        var read = hidden[.._width];
        _inner.Apply(found, read);
        TensorPrimitives.Max(read, 0f, read);
        if (_arrays.Users is { } users) users.AsSpan((query.User >= 0 ? query.User : Users.Count) * _width, _width).CopyTo(hidden[_width..]);
        return true;
    }

    public void Save(Stream stream)
    {
        var a = _arrays;
        var file = new SafeTensors
        {
            ["item"] = NamedArray.Of(a.Items, Items.Count + 1, _width), ["target"] = NamedArray.Of(a.Targets, Items.Count, _state), ["vertical"] = NamedArray.Of(a.Vertical, _vertical, _window),
            ["inner.weight"] = NamedArray.Of(a.Inner.Weight, _width, a.Inner.Weight.Length / _width), ["inner.bias"] = NamedArray.Of(a.Inner.Bias),
        };
        for (var h = 1; h <= _window; h++)
        {
            file[$"horizontal.{h.ToString(CultureInfo.InvariantCulture)}.weight"] = NamedArray.Of(a.Horizontal[h - 1].Weight, _filters, h * _width);
            file[$"horizontal.{h.ToString(CultureInfo.InvariantCulture)}.bias"] = NamedArray.Of(a.Horizontal[h - 1].Bias);
        }
        if (a.Users is { } users) file["user"] = NamedArray.Of(users, Users.Count + 1, _width);
        file.Metadata["model"] = "caser";
        file.Write(stream);
    }

    /// <exception cref="InvalidDataException">Damaged, of another model, or of other vocabularies.</exception>
    public static CaserModel Load(Stream artifact, Vocabulary users, Vocabulary items)
    {
        var file = SafeTensors.Read(artifact);
        if (file.Metadata.GetValueOrDefault("model") != "caser") throw new InvalidDataException("The artifact is not a Caser.");
        var inner = file.Floats("inner.bias");
        var (width, layers) = (inner.Length, new List<DenseArrays>());
        for (var h = 1; file.ContainsKey($"horizontal.{h.ToString(CultureInfo.InvariantCulture)}.bias"); h++)
        {
            var bias = file.Floats($"horizontal.{h.ToString(CultureInfo.InvariantCulture)}.bias", layers.Count > 0 ? layers[0].Bias.Length : -1);
            layers.Add(new(file.Floats($"horizontal.{h.ToString(CultureInfo.InvariantCulture)}.weight", (long)bias.Length * h * width), bias));
        }
        var vertical = file.Floats("vertical");
        if (width == 0 || layers.Count == 0 || layers[0].Bias.Length == 0 || vertical.Length % layers.Count != 0) throw new InvalidDataException("The artifact's filters have no shape.");
        var found = layers.Count * layers[0].Bias.Length + vertical.Length / layers.Count * width;
        var ofUsers = file.ContainsKey("user") ? file.Floats("user", ((long)users.Count + 1) * width) : null;
        return new(users, items, new(file.Floats("item", ((long)items.Count + 1) * width), file.Floats("target", (long)items.Count * (ofUsers is null ? width : 2 * width)), [.. layers], vertical,
            new(file.Floats("inner.weight", (long)found * width), inner)) { Users = ofUsers });
    }
}
