using System.ComponentModel.DataAnnotations;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Neural.Batches;
using RecLab.Recommenders.Neural.Frozen;
using RecLab.Recommenders.Models.Neighbours;
using RecLab.Recommenders.Numerics;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace RecLab.Recommenders.Neural.Models;

/// <summary>Options of <see cref="UltraGcn"/>.</summary>
public sealed record UltraGcnOptions : NeuralOptions
{
    public UltraGcnOptions() => (Epochs, BatchSize, LearningRate, ValidateEvery) = (60, 1024, 3e-3, 3);

    [Display(Name = "Factors", Description = "Length of a user's and an item's vector.", Order = 1), Range(2, 1024), Tunable(16, 256, Log = true)]
    public int Factors { get; init; } = 64;

    [Display(Name = "Negatives", Description = "Untouched items per touched one.", Order = 2), Range(1, 1000), Tunable(10, 300, Log = true)]
    public int Negatives { get; init; } = 32;

    [Display(Name = "Weight of negatives", Description = "How much a touch's negatives count together, beside the touch.", Order = 3), Range(0, 1000), Tunable(1, 100, Log = true)]
    public double NegativeWeight { get; init; } = 10;

    [Display(Name = "Constraint", Description = "Strength of the weights that stand for endless layers of the graph of users and items (lambda); 0 leaves them out.", Order = 4), Range(0, 100), Tunable(0.1, 10, Log = true)]
    public double Constraint { get; init; } = 1;

    [Display(Name = "Item graph", Description = "Strength of the pull towards the neighbours of the touched item (gamma); 0 leaves it out.", Order = 5), Range(0, 100), Tunable(0.1, 10, Log = true)]
    public double ItemGraph { get; init; } = 1.5;

    [Display(Name = "Neighbours", Description = "Items kept per item in the graph of items.", Order = 6), Range(1, 100), Tunable(5, 30)]
    public int Neighbours { get; init; } = 10;

    [Display(Name = "Regularisation", Description = "Pull of the vectors of every pair in the loss towards zero.", Order = 7), Range(0, 10), Tunable(1e-6, 0.1, Log = true)]
    public double Regularization { get; init; } = 0.01;
}

/// <summary>UltraGCN: a graph's endless spreading, written as weights of a loss over plain vectors. With b_ui = sqrt(d_u + 1) / (d_u sqrt(d_i + 1)) and the neighbours j of an item i in the graph of items
/// shared by users, w_ij = G_ij / (g_i - G_ii) sqrt(g_i / g_j): <c>-(1 + lambda b_ui) log s(e_u e_i) - mean over negatives n of W (1 + lambda b_un) log s(-e_u e_n) - gamma sum over j of w_ij log s(e_u e_j)</c>.</summary>
/// <remarks>Mao, Zhu, Xiao, Lu, Wang and He, "UltraGCN: Ultra Simplification of Graph Convolutional Networks for Recommendation", CIKM 2021, eq. 9 to 14. Served as a dot product; no graph is walked,
/// in training or after it.</remarks>
public sealed class UltraGcn(UltraGcnOptions options) : NeuralRecommender<UltraGcnOptions, PairBatch>(options)
{
    private const string Key = "ultragcn";

    protected override (Network<PairBatch> Network, IBatches<PairBatch> Batches) Prepare(UltraGcnOptions options, Interactions train, int seed) =>
        (new Weighted(options, train), new PairBatches(train, options.BatchSize, options.Negatives, seed));

    public override IModel Load(Stream artifact, Vocabulary users, Vocabulary items) => VectorModel.Load(artifact, users, items, Key);

    private sealed class Weighted : Network<PairBatch>
    {
        private readonly UltraGcnOptions _options;
        private readonly Interactions _train;
        private readonly float[] _ofUser, _ofItem;
        private readonly int[] _near;
        private readonly float[] _weight;
        private readonly Embedding user, item;

