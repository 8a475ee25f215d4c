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

/// <summary>Options of <see cref="TwoStage"/>.</summary>
public sealed record TwoStageOptions : NeuralOptions
{
    public TwoStageOptions() => (Epochs, BatchSize, LearningRate, WarmUp) = (30, 64, 3e-3, 0.05);

    [Display(Name = "Sequence length", Description = "Newest items of a user that are looked at.", Order = 1), Range(2, 1000), Tunable(20, 200)]
    public int MaxLength { get; init; } = 50;

    [Display(Name = "Width", Description = "Length of the vectors of users and items.", Order = 2), Range(4, 1024), Tunable(32, 256, Log = true)]
    public int Width { get; init; } = 64;

    [Display(Name = "Hidden width", Description = "Units of the hidden layer of either stage.", Order = 3), Range(4, 4096), Tunable(64, 512, Log = true)]
    public int HiddenWidth { get; init; } = 128;

    [Display(Name = "Dropout", Description = "Share of hidden units zeroed while training.", Order = 4), Range(0, 0.9), Tunable(0.1, 0.5)]
    public double Dropout { get; init; } = 0.2;

    [Display(Name = "Candidates", Description = "Items the first stage hands to the second when serving; 0 leaves the second out.", Order = 5), Range(0, 10_000), Tunable(50, 500, Log = true)]
    public int Candidates { get; init; } = 100;

    [Display(Name = "Drawn", Description = "Random items per batch, shared by its places, that the second stage learns from.", Order = 6), Range(8, 10_000)]
    public int Drawn { get; init; } = 1024;
}

/// <summary>Two stages. Candidates: <c>u = W2 relu(W1 mean of e(items so far) + b1) + b2</c>, score <c>u . v_i + c_i</c>, -log softmax of the next item over all. Ranking: among the best candidates,
/// <c>r(u, i) = w . relu(R [u, v_i, u * v_i, e(newest)] + b) + u . v_i + c_i</c>, the log-odds of the next item against random ones.</summary>
/// <remarks>Covington, Adams and Sargin, "Deep Neural Networks for YouTube Recommendations", RecSys 2016, sections 3 and 4, without the age of the example and with clicks for watch time. Only what lies before is
/// looked at in training (its section 3.4). A user is their history, so that a stranger with one is answered like anyone.</remarks>
public sealed class TwoStage(TwoStageOptions options) : NeuralRecommender<TwoStageOptions, SequenceBatch>(options)
{
    /// <summary>Random items per place that the second stage learns to tell from the next one.</summary>
    private const int Wrong = 8;

    protected override (Network<SequenceBatch> Network, IBatches<SequenceBatch> Batches) Prepare(TwoStageOptions options, Interactions train, int seed) =>
        (new Stages(options, train.Items.Count), new SequenceBatches(train, options.BatchSize, options.MaxLength, options.Candidates > 0 ? options.Drawn : 0, seed));

    public override IModel Load(Stream artifact, Vocabulary users, Vocabulary items) => TwoStageModel.Load(artifact, users, items);

    private sealed class Stages : Network<SequenceBatch>
    {
        private readonly TwoStageOptions _options;
        private readonly Embedding seen, item, popular;
        private readonly Linear inner, outer, rank, head;
        private readonly Dropout drop;

        public Stages(TwoStageOptions options, int items) : base("TwoStage")
        {
            _options = options;
            seen = Embedding(items, options.Width);
            // The last number of an item's row is its bias, so that both go through one product.
            item = Embedding(items, options.Width + 1);
            popular = Embedding(1, 1);
            inner = Linear(options.Width, options.HiddenWidth);
            outer = Linear(options.HiddenWidth, options.Width);
            rank = Linear(4 * options.Width, options.HiddenWidth);
            head = Linear(options.HiddenWidth, 1);
            drop = Dropout(options.Dropout);
            RegisterComponents();
            init.normal_(seen.weight, 0, 0.1);
            init.normal_(item.weight, 0, 0.05);
            using var quiet = no_grad();
            popular.weight.normal_(1, 0);
        }

        public override Tensor Loss(SequenceBatch batch)
        {
            var rows = batch.Input.Length;
            var read = Kernels.Rows(seen.weight, tensor(batch.Input, device: Device));
            var user = outer.call(drop.call(F.relu(inner.call(Kernels.RunningMeans(read, batch.Starts)))));
            // The bias's factor is one learnt number, 1 at first.
            var wide = cat([user, popular.weight.index_select(0, tensor(new long[rows], device: Device))], 1);
            var target = tensor(batch.Target, device: Device);
            var first = Kernels.LinearCrossEntropy(wide, item.weight, target);
            if (_options.Candidates == 0) return first;

            // Drawn at random: the first stage's favourites would all be wrong ones, and teach the second to turn its order round.
            var (known, newest, offered) = (wide.detach(), read.detach(), new long[rows * (1 + Wrong)]);
            for (var r = 0; r < rows; r++)
            {
                offered[r * (1 + Wrong)] = batch.Target[r];
                for (var n = 0; n < Wrong; n++) offered[r * (1 + Wrong) + 1 + n] = batch.Negatives[(r * Wrong + n) % batch.Negatives.Length];
            }
            var table = item.weight.detach();
            var odds = Ranked(known, newest, table.index_select(0, tensor(offered, device: Device)), 1 + Wrong);
            var wanted = new float[rows * (1 + Wrong)];
            for (var r = 0; r < rows; r++) wanted[r * (1 + Wrong)] = 1;
            return first + F.binary_cross_entropy_with_logits(odds, tensor(wanted, device: Device));
        }

        /// <summary>The second stage's log-odds; it leaves the first stage's vectors as they are.</summary>
        /// <param name="user">Rows x (width + 1).</param>
        /// <param name="items">(Rows each) x (width + 1).</param>
        private Tensor Ranked(Tensor user, Tensor newest, Tensor items, int each)
        {
            var (rows, width) = (user.shape[0], (long)_options.Width);
            var pick = tensor([.. Enumerable.Range(0, (int)width).Select(d => (long)d)], device: Device);
            var own = tensor([.. Enumerable.Range(0, (int)rows * each).Select(r => (long)(r / each))], device: Device);
            var u = user.index_select(0, own);
            var score = (u * items).sum(-1);
            Tensor p = u.index_select(1, pick), v = items.index_select(1, pick);
            var x = cat([p, v, p * v, newest.index_select(0, own)], 1);
            return head.call(drop.call(F.relu(rank.call(x)))).squeeze(-1) + score;
        }

        public override IModel Freeze(Vocabulary users, Vocabulary items)
        {
            var (width, table, factor) = (_options.Width, item.weight.Copied(), popular.weight.Copied()[0]);
            float[] vectors = new float[items.Count * width], bias = new float[items.Count];
            for (var i = 0; i < items.Count; i++)
            {
                table.AsSpan(i * (width + 1), width).CopyTo(vectors.AsSpan(i * width));
                bias[i] = factor * table[i * (width + 1) + width];
            }
            DenseArrays Layer(Linear l) => new(l.weight.Copied(), l.bias!.Copied());
            return new TwoStageModel(users, items, new(seen.weight.Copied(), Layer(inner), Layer(outer), vectors, bias, Layer(rank), Layer(head), _options.MaxLength, _options.Candidates));
        }
    }
}
