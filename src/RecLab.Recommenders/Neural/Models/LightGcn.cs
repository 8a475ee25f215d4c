using System.ComponentModel.DataAnnotations;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
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

    [Display(Name = "Relations", Description = "Categories, attributes and the entities of the data set's knowledge graph are nodes of the graph as well, joined to the items and to each other.", Order = 6)]
    public bool Relations { get; init; }
}

/// <summary>LightGCN: vectors of users and items spread along the touches, <c>E_{l+1} = D^-1/2 A D^-1/2 E_l</c>, and are averaged,
/// <c>E = mean(E_0 ... E_L)</c>; the score is the dot product of the averages. Only E_0 is learnt.</summary>
/// <remarks>He, Deng, Wang, Li, Zhang and Wang, "LightGCN: Simplifying and Powering Graph Convolution Network for Recommendation", SIGIR 2020, eq. 3, 4 and 8 with
/// alpha_k = 1/(L+1); loss there BPR (eq. 15), here also softmax over all items, which needs a tenth of the steps. The vectors served are the averages.
/// With relations the graph also holds what is known of the items: values of categories and attributes, and the entities of a knowledge graph (<see cref="ItemRelations"/>, after Wang, He, Cao, Liu and Chua, "KGAT", KDD 2019,
/// section 2), all relations alike; an item nobody touched is then placed by what it shares.</remarks>
public sealed class LightGcn(LightGcnOptions options) : NeuralRecommender<LightGcnOptions, Touches>(options)
{
    private const string Key = "lightgcn";

    protected override (Network<Touches> Network, IBatches<Touches> Batches) Prepare(LightGcnOptions options, Interactions train, int seed) =>
        (new Graph(options, train), FactorNetwork.Batches(options, train, seed));

    public override IModel Load(Stream artifact, Vocabulary users, Vocabulary items) => VectorModel.Load(artifact, users, items, Key);

    private sealed class Graph : FactorNetwork
    {
        private readonly int _layers, _items;
        private readonly Embedding user, item;
        private readonly Spread toUsers, toItems;
        private readonly Embedding? node;
        private readonly Spread? along;

        public Graph(LightGcnOptions options, Interactions train) : base("LightGcn", Key, options, train)
        {
            (_layers, _items) = (options.Layers, train.Items.Count);
            user = Embedding(train.Users.Count, options.Factors);
            item = Embedding(train.Items.Count, options.Factors);
            var touched = SparseMatrix.Of(train);
            var related = options.Relations ? ItemRelations.Of(train) : null;
            int[] ofUser = Degrees(touched), ofItem = Degrees(touched.Transpose());
            if (related is { Edges: var edges })
            {
                ofItem = [.. Enumerable.Range(0, edges.Rows).Select(n => edges.Size(n) + (n < _items ? ofItem[n] : 0))];
                (along, _) = Spread.Of(edges.Map((n, m, _) => (float)(1 / Math.Sqrt((double)ofItem[n] * ofItem[m]))));
                if (related.Nodes > 0) node = Embedding(related.Nodes, options.Factors);
                touched = SparseMatrix.Of(edges.Columns, touched.Starts.ToArray(), touched.AllColumns.ToArray(), touched.AllValues.ToArray()); // further nodes are touched by nobody
            }
            (toUsers, toItems) = Spread.Of(touched.Map((u, i, _) => (float)(1 / Math.Sqrt((double)ofUser[u] * ofItem[i]))));
            RegisterComponents();
            foreach (var table in new[] { user, item, node }.OfType<Embedding>()) init.normal_(table.weight, 0, 0.1);
        }

        protected override (Tensor Users, Tensor Items) Learnt => (user.weight, item.weight);

        protected override (Tensor Users, Tensor Items) Vectors()
        {
            Tensor p = user.weight, q = node is null ? item.weight : cat([item.weight, node.weight]);
            List<Tensor> users = [p], items = [q];
            for (var l = 0; l < _layers; l++)
            {
                var fromUsers = toItems.Along(p);
                (p, q) = (toUsers.Along(q), along is null ? fromUsers : fromUsers + along.Along(q));
                users.Add(p);
                items.Add(q);
            }
            var all = stack(items, 0).mean([0]);
            return (stack(users, 0).mean([0]), node is null ? all : Kernels.Rows(all, tensor([.. Enumerable.Range(0, _items)], device: Device)));
        }

        private static int[] Degrees(SparseMatrix matrix) => [.. Enumerable.Range(0, matrix.Rows).Select(r => Math.Max(1, matrix.Size(r)))];
    }
}