        public Weighted(UltraGcnOptions options, Interactions train) : base("UltraGcn")
        {
            (_options, _train) = (options, train);
            var touched = SparseMatrix.Of(train);
            var byItem = touched.Transpose();
            _ofUser = [.. Enumerable.Range(0, touched.Rows).Select(u => touched.Size(u) is var d && d > 0 ? MathF.Sqrt(d + 1) / d : 0)];
            _ofItem = [.. Enumerable.Range(0, byItem.Rows).Select(i => 1 / MathF.Sqrt(byItem.Size(i) + 1))];
            (_near, _weight) = Near(touched, byItem, options.Neighbours);
            user = Embedding(train.Users.Count, options.Factors);
            item = Embedding(train.Items.Count, options.Factors);
            RegisterComponents();
            init.normal_(user.weight, 0, 0.1);
            init.normal_(item.weight, 0, 0.1);
        }

        public override Tensor Loss(PairBatch batch)
        {
            var (rows, wide, kept) = (batch.Users.Length, 1 + _options.Negatives, _options.Neighbours);
            float[] weights = new float[rows * wide], pull = new float[rows * kept];
            var near = new int[rows * kept];
            for (var r = 0; r < rows; r++)
            {
                var (u, at) = (_ofUser[batch.Users[r]], batch.Items[r * wide]);
                for (var c = 0; c < wide; c++)
                    weights[r * wide + c] = (float)((1 + _options.Constraint * u * _ofItem[batch.Items[r * wide + c]]) * (c == 0 ? 1 : _options.NegativeWeight / _options.Negatives));
                Array.Copy(_near, at * kept, near, r * kept, kept);
                Array.Copy(_weight, at * kept, pull, r * kept, kept);
            }
            Tensor own = tensor(batch.Users, device: Device), p = Kernels.Rows(user.weight, own), q = Kernels.Rows(item.weight, tensor(batch.Items, device: Device));
            var score = (p.unsqueeze(1) * q.view(rows, wide, -1)).sum(-1);
            // log s(x) for the touched, log s(-x) for the others.
            var sign = new float[wide];
            Array.Fill(sign, -1);
            sign[0] = 1;
            var loss = -(F.logsigmoid(score * tensor(sign, [1, wide], device: Device)) * tensor(weights, [rows, wide], device: Device)).sum() / (double)rows;
            if (_options.ItemGraph > 0)
            {
                var spread = (p.unsqueeze(1) * Kernels.Rows(item.weight, tensor(near, device: Device)).view(rows, kept, -1)).sum(-1);
                loss = loss - (F.logsigmoid(spread) * tensor(pull, [rows, kept], device: Device)).sum() * (_options.ItemGraph / rows);
            }
            return _options.Regularization == 0 ? loss : loss + (p.pow(2).sum() + q.pow(2).sum()) * (_options.Regularization / (2.0 * rows));
        }

        public override IModel Freeze(Vocabulary users, Vocabulary items)
        {
            var vectors = user.weight.Copied();
            for (var u = 0; u < users.Count; u++)
                if (_train.ByUser.Size(u) == 0) vectors.AsSpan(u * _options.Factors, _options.Factors).Clear(); // never trained: zero marks "unknown"
            return new VectorModel(users, items, new(vectors, Audience.Of(_train, vectors, _options.Factors), item.weight.Copied(), new float[items.Count], _options.Factors), Key);
        }

        /// <summary>The strongest neighbours of each item and their weights, items x kept; places left over point at the item itself with weight zero.</summary>
        private static (int[], float[]) Near(SparseMatrix touched, SparseMatrix byItem, int kept)
        {
            var shared = new float[byItem.Rows];
            for (var i = 0; i < shared.Length; i++)
                foreach (var u in byItem.ColumnsOf(i)) shared[i] += touched.Size(u);
            int[] near = new int[byItem.Rows * kept];
            var weight = new float[near.Length];
            SparseProduct.ForEachRow(new() { Threads = 1 }, byItem, touched, null, (i, counts) =>
            {
                var rest = shared[i] - counts[i];
                for (var j = 0; j < counts.Length; j++) counts[j] = j == i || rest <= 0 || shared[j] <= 0 ? 0 : counts[j] / rest * MathF.Sqrt(shared[i] / shared[j]);
                Array.Fill(near, i, i * kept, kept);
                var links = KeptLinks.Largest(counts, kept);
                for (var k = 0; k < links.Items.Length; k++)
                    if (links.Weights[k] > 0) (near[i * kept + k], weight[i * kept + k]) = (links.Items[k], links.Weights[k]);
            });
            return (near, weight);
        }
    }
}
