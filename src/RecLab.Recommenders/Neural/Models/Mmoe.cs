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

/// <summary>Options of <see cref="Mmoe"/>.</summary>
public sealed record MmoeOptions : NeuralOptions
{
    public MmoeOptions() => (Epochs, BatchSize, LearningRate, ValidateEvery) = (30, 2048, 3e-3, 3);

    [Display(Name = "Embedding", Description = "Length of a user's and an item's vector.", Order = 1), Range(2, 1024), Tunable(16, 128, Log = true)]
    public int Width { get; init; } = 64;

    [Display(Name = "Experts", Description = "Small networks that all scenarios share.", Order = 2), Range(1, 32), Tunable(2, 8)]
    public int Experts { get; init; } = 4;

    [Display(Name = "Expert width", Description = "Units of each expert.", Order = 3), Range(2, 1024), Tunable(16, 128, Log = true)]
    public int ExpertWidth { get; init; } = 32;

    [Display(Name = "Scenarios", Description = "Towers at most: the commonest first categories of the items, and one for all others. Data that name placements have a tower for each of those instead.", Order = 4), Range(1, 64), Tunable(2, 20)]
    public int MostScenarios { get; init; } = 8;

    [Display(Name = "Dropout", Description = "Share of the experts' units zeroed while training.", Order = 5), Range(0, 0.9), Tunable(0, 0.5)]
    public double Dropout { get; init; } = 0.1;

    [Display(Name = "Negatives", Description = "Untouched items per touched one.", Order = 6), Range(1, 100), Tunable(2, 16)]
    public int Negatives { get; init; } = 4;

    [Display(Name = "Regularisation", Description = "Pull of the vectors of every pair in the loss towards zero.", Order = 7), Range(0, 10), Tunable(1e-6, 0.1, Log = true)]
    public double Regularization { get; init; } = 0.01;
}

/// <summary>Multi-gate mixture of experts over scenarios: with x = [p_u, q_i], experts <c>f_k = relu(W_k x + b_k)</c> shared by all and a gate of the scenario s of the item, <c>g = softmax(G_s x)</c>, the score is
/// <c>p_u . q_i + b_i + w_s . (sum over k of g_k f_k)</c>, trained as the log-odds of "touched" against sampled untouched items. A scenario is where
/// the list is shown, for data that name it (a placement), and else an item's first category.</summary>
/// <remarks>Ma, Zhao, Yi, Chen, Hong and Chi, "Modeling Task Relationships in Multi-task Learning with Multi-gate Mixture-of-Experts", KDD 2018, eq. 5 to 7, scenarios in place of tasks; the towers are linear, and a
/// dot product stands beside them. Asked without a placement, the mixture of all towers by their shares of the rows answers, or a tower of its own where rows without a placement were learnt from.</remarks>
public sealed class Mmoe(MmoeOptions options) : NeuralRecommender<MmoeOptions, PairBatch>(options)
{
    protected override (Network<PairBatch> Network, IBatches<PairBatch> Batches) Prepare(MmoeOptions options, Interactions train, int seed) =>
        (new Mixture(options, train), new PairBatches(train, options.BatchSize, options.Negatives, seed));

    public override IModel Load(Stream artifact, Vocabulary users, Vocabulary items) => MmoeModel.Load(artifact, users, items);

    private sealed class Mixture : Network<PairBatch>
    {
        private readonly MmoeOptions _options;
        private readonly Interactions _train;
        private readonly Scenarios? _ofItems;
        private readonly ScenarioRows? _ofRows;
        private readonly int _count;
        private readonly Embedding user, item, tower;
        private readonly Linear userExperts, itemExperts, userGates, itemGates;
        private readonly Parameter bias;
        private readonly Dropout drop;

