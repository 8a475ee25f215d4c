using RecLab.Recommenders.Data;
using RecLab.Recommenders.Neural.Batches;
using RecLab.Recommenders.Neural.Frozen;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace RecLab.Recommenders.Neural.Models;

/// <summary>The learnable part of <see cref="DeepMlp"/>.</summary>
internal sealed class DeepMlpNetwork : Network<PairBatch>
{
    private readonly Interactions _train;
    private readonly int _width, _negatives;
    private readonly Activation _activation;
    private readonly Embedding user, item;
    private readonly Linear fromUser, fromItem, head;
    private readonly ModuleList<Linear> layers;
    private readonly ScenarioRows? _scenarios;
    private readonly Parameter? scenario;
    private readonly Dropout drop;

    public DeepMlpNetwork(DeepMlpOptions options, Interactions train) : base("DeepMlp")
    {
        (_train, _width, _negatives, _activation) = (train, options.Width, options.Negatives, options.Activation);
        user = Embedding(train.Users.Count, options.Width);
        item = Embedding(train.Items.Count, options.Width);
        var widths = Enumerable.Range(0, options.HiddenLayers).Select(l => (long)Math.Max(1, options.HiddenWidth >> l)).ToArray();
        fromUser = Linear(options.Width, widths[0]);
        fromItem = Linear(options.Width, widths[0], hasBias: false);
        layers = ModuleList(widths.Zip(widths.Skip(1), (from, to) => Linear(from, to)).ToArray());
        head = Linear(widths[^1], 1);
        drop = Dropout(options.Dropout);
        _scenarios = ScenarioRows.Of(train);
        if (_scenarios is not null) scenario = Parameter(randn(_scenarios.Count, widths[0]) * 0.1);
        RegisterComponents();
        init.normal_(user.weight, 0, 0.1);
        init.normal_(item.weight, 0, 0.1);
    }

    public override Tensor Loss(PairBatch batch) => F.binary_cross_entropy_with_logits(Logits(batch), batch.Labels(Device));

    /// <summary>The score of every pair of the batch, rows x (1 + negatives), flat.</summary>
    internal Tensor Logits(PairBatch batch)
    {
        var (rows, wide) = (batch.Users.Length, 1 + _negatives);
        // The user's half of the first layer is computed once per user and shared by the touched item and its negatives.
        var p = fromUser.call(user.call(tensor(batch.Users, device: Device))).unsqueeze(1);
        if (scenario is not null) p = p + Kernels.Rows(scenario, tensor(batch.Scenarios!, device: Device)).unsqueeze(1);
        var q = fromItem.call(item.call(tensor(batch.Items, device: Device))).view(rows, wide, -1);
        var h = drop.call(_activation.Of(p + q));
        foreach (var layer in layers) h = drop.call(_activation.Of(layer.call(h)));
        return head.call(h).view(-1);
    }

    public override IModel Freeze(Vocabulary users, Vocabulary items)
    {
        var vectors = user.weight.Copied();
        for (var u = 0; u < users.Count; u++)
            if (_train.ByUser.Size(u) == 0) vectors.AsSpan(u * _width, _width).Clear(); // never trained: zero marks "unknown"
        return new DeepMlpModel(users, items, new(vectors, Audience.Of(_train, vectors, _width), item.weight.Copied(), fromUser.weight.Copied(), fromUser.bias!.Copied(), fromItem.weight.Copied(),
            [.. layers.Append(head).Select(l => new DenseArrays(l.weight.Copied(), l.bias!.Copied()))], _width, _activation,
            scenario is null ? null : _scenarios!.Table(scenario.Copied(), fromUser.bias!.Copied().Length)));
    }
}

/// <summary>What the people who touched an item are like: the fold-in of strangers for models that know users by a vector.</summary>
internal static class Audience
{
    /// <summary>Per item the mean vector of its users, stretched by sum(p . m) / sum(m . m), where m is the mean over a user's items of those means
    /// and p the user's own vector.</summary>
    /// <param name="vectors">Users x width.</param>
    /// <returns>Items x width; zero for an item nobody touched.</returns>
    public static float[] Of(Interactions train, float[] vectors, int width)
    {
        var means = Means(train.ByItem, train.User, vectors, width);
        var guesses = Means(train.ByUser, train.Item, means, width);
        double along = 0, square = 0;
        for (var i = 0; i < guesses.Length; i++)
        {
            along += (double)vectors[i] * guesses[i];
            square += (double)guesses[i] * guesses[i];
        }
        var stretch = square > 0 ? (float)(along / square) : 1;
        for (var i = 0; i < means.Length; i++) means[i] *= stretch;
        return means;
    }

    private static float[] Means(Grouping groups, int[] column, float[] vectors, int width)
    {
        var means = new float[groups.Count * width];
        for (var key = 0; key < groups.Count; key++)
        {
            var (rows, mean) = (groups[key].ToArray(), means.AsMemory(key * width, width));
            foreach (var row in rows) System.Numerics.Tensors.TensorPrimitives.Add(mean.Span, vectors.AsSpan(column[row] * width, width), mean.Span);
            if (rows.Length > 0) System.Numerics.Tensors.TensorPrimitives.Divide(mean.Span, rows.Length, mean.Span);
        }
        return means;
    }
}
