using RecLab.Recommenders.Data;
using RecLab.Recommenders.Neural.Batches;
using RecLab.Recommenders.Neural.Frozen;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace RecLab.Recommenders.Neural.Models;

/// <summary>The learnable part of <see cref="TwoTower"/>.</summary>
internal sealed class TwoTowerNetwork : Network<TowerBatch>
{
    private readonly TwoTowerOptions _options;
    private readonly Interactions _train;
    private readonly float[] _logShare;
    private readonly int[] _categories;
    private readonly float[] _categoryShare;
    private readonly int _perItem;
    private readonly Embedding user, seen, item, category;
    private readonly Linear userInner, userOuter, itemInner, itemOuter;
    private readonly Linear? fromContent;
    private readonly Tensor? content;
    private readonly double _withoutId;
    private readonly string _family;

    /// <param name="contents">What is given of every item besides its id, or null for none.</param>
    /// <param name="withoutId">Share of the rows of training whose item is known by what is given alone.</param>
    public TwoTowerNetwork(TwoTowerOptions options, Interactions train, ItemContent? contents = null, double withoutId = 0, string family = "two-tower") : base("TwoTower")
    {
        (_withoutId, _family) = (withoutId, family);
        if (contents is not null)
        {
            content = tensor(contents.Vectors, [train.Items.Count, contents.Width]);
            register_buffer(nameof(content), content, persistent: false);
            fromContent = Linear(contents.Width, options.Width);
        }
        (_options, _train) = (options, train);
        _logShare = [.. Enumerable.Range(0, train.Items.Count).Select(i => MathF.Log(Math.Max(1, train.ByItem.Size(i)) / (float)train.Count))];
        var names = Enumerable.Range(0, train.Items.Count).Select(i => train.Catalogue[train.Items[i]].Categories).ToArray();
        var numbers = names.SelectMany(n => n).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select((name, n) => (name, n)).ToDictionary(c => c.name, c => c.n, StringComparer.Ordinal);
        _perItem = Math.Max(1, names.Select(n => n.Count).DefaultIfEmpty(0).Max());
        _categories = new int[names.Length * _perItem];
        Array.Fill(_categories, numbers.Count);
        for (var i = 0; i < names.Length; i++)
            for (var c = 0; c < names[i].Count; c++) _categories[i * _perItem + c] = numbers[names[i][c]];
        _categoryShare = [.. names.Select(n => n.Count > 0 ? 1f / n.Count : 0)];
        user = Embedding(train.Users.Count + 1, options.Width, padding_idx: train.Users.Count);
        seen = Embedding(train.Items.Count + 1, options.Width, padding_idx: train.Items.Count);
        item = Embedding(train.Items.Count, options.Width);
        category = Embedding(numbers.Count + 1, options.Width, padding_idx: numbers.Count);
        userInner = Linear(2 * options.Width, options.HiddenWidth);
        userOuter = Linear(options.HiddenWidth, options.Width);
        itemInner = Linear((contents is null ? 2 : 3) * options.Width, options.HiddenWidth);
        itemOuter = Linear(options.HiddenWidth, options.Width);
        RegisterComponents();
        foreach (var table in (Embedding[])[user, seen, item, category])
        {
            init.normal_(table.weight, 0, 0.1);
            using var quiet = no_grad();
            if (table != item) { using var none = table.weight[table.weight.shape[0] - 1]; none.zero_(); }
        }
    }

    public override Tensor Loss(TowerBatch batch)
    {
        var rows = batch.Users.Length;
        var history = seen.call(tensor(batch.History, device: Device)).view(rows, batch.Longest, -1).sum(1) * tensor(batch.Share, [rows, 1], device: Device);
        var users = Tower(cat([user.call(tensor(batch.Users, device: Device)), history], 1), userInner, userOuter);
        var drawn = tensor(Array.ConvertAll(batch.Items, i => (float)(_logShare[i] * _options.Correction)), device: Device);
        var scores = users.matmul(Items(batch.Items).t()) / _options.Temperature - drawn;
        return F.cross_entropy(scores.masked_fill(tensor(batch.Excluded, [rows, rows], device: Device).gt(0.5), -1e4), arange(rows, device: Device));
    }

    private Tensor Items(int[] items)
    {
        var of = new int[items.Length * _perItem];
        for (var r = 0; r < items.Length; r++) Array.Copy(_categories, items[r] * _perItem, of, r * _perItem, _perItem);
        var categories = category.call(tensor(of, device: Device)).view(items.Length, _perItem, -1).sum(1)
            * tensor(Array.ConvertAll(items, i => _categoryShare[i]), [items.Length, 1], device: Device);
        var number = tensor(items, device: Device);
        var ids = item.call(number);
        if (content is null) return Tower(cat([ids, categories], 1), itemInner, itemOuter);
        // Some rows forget who the item is, so that what is given learns to stand alone; an item nobody touched has no id worth knowing.
        var known = training ? rand(items.Length, 1, device: Device).gt(_withoutId).to_type(ScalarType.Float32) : tensor(Array.ConvertAll(items, i => _train.ByItem.Size(i) > 0 ? 1f : 0), [items.Length, 1], device: Device);
        return Tower(cat([ids * known, categories, fromContent!.call(content.index_select(0, number))], 1), itemInner, itemOuter);
    }

    private static Tensor Tower(Tensor x, Linear inner, Linear outer) => F.normalize(outer.call(F.relu(inner.call(x))), dim: 1);

    public override IModel Freeze(Vocabulary users, Vocabulary items)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var width = _options.Width;
        var vectors = (Items([.. Enumerable.Range(0, items.Count)]) / _options.Temperature).Copied();
        float[] ids = user.weight.Copied()[..(users.Count * width)], histories = seen.weight.Copied()[..(items.Count * width)], means = new float[users.Count * width];
        for (var u = 0; u < users.Count; u++)
        {
            var touched = _train.History(u);
            if (touched.Length == 0) ids.AsSpan(u * width, width).Clear(); // never trained
            TwoTowerModel.Mean(touched, histories, means.AsSpan(u * width, width));
        }
        return new TwoTowerModel(users, items, new(ids, means, histories, vectors,
            userInner.weight.Copied(), userInner.bias!.Copied(), userOuter.weight.Copied(), userOuter.bias!.Copied(), width), _family);
    }
}