        public Mixture(MmoeOptions options, Interactions train) : base("Mmoe")
        {
            (_options, _train, _ofRows) = (options, train, ScenarioRows.Of(train));
            if (_ofRows is null) _ofItems = Scenarios.Of(train, options.MostScenarios);
            _count = _ofRows?.Count ?? _ofItems!.Count;
            user = Embedding(train.Users.Count, options.Width);
            item = Embedding(train.Items.Count, options.Width);
            tower = Embedding(_count, options.ExpertWidth);
            userExperts = Linear(options.Width, options.Experts * options.ExpertWidth);
            itemExperts = Linear(options.Width, options.Experts * options.ExpertWidth, hasBias: false);
            userGates = Linear(options.Width, _count * options.Experts);
            itemGates = Linear(options.Width, _count * options.Experts, hasBias: false);
            bias = Parameter(zeros([train.Items.Count]));
            drop = Dropout(options.Dropout);
            RegisterComponents();
            foreach (var table in (Embedding[])[user, item, tower]) init.normal_(table.weight, 0, 0.1);
        }

        public override Tensor Loss(PairBatch batch)
        {
            var (rows, wide, experts) = (batch.Users.Length, 1 + _options.Negatives, _options.Experts);
            Tensor users = tensor(batch.Users, device: Device), items = tensor(batch.Items, device: Device), p = Kernels.Rows(user.weight, users), q = Kernels.Rows(item.weight, items);
            var found = drop.call(F.relu(userExperts.call(p).unsqueeze(1) + itemExperts.call(q).view(rows, wide, -1))).view(rows * wide, experts, -1);
            // Of all scenarios' gates each pair wants its own.
            var scenario = new int[batch.Items.Length];
            for (var r = 0; r < scenario.Length; r++) scenario[r] = _ofRows is null ? _ofItems!.OfItem[batch.Items[r]] : batch.Scenarios![r / wide];
            var places = new long[rows * wide];
            for (var r = 0; r < places.Length; r++) places[r] = (long)r * _count + scenario[r];
            var gates = (userGates.call(p).unsqueeze(1) + itemGates.call(q).view(rows, wide, -1)).reshape(rows * wide * _count, experts).index_select(0, tensor(places, device: Device));
            var mixed = (found * F.softmax(gates, 1).unsqueeze(-1)).sum(1);
            var deep = (mixed * Kernels.Rows(tower.weight, tensor(scenario, device: Device))).sum(-1);
            var product = (p.unsqueeze(1) * q.view(rows, wide, -1)).sum(-1).view(-1);
            var loss = F.binary_cross_entropy_with_logits(product + bias.index_select(0, items) + deep, batch.Labels(Device));
            return _options.Regularization == 0 ? loss : loss + (p.pow(2).sum() + q.pow(2).sum()) * (_options.Regularization / (2.0 * rows));
        }

        public override IModel Freeze(Vocabulary users, Vocabulary items)
        {
            using var quiet = no_grad();
            using var scope = NewDisposeScope();
            var (width, vectors) = (_options.Width, user.weight.Copied());
            for (var u = 0; u < users.Count; u++)
                if (_train.ByUser.Size(u) == 0) vectors.AsSpan(u * width, width).Clear(); // never trained: zero marks "unknown"
            var gates = itemGates.call(item.weight).Copied();
            var own = gates;
            if (_ofItems is not null)
            {
                own = new float[items.Count * _options.Experts];
                for (var i = 0; i < items.Count; i++) Array.Copy(gates, (i * _count + _ofItems.OfItem[i]) * _options.Experts, own, i * _options.Experts, _options.Experts);
            }
            return new MmoeModel(new(users, items, new(vectors, Audience.Of(_train, vectors, width), item.weight.Copied(), bias.Copied(), width), "mmoe"), new(_ofItems?.OfItem, tower.weight.Copied(),
                new(userExperts.weight.Copied(), userExperts.bias!.Copied()), itemExperts.call(item.weight).Copied(), new(userGates.weight.Copied(), userGates.bias!.Copied()), own, _options.Experts, _ofRows is null ? null : new(_ofRows.Names, _ofRows.SomeUnknown ? [.. new float[_ofRows.Names.Count], 1] : [.. _ofRows.Shares(), 0])));
        }
    }
}
