using System.ComponentModel.DataAnnotations;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Factors;
using RecLab.Recommenders.Neural.Batches;
using RecLab.Recommenders.Neural.Frozen;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RecLab.Recommenders.Neural.Models;

/// <summary>Options of <see cref="LightGcn"/>.</summary>
public sealed record LightGcnOptions : FactorOptions
{
    public LightGcnOptions() => (Epochs, BatchSize, LearningRate, Regularization, ValidateEvery) = (100, 128, 0.01, 0.02, 3);

    [Display(Name = "Layers", Description = "How often vectors spread to the neighbours in the graph of users and items.", Order = 5), Range(1, 8), Tunable(1, 4)]
    public int Layers { get; init; } = 2;

    [Display(Name = "Relations", Description = "Categories and attributes are nodes of the graph as well, joined to the items that have them.", Order = 6)]
    public bool Relations { get; init; }
}

/// <summary>LightGCN: vectors of users and items spread along the touches, <c>E_{l+1} = D^-1/2 A D^-1/2 E_l</c>, and are averaged,
/// <c>E = mean(E_0 ... E_L)</c>; the score is the dot product of the averages. Only E_0 is learnt.</summary>
/// <remarks>He, Deng, Wang, Li, Zhang and Wang, "LightGCN: Simplifying and Powering Graph Convolution Network for Recommendation", SIGIR 2020, eq. 3, 4 and 8 with
/// alpha_k = 1/(L+1); loss there BPR (eq. 15), here also softmax over all items, which needs a tenth of the steps. The vectors served are the averages.
/// Values of attributes as further nodes: the collaborative knowledge graph of Wang, He, Cao, Liu and Chua, "KGAT", KDD 2019, section 2, with all relations alike.</remarks>
public sealed class LightGcn(LightGcnOptions options) : NeuralRecommender<LightGcnOptions, Touches>(options)
{
    private const string Key = "lightgcn";

    protected override (Network<Touches> Network, IBatches<Touches> Batches) Prepare(LightGcnOptions options, Interactions train, int seed) =>
        (new Graph(options, train), FactorNetwork.Batches(options, train, seed));

    public override IModel Load(Stream artifact, Vocabulary users, Vocabulary items) => VectorModel.Load(artifact, users, items, Key);

    private sealed class Graph : FactorNetwork
    {
        private readonly int _layers;
        private readonly Embedding user, item;
        private readonly Spread toUsers, toItems;
        private readonly Embedding? value;
        private readonly Spread? toValues, fromValues;

        public Graph(LightGcnOptions options, Interactions train) : base("LightGcn", Key, options, train)
        {
            _layers = options.Layers;
            user = Embedding(train.Users.Count, options.Factors);
            item = Embedding(train.Items.Count, options.Factors);
            var touched = SparseMatrix.Of(train);
            var described = options.Relations ? Described(train) : null;
            int[] ofUser = Degrees(touched), ofItem = Degrees(touched.Transpose());
            if (described is not null)
                for (var i = 0; i < ofItem.Length; i++) ofItem[i] += described.Size(i);
            (toUsers, toItems) = Spread.Of(touched.Map((u, i, _) => (float)(1 / Math.Sqrt((double)ofUser[u] * ofItem[i]))));
            if (described is not null)
            {
                var ofValue = Degrees(described.Transpose());
                (fromValues, toValues) = Spread.Of(described.Map((i, v, _) => (float)(1 / Math.Sqrt((double)ofItem[i] * ofValue[v]))));
                value = Embedding(described.Columns, options.Factors);
            }
            RegisterComponents();
            foreach (var table in new[] { user, item, value }.OfType<Embedding>()) init.normal_(table.weight, 0, 0.1);
        }

        protected override (Tensor Users, Tensor Items) Learnt => (user.weight, item.weight);

        protected override (Tensor Users, Tensor Items) Vectors()
        {
            Tensor p = user.weight, q = item.weight;
            Tensor? a = value?.weight;
            List<Tensor> users = [p], items = [q];
            for (var l = 0; l < _layers; l++)
            {
                var (fromUsers, next) = (toItems.Along(p), toUsers.Along(q));
                if (a is not null) (fromUsers, a) = (fromUsers + fromValues!.Along(a), toValues!.Along(q));
                (p, q) = (next, fromUsers);
                users.Add(p);
                items.Add(q);
            }
            return (stack(users, 0).mean([0]), stack(items, 0).mean([0]));
        }

        private static int[] Degrees(SparseMatrix matrix) => [.. Enumerable.Range(0, matrix.Rows).Select(r => Math.Max(1, matrix.Size(r)))];

        /// <summary>Items x values of categories and attributes that at least two items have; null where there are none.</summary>
        private static SparseMatrix? Described(Interactions train)
        {
            var features = new FmFeatures(train, withAttributes: true);
            // The numbers of the items' values are not next to each other: those of the users lie between.
            var number = new Dictionary<int, int>();
            List<int> starts = [0], columns = [];
            for (var i = 0; i < train.Items.Count; i++)
            {
                var own = new List<int>();
                foreach (var (feature, _) in features.OfItem(i))
                    if (feature >= train.Users.Count + train.Items.Count)
                    {
                        if (!number.TryGetValue(feature, out var n)) number[feature] = n = number.Count;
                        own.Add(n);
                    }
                columns.AddRange(own.Order());
                starts.Add(columns.Count);
            }
            return number.Count == 0 ? null : SparseMatrix.Of(number.Count, [.. starts], [.. columns], [.. Enumerable.Repeat(1f, columns.Count)]);
        }
    }
}
