using System.Globalization;
using System.Numerics.Tensors;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Neural.Models;

namespace RecLab.Recommenders.Neural.Frozen;

/// <summary>One recurrent layer: gates x inputs, gates, gates x hidden, gates; a GRU's 3 hidden gates in the order reset, update, new, an LSTM's 4 hidden in the order input, forget, new, output.</summary>
internal sealed record GruArrays(float[] Input, float[] InputBias, float[] State, float[] StateBias);

/// <summary>What a GRU4Rec learnt. <paramref name="Items"/> items x width, <paramref name="Output"/> width x hidden; it reads the newest <paramref name="Length"/> items.</summary>
internal sealed record Gru4RecArrays(float[] Items, GruArrays[] Layers, float[] Output, float[] OutputBias, int Length, RecurrentCell Cell = RecurrentCell.Gru);

/// <summary>A served GRU4Rec: reads a user's newest items and scores all items, in plain memory on the calling thread. Users are known by their history alone.</summary>
internal sealed class Gru4RecModel : IModel
{
    private readonly Gru4RecArrays _arrays;
    private readonly (FrozenLinear Input, FrozenLinear State)[] _layers;
    private readonly FrozenLinear _output;
    private readonly DenseScoring _scoring;
    private readonly int _width, _hidden, _gates;

    public Gru4RecModel(Vocabulary users, Vocabulary items, Gru4RecArrays arrays)
    {
        (Users, Items, _arrays, _width, _gates) = (users, items, arrays, arrays.OutputBias.Length, arrays.Layers[0].StateBias.Length);
        _hidden = _gates / (arrays.Cell == RecurrentCell.Gru ? 3 : 4);
        _layers = [.. arrays.Layers.Select((a, l) => (new FrozenLinear(a.Input, a.InputBias, l == 0 ? _width : _hidden), new FrozenLinear(a.State, a.StateBias, _hidden)))];
        _output = new(arrays.Output, arrays.OutputBias, _hidden);
        _scoring = new(arrays.Items, items.Count, _width);
    }

    public Vocabulary Users { get; }
    public Vocabulary Items { get; }

    public bool Score(Query query, Span<float> scores)
    {
        var vector = new float[_width];
        if (!Read(query, vector)) return false;
        _scoring.Score(vector, scores);
        return true;
    }

    public void ScoreMany(ReadOnlySpan<Query> queries, Span<float> scores, Span<bool> can)
    {
        var vectors = new float[queries.Length * _width];
        for (var q = 0; q < queries.Length; q++) can[q] = Read(queries[q], vectors.AsSpan(q * _width, _width));
        _scoring.ScoreMany(vectors, scores);
    }

    private bool Read(Query query, Span<float> vector)
    {
        var newest = Newest.Of(query, _arrays.Length);
        if (newest.Length == 0) return false;
        var scratch = Scratch.Own;
        var x = scratch.X(newest.Length * Math.Max(_width, _hidden));
        for (var i = 0; i < newest.Length; i++) _arrays.Items.AsSpan(newest[i] * _width, _width).CopyTo(x[(i * _width)..]);
        x = x[..(newest.Length * _width)];
        Span<float> state = scratch.A(_hidden), fromState = scratch.B(_gates), cell = scratch.Weights(_hidden);
        foreach (var (input, recurrent) in _layers)
        {
            var fromInput = scratch.C(newest.Length * _gates);
            input.Apply(x, fromInput);
            x = scratch.X(newest.Length * Math.Max(_width, _hidden))[..(newest.Length * _hidden)];
            state.Clear();
            cell.Clear();
            for (var i = 0; i < newest.Length; i++)
            {
                recurrent.Apply(state, fromState);
                var gates = fromInput.Slice(i * _gates, _gates);
                if (_arrays.Cell == RecurrentCell.Gru) Step(gates, fromState, state);
                else Step(gates, fromState, state, cell);
                state.CopyTo(x[(i * _hidden)..]);
            }
        }
        _output.Apply(state, vector);
        return true;
    }

    /// <summary>r = s(a_r + b_r), z = s(a_z + b_z), n = tanh(a_n + r b_n), h = n + z (h - n); a from the input, b from the state before.</summary>
    private void Step(Span<float> a, Span<float> b, Span<float> state)
    {
        Span<float> gates = a[..(2 * _hidden)], r = a[.._hidden], z = a[_hidden..(2 * _hidden)], n = a[(2 * _hidden)..];
        TensorPrimitives.Add(gates, b[..(2 * _hidden)], gates);
        TensorPrimitives.Sigmoid(gates, gates);
        TensorPrimitives.MultiplyAdd(r, b[(2 * _hidden)..], n, n);
        TensorPrimitives.Tanh(n, n);
        TensorPrimitives.Subtract(state, n, state);
        TensorPrimitives.MultiplyAdd(state, z, n, state);
    }

