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

    [Display(Name = "Loss", Description = "What the model is punished for.", Order = 7)]
    public SequenceLoss Loss { get; init; }

    [Display(Name = "Negatives", Description = "Random items per batch for the sampled losses.", Order = 8), Range(1, 100_000), Tunable(64, 1024, Log = true)]
    public int Negatives { get; init; } = 256;
}

/// <summary>Caser: the vectors of the L newest items as an image. Horizontal filters of height h slide over it and keep their largest answer, <c>o_h = max over j of relu(F_h . E[j..j+h])</c>;
/// vertical ones are weighted sums of its rows, <c>v_c = sum over l of w_cl E_l</c>; the score of item i is <c>relu(W [o, v] + b) . e'(i)</c>.</summary>
/// <remarks>Tang and Wang, "Personalized Top-N Sequential Recommendation via Convolutional Sequence Embedding", WSDM 2018, eq. 3 to 10. Different from there: no vector of the user, so that a stranger with
/// a history is answered like anyone; trained at every place of a history with the losses of <see cref="SasRec"/>.</remarks>
public sealed class Caser(CaserOptions options) : NeuralRecommender<CaserOptions, SequenceBatch>(options)
{
    protected override (Network<SequenceBatch> Network, IBatches<SequenceBatch> Batches) Prepare(CaserOptions options, Interactions train, int seed) =>
        (new Filters(options, train.Items.Count), new SequenceBatches(train, options.BatchSize, options.MaxLength, options.Loss == SequenceLoss.FullSoftmax ? 0 : options.Negatives, seed));

    public override IModel Load(Stream artifact, Vocabulary users, Vocabulary items) => CaserModel.Load(artifact, users, items);

    private sealed class Filters : Network<SequenceBatch>
    {
        private readonly CaserOptions _options;
        private readonly int _items;
        private readonly Embedding item, target;
        private readonly ModuleList<Linear> horizontal;
        private readonly Linear vertical, inner;
        private readonly Dropout drop;

        public Filters(CaserOptions options, int items) : base("Caser")
        {
            (_options, _items) = (options, items);
            item = Embedding(items + 1, options.Width, padding_idx: items);
            target = Embedding(items, options.Width);
            horizontal = ModuleList(Enumerable.Range(1, options.Window).Select(h => Linear(h * options.Width, options.Horizontal)).ToArray());
            vertical = Linear(options.Window, options.Vertical, hasBias: false);
            inner = Linear(options.Window * options.Horizontal + options.Vertical * options.Width, options.Width);
            drop = Dropout(options.Dropout);
            RegisterComponents();
            init.normal_(item.weight, 0, 0.1);
            init.normal_(target.weight, 0, 0.05);
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
            var next = tensor(batch.Target, device: Device);
            return _options.Loss == SequenceLoss.FullSoftmax
                ? Kernels.LinearCrossEntropy(hidden, target.weight, next)
                : SampledLosses.Of(_options.Loss, hidden, target.weight, next, batch.Negatives, calibration: 0.75);
        }

        public override IModel Freeze(Vocabulary users, Vocabulary items) => new CaserModel(users, items, new(item.weight.Copied(), target.weight.Copied(),
            [.. horizontal.Select(l => new DenseArrays(l.weight.Copied(), l.bias!.Copied()))], vertical.weight.Copied(), new(inner.weight.Copied(), inner.bias!.Copied())));
    }
}
