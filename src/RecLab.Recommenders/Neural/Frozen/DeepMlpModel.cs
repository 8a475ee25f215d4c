using System.Globalization;
using System.Numerics.Tensors;
using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Neural.Frozen;

/// <summary>A dense layer's weights (row-major, outputs x inputs) and biases.</summary>
internal sealed record DenseArrays(float[] Weight, float[] Bias);

/// <summary>What a deep MLP learnt. <paramref name="Audience"/> is items x width: what a stranger who touched the item is like;
/// <paramref name="Scenarios"/> is added to the user's half of the first layer, or null.</summary>
internal sealed record DeepMlpArrays(float[] Users, float[] Audience, float[] Items, float[] FromUserWeight, float[] FromUserBias, float[] FromItemWeight, DenseArrays[] Layers, int Width, Activation Activation = Activation.Relu, ScenarioTable? Scenarios = null);

/// <summary>A served deep MLP, in plain memory: the items' half of the first layer is computed once, a query adds the user's half.</summary>
internal sealed class DeepMlpModel : IScenarioModel
{
    /// <summary>Items taken through the layers at once, so that their activations stay in the cache.</summary>
    private const int Block = 128;

    private readonly DeepMlpArrays _arrays;
    private readonly FrozenLinear _fromUser;
    private readonly FrozenLinear[] _layers;
    private readonly float[] _fromItems, _head;
    private readonly float _headBias;
    private readonly int _first;

    public DeepMlpModel(Vocabulary users, Vocabulary items, DeepMlpArrays arrays)
    {
        (Users, Items, _arrays, _first) = (users, items, arrays, arrays.FromUserBias.Length);
        _fromUser = new(arrays.FromUserWeight, arrays.FromUserBias, arrays.Width);
        _fromItems = new float[items.Count * _first];
        new FrozenLinear(arrays.FromItemWeight, new float[_first], arrays.Width).Apply(arrays.Items, _fromItems);
        var inputs = _first;
        var layers = new List<FrozenLinear>();
        foreach (var layer in arrays.Layers[..^1])
        {
            layers.Add(new(layer.Weight, layer.Bias, inputs));
            inputs = layer.Bias.Length;
        }
        (_layers, _head, _headBias) = ([.. layers], arrays.Layers[^1].Weight, arrays.Layers[^1].Bias[0]);
    }

    public Vocabulary Users { get; }
    public Vocabulary Items { get; }
    public Vocabulary Scenarios => _arrays.Scenarios?.Names ?? Vocabulary.Empty;

    public bool Score(Query query, Span<float> scores)
    {
        Span<float> user = stackalloc float[_arrays.Width];
        if (!VectorModel.Vector(query, user, _arrays.Users, _arrays.Audience)) return false;
        var scratch = Scratch.Own;
        var half = scratch.B(_first);
        _fromUser.Apply(user, half);
        _arrays.Scenarios?.AddTo(half, query.Scenario);
        for (var from = 0; from < Items.Count; from += Block)
        {
            var n = Math.Min(Block, Items.Count - from);
            var x = scratch.A(n * _first);
            for (var i = 0; i < n; i++) TensorPrimitives.Add(_fromItems.AsSpan((from + i) * _first, _first), half, x.Slice(i * _first, _first));
            _arrays.Activation.Of(x);
            var other = false;
            foreach (var layer in _layers)
            {
                var y = other ? scratch.C(n * layer.Outputs) : scratch.X(n * layer.Outputs);
                layer.Apply(x, y);
                _arrays.Activation.Of(y);
                x = y;
                other = !other;
            }
            for (var i = 0; i < n; i++) scores[from + i] = TensorPrimitives.Dot(x.Slice(i * _head.Length, _head.Length), _head) + _headBias;
        }
        return true;
    }

    public void Save(Stream stream)
    {
        var file = new SafeTensors();
        file.Metadata["model"] = "mlp";
        Write(file, "");
        file.Write(stream);
    }

    internal void Write(SafeTensors file, string prefix)
    {
        var (a, w) = (_arrays, (long)_arrays.Width);
        if (a.Activation != Activation.Relu) file.Metadata[prefix + "activation"] = a.Activation.ToString();
        file[prefix + "user"] = NamedArray.Of(a.Users, Users.Count, w);
        file[prefix + "audience"] = NamedArray.Of(a.Audience, Items.Count, w);
        file[prefix + "item"] = NamedArray.Of(a.Items, Items.Count, w);
        file[prefix + "from-user.weight"] = NamedArray.Of(a.FromUserWeight, _first, w);
        file[prefix + "from-user.bias"] = NamedArray.Of(a.FromUserBias);
        file[prefix + "from-item.weight"] = NamedArray.Of(a.FromItemWeight, _first, w);
        a.Scenarios?.Write(file, prefix);
        for (var l = 0; l < a.Layers.Length; l++)
        {
            var (weight, bias) = (a.Layers[l].Weight, a.Layers[l].Bias);
            file[$"{prefix}layer.{l.ToString(CultureInfo.InvariantCulture)}.weight"] = NamedArray.Of(weight, bias.Length, weight.Length / bias.Length);
            file[$"{prefix}layer.{l.ToString(CultureInfo.InvariantCulture)}.bias"] = NamedArray.Of(bias);
        }
    }

    /// <exception cref="InvalidDataException">Damaged, of another model, or of other vocabularies.</exception>
    public static DeepMlpModel Load(Stream artifact, Vocabulary users, Vocabulary items)
    {
        var file = SafeTensors.Read(artifact);
        if (file.Metadata.GetValueOrDefault("model") != "mlp") throw new InvalidDataException("The artifact is not a deep MLP.");
        return Read(file, "", users, items);
    }

    internal static DeepMlpModel Read(SafeTensors file, string prefix, Vocabulary users, Vocabulary items)
    {
        var first = file.Floats(prefix + "from-user.bias");
        var weight = file.Floats(prefix + "from-user.weight");
        if (first.Length == 0 || weight.Length == 0 || weight.Length % first.Length != 0) throw new InvalidDataException("The artifact's first layer has no shape.");
        var width = weight.Length / first.Length;
        var activation = Activation.Relu; // files from before there was a choice do not say
        if (file.Metadata.TryGetValue(prefix + "activation", out var named) && !(Enum.TryParse(named, out activation) && Enum.IsDefined(activation))) throw new InvalidDataException("The artifact's activation is not known.");
        var layers = new List<DenseArrays>();
        for (var inputs = first.Length; file.ContainsKey($"{prefix}layer.{layers.Count.ToString(CultureInfo.InvariantCulture)}.bias");)
        {
            var at = $"{prefix}layer.{layers.Count.ToString(CultureInfo.InvariantCulture)}.";
            var bias = file.Floats(at + "bias");
            layers.Add(new(file.Floats(at + "weight", (long)bias.Length * inputs), bias));
            inputs = bias.Length;
        }
        if (layers.Count == 0 || layers[^1].Bias.Length != 1) throw new InvalidDataException("The artifact's last layer does not give one score.");
        return new(users, items, new(file.Floats(prefix + "user", (long)users.Count * width), file.Floats(prefix + "audience", (long)items.Count * width), file.Floats(prefix + "item", (long)items.Count * width),
            weight, first, file.Floats(prefix + "from-item.weight", weight.Length), [.. layers], width, activation, ScenarioTable.Read(file, prefix, first.Length)));
    }
}
