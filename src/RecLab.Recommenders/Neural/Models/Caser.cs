using System.ComponentModel.DataAnnotations;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Neural.Batches;
using RecLab.Recommenders.Neural.Frozen;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace RecLab.Recommenders.Neural.Models;

/// <summary>Options of <see cref="Caser"/>.</summary>
public sealed record CaserOptions : NeuralOptions
{
    public CaserOptions() => (Epochs, BatchSize, LearningRate, WarmUp) = (20, 64, 3e-3, 0.05);

    [Display(Name = "Sequence length", Description = "Newest items of a user that training looks at.", Order = 1), Range(2, 1000), Tunable(20, 200)]
    public int MaxLength { get; init; } = 50;

    [Display(Name = "Window", Description = "Items before the predicted one that the filters see.", Order = 2), Range(1, 20), Tunable(3, 9)]
    public int Window { get; init; } = 5;

    [Display(Name = "Width", Description = "Length of an item's vector.", Order = 3), Range(4, 1024), Tunable(32, 128, Log = true)]
    public int Width { get; init; } = 64;

    [Display(Name = "Horizontal filters", Description = "Per height from one to the window.", Order = 4), Range(1, 256), Tunable(4, 64, Log = true)]
    public int Horizontal { get; init; } = 16;

    [Display(Name = "Vertical filters", Description = "Weighted sums of the window's vectors.", Order = 5), Range(1, 64), Tunable(2, 16, Log = true)]
    public int Vertical { get; init; } = 4;

    [Display(Name = "Dropout", Description = "Share of values zeroed while training.", Order = 6), Range(0, 0.9), Tunable(0.1, 0.5)]
    public double Dropout { get; init; } = 0.3;

    [Display(Name = "User vector", Description = "A vector of the known user beside the filters, as in the paper; everybody else is given the average one. Off: a user is their history alone.", Order = 7)]
    public bool UserVector { get; init; }

    [Display(Name = "Loss", Description = "What the model is punished for.", Order = 8)]
    public SequenceLoss Loss { get; init; }

    [Display(Name = "Negatives", Description = "Random items for the sampled losses: of a batch under the softmax, of each place under the binary ones.", Order = 9), Range(1, 100_000), Tunable(64, 1024, Log = true)]
    public int Negatives { get; init; } = 256;
}

/// <summary>Caser: the vectors of the L newest items as an image. Horizontal filters of height h slide over it and keep their largest answer, <c>o_h = max over j of relu(F_h . E[j..j+h])</c>;
/// vertical ones are weighted sums of its rows, <c>v_c = sum over l of w_cl E_l</c>; the score of item i is <c>z . e'(i)</c> with <c>z = relu(W [o, v] + b)</c>, and with the option <c>[z, p_u] . e'(i)</c>, e' then twice as wide.</summary>
/// <remarks>Tang and Wang, "Personalized Top-N Sequential Recommendation via Convolutional Sequence Embedding", WSDM 2018, eq. 3 to 10. Different from there: no vector of the user (eq. 10) unless it is asked for, so that a
/// stranger with a history is answered like anyone; trained at every place of a history with the losses of <see cref="SasRec"/>, without a bias of each item. Where users have vectors, whoever was not learnt from is
/// given their average: p_u . e'(i) also holds how much an item is liked at all, which zeros would take away.</remarks>
public sealed class Caser(CaserOptions options) : NeuralRecommender<CaserOptions, SequenceBatch>(options)
{
    protected override (Network<SequenceBatch> Network, IBatches<SequenceBatch> Batches) Prepare(CaserOptions options, Interactions train, int seed) =>
        (new Filters(options, train), new SequenceBatches(train, options.BatchSize, options.MaxLength, options.Loss == SequenceLoss.FullSoftmax ? 0 : options.Negatives, seed));

    public override IModel Load(Stream artifact, Vocabulary users, Vocabulary items) => CaserModel.Load(artifact, users, items);

    private sealed class Filters : Network<SequenceBatch>
    {
        private readonly CaserOptions _options;
        private readonly int _items;
        private readonly bool[] _learnt;
        private readonly Embedding item, target;
        private readonly Embedding? user;
        private readonly ModuleList<Linear> horizontal;
        private readonly Linear vertical, inner;
        private readonly Dropout drop;

