using System.Globalization;
using System.Numerics.Tensors;
using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Neural.Frozen;

/// <summary>What a mixture of experts learnt beside its vectors. <paramref name="Scenario"/>: of each item; <paramref name="Towers"/> scenarios x expert width; the users' halves of experts and gates as layers, the items' computed:
/// <paramref name="ItemExperts"/> items x (experts x expert width), <paramref name="ItemGates"/> items x experts, those of the item's own scenario.</summary>
internal sealed record MmoeArrays(int[] Scenario, float[] Towers, DenseArrays UserExperts, float[] ItemExperts, DenseArrays UserGates, float[] ItemGates, int Experts);

/// <summary>A served mixture of experts, in plain memory: a query adds the user's halves to the items'.</summary>
internal sealed class MmoeModel : IModel
{
    private readonly VectorModel _product;
    private readonly MmoeArrays _arrays;
    private readonly FrozenLinear _userExperts, _userGates;
    private readonly int _each;

    public MmoeModel(VectorModel product, MmoeArrays arrays)
    {
        (_product, _arrays, _each) = (product, arrays, arrays.UserExperts.Bias.Length / arrays.Experts);
        _userExperts = new(arrays.UserExperts.Weight, arrays.UserExperts.Bias, product.Width);
        _userGates = new(arrays.UserGates.Weight, arrays.UserGates.Bias, product.Width);
    }

    public Vocabulary Users => _product.Users;
    public Vocabulary Items => _product.Items;

    public bool Score(Query query, Span<float> scores)
    {
        var user = new float[_product.Width];
        if (!_product.Vector(query, user)) return false;
        _product.Score(query, scores);
        var (experts, a) = (_arrays.Experts, _arrays);
        float[] half = new float[_userExperts.Outputs], gates = new float[_userGates.Outputs];
        _userExperts.Apply(user, half);
        _userGates.Apply(user, gates);
        Span<float> found = new float[half.Length], share = stackalloc float[experts];
        for (var i = 0; i < scores.Length; i++)
        {
            TensorPrimitives.Add(half, a.ItemExperts.AsSpan(i * half.Length, half.Length), found);
            TensorPrimitives.Max(found, 0f, found);
            TensorPrimitives.Add(gates.AsSpan(a.Scenario[i] * experts, experts), a.ItemGates.AsSpan(i * experts, experts), share);
            TensorPrimitives.SoftMax(share, share);
            var tower = a.Towers.AsSpan(a.Scenario[i] * _each, _each);
            for (var k = 0; k < experts; k++) scores[i] += share[k] * TensorPrimitives.Dot(found.Slice(k * _each, _each), tower);
        }
        return true;
    }

    public void Save(Stream stream)
    {
        var a = _arrays;
        var file = new SafeTensors();
        file.Metadata["model"] = "mmoe";
        file.Metadata["experts"] = a.Experts.ToString(CultureInfo.InvariantCulture);
        _product.Write(file, "product.");
        file["scenario"] = NamedArray.Of(a.Scenario);
        file["tower"] = NamedArray.Of(a.Towers, a.Towers.Length / _each, _each);
        foreach (var (name, layer) in new[] { ("user-experts", a.UserExperts), ("user-gates", a.UserGates) })
        {
            file[name + ".weight"] = NamedArray.Of(layer.Weight, layer.Bias.Length, _product.Width);
            file[name + ".bias"] = NamedArray.Of(layer.Bias);
        }
        file["item-experts"] = NamedArray.Of(a.ItemExperts, Items.Count, _userExperts.Outputs);
        file["item-gates"] = NamedArray.Of(a.ItemGates, Items.Count, a.Experts);
        file.Write(stream);
    }

    /// <exception cref="InvalidDataException">Damaged, of another model, or of other vocabularies.</exception>
    public static MmoeModel Load(Stream artifact, Vocabulary users, Vocabulary items)
    {
        var file = SafeTensors.Read(artifact);
        if (file.Metadata.GetValueOrDefault("model") != "mmoe") throw new InvalidDataException("The artifact is not a mixture of experts.");
        var product = VectorModel.Read(file, "product.", users, items, "mmoe");
        float[] inner = file.Floats("user-experts.bias"), gates = file.Floats("user-gates.bias");
        if (!int.TryParse(file.Metadata.GetValueOrDefault("experts"), NumberStyles.None, CultureInfo.InvariantCulture, out var experts) || experts < 1 || inner.Length == 0 || inner.Length % experts != 0
            || gates.Length == 0 || gates.Length % experts != 0) throw new InvalidDataException("The artifact's experts have no shape.");
        var scenario = file.Ints("scenario", items.Count);
        var count = gates.Length / experts;
        if (scenario.Any(s => (uint)s >= (uint)count)) throw new InvalidDataException("An item of the artifact belongs to a scenario that does not exist.");
        return new(product, new(scenario, file.Floats("tower", (long)count * inner.Length / experts), new(file.Floats("user-experts.weight", (long)inner.Length * product.Width), inner),
            file.Floats("item-experts", (long)items.Count * inner.Length), new(file.Floats("user-gates.weight", (long)gates.Length * product.Width), gates), file.Floats("item-gates", (long)items.Count * experts), experts));
    }
}
