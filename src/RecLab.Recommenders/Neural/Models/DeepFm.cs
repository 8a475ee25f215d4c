using System.ComponentModel.DataAnnotations;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Neural.Batches;
using RecLab.Recommenders.Neural.Frozen;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace RecLab.Recommenders.Neural.Models;

/// <summary>Options of models over ids and attributes that end in a perceptron.</summary>
public abstract record AttributeOptions : NeuralOptions
{
    [Display(Name = "Embedding", Description = "Length of the vector of an id or of an attribute's value.", Order = 1), Range(2, 1024), Tunable(16, 128, Log = true)]
    public int Width { get; init; } = 32;

    [Display(Name = "Hidden width", Description = "Units of the first hidden layer; each further one has half as many.", Order = 2), Range(2, 4096), Tunable(32, 256, Log = true)]
    public int HiddenWidth { get; init; } = 64;

    [Display(Name = "Hidden layers", Description = "Dense layers with ReLU between the vectors and the score.", Order = 3), Range(1, 6), Tunable(1, 4)]
    public int HiddenLayers { get; init; } = 2;

    [Display(Name = "Dropout", Description = "Share of hidden units zeroed while training.", Order = 4), Range(0, 0.9), Tunable(0, 0.5)]
    public double Dropout { get; init; } = 0.1;

    [Display(Name = "Negatives", Description = "Untouched items per touched one.", Order = 5), Range(1, 100), Tunable(2, 16)]
    public int Negatives { get; init; } = 4;

    [Display(Name = "Regularisation", Description = "Pull of the ids' vectors of every pair in the loss towards zero.", Order = 6), Range(0, 10), Tunable(1e-6, 0.1, Log = true)]
    public double Regularization { get; init; } = 0.01;

    internal AttributeTowerShape Shape => new(Width, HiddenWidth, HiddenLayers, Dropout);
}

/// <summary>Options of <see cref="DeepFm"/>.</summary>
public sealed record DeepFmOptions : AttributeOptions
{
    public DeepFmOptions() => (Epochs, BatchSize, LearningRate, ValidateEvery) = (30, 2048, 3e-3, 3);
}

/// <summary>DeepFM: a factorisation machine and a perceptron over the same vectors of ids and attributes, added: <c>w_i + sum of w over the item's attributes + sum over pairs of fields
/// v_f . v_g + MLP(v_user, v_user attributes, v_item, v_item attributes)</c>, trained as the log-odds of "touched" against sampled untouched items.</summary>
/// <remarks>Guo, Tang, Ye, Li and He, "DeepFM: A Factorization-Machine based Neural Network for CTR Prediction", IJCAI 2017, eq. 1 to 4. The attributes of one side are pooled into one field;
/// terms of the user alone are left out, since they move all items alike. Items and users without a touch are scored by their attributes.
/// Where rows name a scenario (a placement), it is one more attribute of the user's side.</remarks>
public sealed class DeepFm(DeepFmOptions options) : NeuralRecommender<DeepFmOptions, PairBatch>(options)
{
    internal const string Key = "deepfm";

    protected override (Network<PairBatch> Network, IBatches<PairBatch> Batches) Prepare(DeepFmOptions options, Interactions train, int seed) =>
        (new Machine(options, train), new PairBatches(train, options.BatchSize, options.Negatives, seed));

    public override IModel Load(Stream artifact, Vocabulary users, Vocabulary items) => NeuMfModel.Load(artifact, users, items, Key);

    private sealed class Machine : Network<PairBatch>
    {
        private readonly DeepFmOptions _options;
        private readonly AttributeTower tower;
        private readonly Parameter bias, weight;

        public Machine(DeepFmOptions options, Interactions train) : base("DeepFm")
        {
            _options = options;
            tower = new(options.Shape, train);
            bias = Parameter(zeros([train.Items.Count]));
            weight = Parameter(zeros([tower.Values, 1]));
            RegisterComponents();
        }

        public override Tensor Loss(PairBatch batch)
        {
            Tensor users = tensor(batch.Users, device: Device), items = tensor(batch.Items, device: Device);
            Tensor p = Kernels.Rows(tower.UserIds, users), x = tower.UserAttributes(batch, users), q = Kernels.Rows(tower.ItemIds, items), y = Kernels.Rows(tower.ItemAttributes(), items);
            var rows = batch.Users.Length;
            var across = ((p + x).unsqueeze(1) * (q + y).view(rows, 1 + _options.Negatives, -1)).sum(-1);
            var alone = (Alone(tower.ItemIds, tower.ItemAttributes())).index_select(0, items).view(rows, -1);
            var loss = F.binary_cross_entropy_with_logits((across + alone + tower.Deep(cat([p, x], 1), cat([q, y], 1))).view(-1), batch.Labels(Device));
            return _options.Regularization == 0 ? loss : loss + (p.pow(2).sum() + q.pow(2).sum()) * (_options.Regularization / (2.0 * rows));
        }

        /// <summary>What an item brings by itself: its weight, its attributes' weights, and the product of its id with its attributes.</summary>
        private Tensor Alone(Tensor ids, Tensor attributes) => bias + mm(tower.OfItems, weight).squeeze(-1) + (ids * attributes).sum(-1);

        public override IModel Freeze(Vocabulary users, Vocabulary items)
        {
            using var quiet = no_grad();
            using var scope = NewDisposeScope();
            Tensor p = AttributeTower.Seen(tower.UserIds, tower.SeenUsers), q = AttributeTower.Seen(tower.ItemIds, tower.SeenItems), y = tower.ItemAttributes();
            var vectors = (p + tower.UserAttributes()).Copied();
            var alone = Alone(q, y).Copied();
            var own = bias.Copied();
            for (var i = 0; i < alone.Length; i++) if (tower.SeenItems.Size(i) == 0) alone[i] -= own[i]; // only ever a negative
            return new NeuMfModel(new(users, items, new(vectors, Audience.Of(tower.Train, vectors, _options.Width), (q + y).Copied(), alone, _options.Width, tower.Scenarios()), Key), tower.Freeze(users, items), Key);
        }
    }
}
