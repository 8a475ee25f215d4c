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
}

/// <summary>LightGCN: vectors of users and items spread along the touches, <c>E_{l+1} = D^-1/2 A D^-1/2 E_l</c>, and are averaged,
/// <c>E = mean(E_0 ... E_L)</c>; the score is the dot product of the averages. Only E_0 is learnt.</summary>
/// <remarks>He, Deng, Wang, Li, Zhang and Wang, "LightGCN: Simplifying and Powering Graph Convolution Network for Recommendation", SIGIR 2020, eq. 3, 4 and 8 with
/// alpha_k = 1/(L+1); loss there BPR (eq. 15), here also softmax over all items, which needs a tenth of the steps. The vectors served are the averages.</remarks>
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
        private readonly Tensor toUsers, toItems;

        public Graph(LightGcnOptions options, Interactions train) : base("LightGcn", Key, options, train)
        {
            _layers = options.Layers;
            user = Embedding(train.Users.Count, options.Factors);
            item = Embedding(train.Items.Count, options.Factors);
            (toUsers, toItems) = Touched(train);
            register_buffer(nameof(toUsers), toUsers, persistent: false);
            register_buffer(nameof(toItems), toItems, persistent: false);
            RegisterComponents();
            init.normal_(user.weight, 0, 0.1);
            init.normal_(item.weight, 0, 0.1);
        }

        protected override (Tensor Users, Tensor Items) Learnt => (user.weight, item.weight);

        protected override (Tensor Users, Tensor Items) Vectors()
        {
            Tensor p = user.weight, q = item.weight;
            List<Tensor> users = [p], items = [q];
            for (var l = 0; l < _layers; l++)
            {
                (p, q) = (mm(toUsers, q), mm(toItems, p));
                users.Add(p);
                items.Add(q);
            }
            return (stack(users, 0).mean([0]), stack(items, 0).mean([0]));
        }

        /// <summary>The two off-diagonal blocks of D^-1/2 A D^-1/2: users x items, and items x users.</summary>
        private static (Tensor, Tensor) Touched(Interactions train)
        {
            var matrix = SparseMatrix.Of(train);
            int[] ofUser = new int[matrix.Rows], ofItem = new int[matrix.Columns];
            List<(int User, int Item)> pairs = [];
            for (var u = 0; u < matrix.Rows; u++)
                foreach (var i in matrix.ColumnsOf(u))
                {
                    pairs.Add((u, i));
                    ofUser[u]++;
                    ofItem[i]++;
                }
            var values = pairs.Select(p => (float)(1 / Math.Sqrt((double)ofUser[p.User] * ofItem[p.Item]))).ToArray();
            Tensor Block(Func<(int User, int Item), long> row, Func<(int User, int Item), long> column, long rows, long columns)
            {
                using var at = tensor([.. pairs.Select(row), .. pairs.Select(column)], [2, pairs.Count]);
                using var value = tensor(values);
                return sparse_coo_tensor(at, value, [rows, columns]);
            }
            return (Block(p => p.User, p => p.Item, matrix.Rows, matrix.Columns), Block(p => p.Item, p => p.User, matrix.Columns, matrix.Rows));
        }
    }
}
