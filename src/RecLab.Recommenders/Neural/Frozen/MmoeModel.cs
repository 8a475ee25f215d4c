using System.Globalization;
using System.Numerics.Tensors;
using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Neural.Frozen;

/// <summary>Towers of placements: their names, one more for rows without, and how the towers are mixed where no placement is asked for (a share for each name and the one more).</summary>
internal sealed record PlacedTowers(Vocabulary Names, float[] Shares);

/// <summary>What a mixture of experts learnt beside its vectors. <paramref name="Scenario"/>: of each item, null where scenarios are placements; <paramref name="Towers"/> scenarios x expert width; the users' halves of experts and gates as layers, the items' computed:
/// <paramref name="ItemExperts"/> items x (experts x expert width), <paramref name="ItemGates"/> items x experts, those of the item's own scenario,
/// or items x (scenarios x experts) with <paramref name="Placed"/>.</summary>
internal sealed record MmoeArrays(int[]? Scenario, float[] Towers, DenseArrays UserExperts, float[] ItemExperts, DenseArrays UserGates, float[] ItemGates, int Experts, PlacedTowers? Placed = null);

/// <summary>A served mixture of experts, in plain memory: a query adds the user's halves to the items'.</summary>
internal sealed class MmoeModel : IScenarioModel
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
    public Vocabulary Scenarios => _arrays.Placed?.Names ?? Vocabulary.Empty;

    public bool Score(Query query, Span<float> scores)
    {
        var user = new float[_product.Width];
        if (!_product.Vector(query, user)) return false;
        _product.Score(query, scores);
        var (experts, a) = (_arrays.Experts, _arrays);
        float[] half = new float[_userExperts.Outputs], gates = new float[_userGates.Outputs];
        _userExperts.Apply(user, half);
        _userGates.Apply(user, gates);
        var mix = Mix(query.Scenario);
        Span<float> found = new float[half.Length], share = stackalloc float[experts];
        for (var i = 0; i < scores.Length; i++)
        {
            TensorPrimitives.Add(half, a.ItemExperts.AsSpan(i * half.Length, half.Length), found);
            TensorPrimitives.Max(found, 0f, found);
            if (a.Placed is null) scores[i] += Through(a.Scenario![i], a.ItemGates.AsSpan(i * experts, experts), gates, found, share);
            else
                for (var s = 0; s < mix.Length; s++)
                    if (mix[s] > 0) scores[i] += mix[s] * Through(s, a.ItemGates.AsSpan((i * mix.Length + s) * experts, experts), gates, found, share);
        }
        return true;
    }

    /// <summary>What the tower of a scenario makes of the experts.</summary>
    private float Through(int scenario, ReadOnlySpan<float> itemGates, float[] gates, ReadOnlySpan<float> found, Span<float> share)
    {
        TensorPrimitives.Add(gates.AsSpan(scenario * share.Length, share.Length), itemGates, share);
        TensorPrimitives.SoftMax(share, share);
        var tower = _arrays.Towers.AsSpan(scenario * _each, _each);
        var sum = 0f;
        for (var k = 0; k < share.Length; k++) sum += share[k] * TensorPrimitives.Dot(found.Slice(k * _each, _each), tower);
        return sum;
    }

    /// <summary>How the towers are mixed for a question: the asked placement's alone, or all by their shares.</summary>
    private float[] Mix(int scenario)
    {
        if (_arrays.Placed is not { } placed) return [];
        if ((uint)scenario >= (uint)placed.Names.Count) return placed.Shares;
        var mix = new float[placed.Shares.Length];
        mix[scenario] = 1;
        return mix;
    }

    public void Save(Stream stream)
    {
        var a = _arrays;
        var file = new SafeTensors();
        file.Metadata["model"] = "mmoe";
        file.Metadata["experts"] = a.Experts.ToString(CultureInfo.InvariantCulture);
        _product.Write(file, "product.");
        if (a.Scenario is not null) file["scenario"] = NamedArray.Of(a.Scenario);
        if (a.Placed is { } placed)
        {
            ScenarioTable.WriteNames(file, "", placed.Names);
            file["share"] = NamedArray.Of(placed.Shares);
        }
        file["tower"] = NamedArray.Of(a.Towers, a.Towers.Length / _each, _each);
        foreach (var (name, layer) in new[] { ("user-experts", a.UserExperts), ("user-gates", a.UserGates) })
        {
            file[name + ".weight"] = NamedArray.Of(layer.Weight, layer.Bias.Length, _product.Width);
            file[name + ".bias"] = NamedArray.Of(layer.Bias);
        }
        file["item-experts"] = NamedArray.Of(a.ItemExperts, Items.Count, _userExperts.Outputs);
        file["item-gates"] = NamedArray.Of(a.ItemGates, Items.Count, a.ItemGates.Length / Math.Max(1, Items.Count));
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
        var count = gates.Length / experts;
        PlacedTowers? placed = null;
        if (ScenarioTable.ReadNames(file, "") is { } names)
        {
            if (names.Count + 1 != count) throw new InvalidDataException("The artifact has not one tower for each placement.");
            placed = new(names, file.Floats("share", count));
        }
        var scenario = placed is null ? file.Ints("scenario", items.Count) : null;
        if (scenario is not null && scenario.Any(s => (uint)s >= (uint)count)) throw new InvalidDataException("An item of the artifact belongs to a scenario that does not exist.");
        return new(product, new(scenario, file.Floats("tower", (long)count * inner.Length / experts), new(file.Floats("user-experts.weight", (long)inner.Length * product.Width), inner),
            file.Floats("item-experts", (long)items.Count * inner.Length), new(file.Floats("user-gates.weight", (long)gates.Length * product.Width), gates), file.Floats("item-gates", (long)items.Count * (placed is null ? 1 : count) * experts), experts, placed));
    }
}
