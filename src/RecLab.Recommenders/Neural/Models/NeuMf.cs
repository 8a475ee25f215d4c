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

/// <summary>Options of <see cref="NeuMf"/>.</summary>
public sealed record NeuMfOptions : NeuralOptions
{
    public NeuMfOptions() => (Epochs, BatchSize, LearningRate, Regularization, ValidateEvery) = (30, 2048, 3e-3, 0.01, 3);

    [Display(Name = "Factors", Description = "Length of the vectors that are multiplied element by element.", Order = 1), Range(2, 1024), Tunable(16, 128, Log = true)]
    public int Factors { get; init; } = 64;

    [Display(Name = "MLP embedding", Description = "Length of the vectors that go into the dense layers.", Order = 2), Range(2, 1024), Tunable(16, 128, Log = true)]
    public int Width { get; init; } = 32;

    [Display(Name = "Hidden width", Description = "Units of the first hidden layer; each further one has half as many.", Order = 3), Range(2, 4096), Tunable(32, 256, Log = true)]
    public int HiddenWidth { get; init; } = 64;

    [Display(Name = "Hidden layers", Description = "Dense layers between the vectors and the score.", Order = 4), Range(1, 6), Tunable(1, 4)]
    public int HiddenLayers { get; init; } = 2;

    [Display(Name = "Activation", Description = "What each hidden layer's outputs go through.", Order = 4), Tunable(0, 2)]
    public Activation Activation { get; init; }

    [Display(Name = "Dropout", Description = "Share of hidden units zeroed while training.", Order = 5), Range(0, 0.9), Tunable(0, 0.5)]
    public double Dropout { get; init; } = 0.1;

    [Display(Name = "Negatives", Description = "Untouched items per touched one.", Order = 6), Range(1, 100), Tunable(2, 16)]
    public int Negatives { get; init; } = 4;

    [Display(Name = "Regularisation", Description = "Pull of the multiplied vectors of every pair in the loss towards zero.", Order = 7), Range(0, 10), Tunable(1e-6, 0.1, Log = true)]
    public double Regularization { get; init; }
}

/// <summary>NeuMF: a generalised matrix factorisation and a perceptron, each with vectors of its own, added in the last layer:
/// <c>score = w . (p_u * q_i) + MLP(p'_u, q'_i)</c>, trained as the log-odds of "touched" by binary cross-entropy against sampled untouched items.</summary>
/// <remarks>He, Liao, Zhang, Nie, Hu and Chua, "Neural Collaborative Filtering", WWW 2017, section 3.4, eq. 12; without the pre-training of section 3.4.1.
/// Strangers as in <see cref="DeepMlp"/>.</remarks>
public sealed class NeuMf(NeuMfOptions options) : NeuralRecommender<NeuMfOptions, PairBatch>(options)
{
    protected override (Network<PairBatch> Network, IBatches<PairBatch> Batches) Prepare(NeuMfOptions options, Interactions train, int seed) =>
        (new Fused(options, train), new PairBatches(train, options.BatchSize, options.Negatives, seed));

    public override IModel Load(Stream artifact, Vocabulary users, Vocabulary items) => NeuMfModel.Load(artifact, users, items);

    private sealed class Fused : Network<PairBatch>
    {
        private readonly NeuMfOptions _options;
        private readonly Interactions _train;
        private readonly Embedding user, item;
        private readonly Linear weight;
        private readonly DeepMlpNetwork tower;

        public Fused(NeuMfOptions options, Interactions train) : base("NeuMf")
        {
            (_options, _train) = (options, train);
            user = Embedding(train.Users.Count, options.Factors);
            item = Embedding(train.Items.Count, options.Factors);
            weight = Linear(options.Factors, 1, hasBias: false);
            tower = new(new() { Width = options.Width, HiddenWidth = options.HiddenWidth, HiddenLayers = options.HiddenLayers, Activation = options.Activation, Dropout = options.Dropout, Negatives = options.Negatives }, train);
            RegisterComponents();
            init.normal_(user.weight, 0, 0.1);
            init.normal_(item.weight, 0, 0.1);
            using var quiet = no_grad();
            weight.weight.normal_(1, 0.1); // begins as a plain dot product
        }

        public override Tensor Loss(PairBatch batch)
        {
            var rows = batch.Users.Length;
            var p = user.call(tensor(batch.Users, device: Device));
            var q = item.call(tensor(batch.Items, device: Device)).view(rows, 1 + _options.Negatives, -1);
            var product = ((p * weight.weight).unsqueeze(1) * q).sum(-1).view(-1);
            var loss = F.binary_cross_entropy_with_logits(product + tower.Logits(batch), batch.Labels(Device));
            return _options.Regularization == 0 ? loss : loss + (p.pow(2).sum() + q.pow(2).sum()) * (_options.Regularization / (2.0 * rows));
        }

        public override IModel Freeze(Vocabulary users, Vocabulary items)
        {
            var (width, vectors, scaled, by) = (_options.Factors, user.weight.Copied(), item.weight.Copied(), weight.weight.Copied());
            for (var u = 0; u < users.Count; u++)
                if (_train.ByUser.Size(u) == 0) vectors.AsSpan(u * width, width).Clear(); // never trained: zero marks "unknown"
            for (var i = 0; i < scaled.Length; i++) scaled[i] *= by[i % width];
            var product = new VectorModel(users, items, new(vectors, Audience.Of(_train, vectors, width), scaled, new float[items.Count], width), "neumf");
            return new NeuMfModel(product, (DeepMlpModel)tower.Freeze(users, items));
        }
    }
}