        public Filters(CaserOptions options, Interactions train) : base("Caser")
        {
            var items = train.Items.Count;
            (_options, _items) = (options, items);
            _learnt = [.. Enumerable.Range(0, train.Users.Count).Select(u => train.ByUser.Size(u) >= 2)]; // who has a next item
            item = Embedding(items + 1, options.Width, padding_idx: items);
            target = Embedding(items, options.UserVector ? 2 * options.Width : options.Width);
            if (options.UserVector) user = Embedding(train.Users.Count, options.Width);
            horizontal = ModuleList(Enumerable.Range(1, options.Window).Select(h => Linear(h * options.Width, options.Horizontal)).ToArray());
            vertical = Linear(options.Window, options.Vertical, hasBias: false);
            inner = Linear(options.Window * options.Horizontal + options.Vertical * options.Width, options.Width);
            drop = Dropout(options.Dropout);
            RegisterComponents();
            init.normal_(item.weight, 0, 0.1);
            init.normal_(target.weight, 0, 0.05);
            if (user is not null) init.normal_(user.weight, 0, 0.1);
            using var quiet = no_grad();
            using var none = item.weight[items];
            none.zero_();
        }

        public override Tensor Loss(SequenceBatch batch)
        {
            var (rows, window, width) = (batch.Input.Length, _options.Window, _options.Width);
            var seen = new int[rows * window];
            for (var r = 0; r < rows; r++)
                for (var l = 0; l < window; l++)
                {
                    var back = window - 1 - l;
                    seen[r * window + l] = batch.Position[r] >= back ? batch.Input[r - back] : _items;
                }
            var image = item.call(tensor(seen, device: Device)).view(rows, window, width);
            var parts = new List<Tensor>();
            for (var h = 1; h <= window; h++)
            {
                var places = Enumerable.Range(0, window - h + 1).Select(j => image.index_select(1, tensor([.. Enumerable.Range(j, h).Select(l => (long)l)], device: Device)).reshape(rows, h * width));
                var answers = F.relu(horizontal.ElementAt(h - 1).call(stack(places, 1)));
                parts.Add(answers.topk(1, dim: 1).values.view(rows, -1));
            }
            parts.Add(vertical.call(image.transpose(1, 2)).transpose(1, 2).reshape(rows, -1));
            var hidden = F.relu(inner.call(drop.call(cat([.. parts], 1))));
            if (user is not null) hidden = cat([hidden, drop.call(user.call(tensor(Whose(batch), device: Device)))], 1);
            var next = tensor(batch.Target, device: Device);
            return _options.Loss == SequenceLoss.FullSoftmax
                ? Kernels.LinearCrossEntropy(hidden, target.weight, next)
                : SampledLosses.Of(_options.Loss, hidden, target.weight, next, batch.Negatives, calibration: 0.75);
        }

        /// <summary>The user of each row.</summary>
        private static int[] Whose(SequenceBatch batch)
        {
            var whose = new int[batch.Input.Length];
            for (var s = 0; s < batch.User.Length; s++) whose.AsSpan((int)batch.Starts[s]..(int)batch.Starts[s + 1]).Fill(batch.User[s]);
            return whose;
        }

        public override IModel Freeze(Vocabulary users, Vocabulary items) => new CaserModel(users, items, new(item.weight.Copied(), target.weight.Copied(),
            [.. horizontal.Select(l => new DenseArrays(l.weight.Copied(), l.bias!.Copied()))], vertical.weight.Copied(), new(inner.weight.Copied(), inner.bias!.Copied())) { Users = Vectors() });

        /// <summary>The users' vectors and, last, the average of those that were learnt, which also stands for the others; null where users have none.</summary>
        private float[]? Vectors()
        {
            if (user is null) return null;
            var (width, own) = (_options.Width, user.weight.Copied());
            var vectors = new float[own.Length + width];
            var mean = vectors.AsSpan(own.Length);
            for (var u = 0; u < _learnt.Length; u++)
                if (_learnt[u]) TensorPrimitives.Add(mean, own.AsSpan(u * width, width), mean);
            TensorPrimitives.Divide(mean, _learnt.Count(l => l), mean);
            for (var u = 0; u < _learnt.Length; u++) (_learnt[u] ? own.AsSpan(u * width, width) : mean).CopyTo(vectors.AsSpan(u * width));
            return vectors;
        }
    }
}