    /// <summary>i, f, o = s(a + b), g = tanh(a_g + b_g), c = f c + i g, h = o tanh(c).</summary>
    private void Step(Span<float> a, Span<float> b, Span<float> state, Span<float> cell)
    {
        TensorPrimitives.Add(a, b, a);
        Span<float> i = a[.._hidden], f = a[_hidden..(2 * _hidden)], g = a[(2 * _hidden)..(3 * _hidden)], o = a[(3 * _hidden)..];
        TensorPrimitives.Sigmoid(a[..(2 * _hidden)], a[..(2 * _hidden)]);
        TensorPrimitives.Sigmoid(o, o);
        TensorPrimitives.Tanh(g, g);
        TensorPrimitives.Multiply(i, g, g);
        TensorPrimitives.MultiplyAdd(cell, f, g, cell);
        TensorPrimitives.Tanh(cell, state);
        TensorPrimitives.Multiply(state, o, state);
    }

    public void Save(Stream stream)
    {
        var a = _arrays;
        var file = new SafeTensors { ["item"] = NamedArray.Of(a.Items, Items.Count, _width), ["output.weight"] = NamedArray.Of(a.Output, _width, _hidden), ["output.bias"] = NamedArray.Of(a.OutputBias) };
        for (var l = 0; l < a.Layers.Length; l++)
        {
            var at = $"layer.{l.ToString(CultureInfo.InvariantCulture)}.";
            file[at + "input.weight"] = NamedArray.Of(a.Layers[l].Input, _gates, a.Layers[l].Input.Length / _gates);
            file[at + "input.bias"] = NamedArray.Of(a.Layers[l].InputBias);
            file[at + "state.weight"] = NamedArray.Of(a.Layers[l].State, _gates, _hidden);
            file[at + "state.bias"] = NamedArray.Of(a.Layers[l].StateBias);
        }
        file.Metadata["model"] = "gru4rec";
        file.Metadata["cell"] = a.Cell == RecurrentCell.Gru ? "gru" : "lstm";
        file.Metadata["length"] = a.Length.ToString(CultureInfo.InvariantCulture);
        file.Metadata["users"] = Users.Count.ToString(CultureInfo.InvariantCulture);
        file.Write(stream);
    }

    /// <exception cref="InvalidDataException">Damaged, of another model, or of other vocabularies.</exception>
    public static Gru4RecModel Load(Stream artifact, Vocabulary users, Vocabulary items)
    {
        var file = SafeTensors.Read(artifact);
        if (file.Metadata.GetValueOrDefault("model") != "gru4rec") throw new InvalidDataException("The artifact is not a GRU4Rec.");
        if (file.Metadata.GetValueOrDefault("users") != users.Count.ToString(CultureInfo.InvariantCulture)) throw new InvalidDataException("The artifact was trained with another number of users.");
        if (!int.TryParse(file.Metadata.GetValueOrDefault("length"), NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length < 1) throw new InvalidDataException("The artifact does not say how much it reads.");
        var bias = file.Floats("output.bias");
        var weight = file.Floats("output.weight");
        if (bias.Length == 0 || weight.Length == 0 || weight.Length % bias.Length != 0) throw new InvalidDataException("The artifact's output has no shape.");
        long width = bias.Length, hidden = weight.Length / bias.Length;
        var cell = file.Metadata.GetValueOrDefault("cell") == "lstm" ? RecurrentCell.Lstm : RecurrentCell.Gru;
        var gates = (cell == RecurrentCell.Gru ? 3 : 4) * hidden;
        var layers = new List<GruArrays>();
        for (var at = "layer.0."; file.ContainsKey(at + "state.bias"); at = $"layer.{layers.Count.ToString(CultureInfo.InvariantCulture)}.")
            layers.Add(new(file.Floats(at + "input.weight", gates * (layers.Count == 0 ? width : hidden)), file.Floats(at + "input.bias", gates), file.Floats(at + "state.weight", gates * hidden), file.Floats(at + "state.bias", gates)));
        if (layers.Count == 0) throw new InvalidDataException("The artifact has no recurrent layer.");
        return new(users, items, new(file.Floats("item", items.Count * width), [.. layers], weight, bias, length, cell));
    }
}

/// <summary>What a sequence model reads of a query.</summary>
internal static class Newest
{
    /// <summary>The newest items, oldest first; the item being looked at is the newest of all.</summary>
    public static ReadOnlySpan<int> Of(Query query, int length)
    {
        var history = query.History.Span;
        var viewed = query.Item >= 0 && (history.IsEmpty || history[^1] != query.Item);
        if (!viewed) return history[Math.Max(0, history.Length - length)..];
        var items = new int[Math.Min(history.Length + 1, length)];
        history[(history.Length + 1 - items.Length)..].CopyTo(items);
        items[^1] = query.Item;
        return items;
    }
}
