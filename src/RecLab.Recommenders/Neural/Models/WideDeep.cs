using RecLab.Recommenders.Data;
using RecLab.Recommenders.Neural.Batches;
using RecLab.Recommenders.Neural.Frozen;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace RecLab.Recommenders.Neural.Models;

/// <summary>Options of <see cref="WideDeep"/>.</summary>
public sealed record WideDeepOptions : AttributeOptions
{
    public WideDeepOptions() => (Epochs, BatchSize, LearningRate, ValidateEvery) = (30, 2048, 3e-3, 3);
}

/// <summary>Wide and deep: weights of single crossings beside a perceptron, trained together: <c>w_i + sum over values a of the user, and the user, and values c of the item of w_ac + MLP(...)</c>,
/// as the log-odds of "touched" against sampled untouched items. The wide part remembers who and what kind of person takes to which kind of item, the deep part generalises.</summary>
/// <remarks>Cheng et al., "Wide and Deep Learning for Recommender Systems", DLRS 2016, eq. 1 to 3. The crossings are those of the user's id and attributes with
/// the item's attributes; the matrix of their weights is a product of two narrow ones. Where rows name a scenario (a placement), it is one more
/// attribute of the user's side.</remarks>
public sealed class WideDeep(WideDeepOptions options) : NeuralRecommender<WideDeepOptions, PairBatch>(options)
{
    internal const string Key = "wide-deep";

    protected override (Network<PairBatch> Network, IBatches<PairBatch> Batches) Prepare(WideDeepOptions options, Interactions train, int seed) =>
        (new Both(options, train), new PairBatches(train, options.BatchSize, options.Negatives, seed));

    public override IModel Load(Stream artifact, Vocabulary users, Vocabulary items) => NeuMfModel.Load(artifact, users, items, Key);

    private sealed class Both : Network<PairBatch>
    {
        private readonly WideDeepOptions _options;
        private readonly AttributeTower tower;
        private readonly Parameter bias, taste, crossing;
        private readonly Parameter? scenario;

        public Both(WideDeepOptions options, Interactions train) : base("WideDeep")
        {
            _options = options;
            tower = new(options.Shape, train);
            bias = Parameter(zeros([train.Items.Count]));
            // A crossing's weight is found through a narrow middle, so that thousands of values on both sides stay a small table.
            taste = Parameter(zeros([train.Users.Count, options.Width]));
            crossing = Parameter(randn(tower.Values, options.Width) * 0.1);
            scenario = tower.PerScenario(options.Width);
            RegisterComponents();
        }

        /// <summary>Users x width and items x width, whose products are the sums of crossings.</summary>
        private (Tensor Users, Tensor Items) Wide() => (taste + mm(tower.OfUsers, crossing), mm(tower.OfItems, crossing));

        public override Tensor Loss(PairBatch batch)
        {
            Tensor users = tensor(batch.Users, device: Device), items = tensor(batch.Items, device: Device);
            Tensor p = Kernels.Rows(tower.UserIds, users), x = tower.UserAttributes(batch, users), q = Kernels.Rows(tower.ItemIds, items), y = Kernels.Rows(tower.ItemAttributes(), items);
            var rows = batch.Users.Length;
            var (a, c) = Wide();
            var tastes = Kernels.Rows(a, users);
            if (scenario is not null) tastes = tastes + Kernels.Rows(scenario, tensor(batch.Scenarios!, device: Device));
            var wide = (tastes.unsqueeze(1) * Kernels.Rows(c, items).view(rows, 1 + _options.Negatives, -1)).sum(-1);
            var score = wide + bias.index_select(0, items).view(rows, -1) + tower.Deep(cat([p, x], 1), cat([q, y], 1));
            var loss = F.binary_cross_entropy_with_logits(score.view(-1), batch.Labels(Device));
            return _options.Regularization == 0 ? loss : loss + (p.pow(2).sum() + q.pow(2).sum()) * (_options.Regularization / (2.0 * rows));
        }

        public override IModel Freeze(Vocabulary users, Vocabulary items)
        {
            using var quiet = no_grad();
            using var scope = NewDisposeScope();
            var (a, c) = Wide();
            float[] vectors = a.Copied(), own = bias.Copied();
            for (var i = 0; i < own.Length; i++) if (tower.SeenItems.Size(i) == 0) own[i] = 0; // only ever a negative
            return new NeuMfModel(new(users, items, new(vectors, Audience.Of(tower.Train, vectors, _options.Width), c.Copied(), own, _options.Width, tower.TableOf(scenario)), Key), tower.Freeze(users, items), Key);
        }
    }
}
