using System.ComponentModel.DataAnnotations;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Neighbours;
using RecLab.Recommenders.Numerics;

namespace RecLab.Recommenders.Models.Linear;

/// <summary>Options of <see cref="Slim"/>.</summary>
public sealed record SlimOptions : RecommenderOptions
{
    /// <summary>lambda.</summary>
    [Display(Name = "Sparsity (l1)", Description = "Pull of the weights to exactly zero, in shared users.", Order = 1), Range(0, 10_000), Tunable(0.1, 50, Log = true)]
    public double L1 { get; init; } = 5;

    /// <summary>beta.</summary>
    [Display(Name = "Shrinkage (l2)", Description = "Pull of the weights towards zero, in shared users.", Order = 2), Range(0, 100_000), Tunable(10, 2000, Log = true)]
    public double L2 { get; init; } = 200;

    [Display(Name = "Sweeps", Description = "Most passes over the weights of an item.", Order = 3), Range(1, 1000)]
    public int Sweeps { get; init; } = 30;

    [Display(Name = "Only positive", Description = "Allow no negative weights, as in the paper.", Order = 4)]
    public bool OnlyPositive { get; init; } = true;
}

/// <summary>SLIM, sparse linear methods: for each item i the weights w (w_i = 0, w at or above 0) that minimise
/// <c>1/2 |x_i - X w|^2 + beta/2 |w|^2 + lambda |w|_1</c>, and <c>score(u, i) = sum over touched j of w_j</c>.</summary>
/// <remarks>Ning and Karypis, "SLIM: Sparse Linear Methods for Top-N Recommender Systems", ICDM 2011, eq. 4; solved by cyclic coordinate descent with covariance
/// updates (Friedman, Hastie and Tibshirani, "Regularization Paths for Generalized Linear Models via Coordinate Descent", JSS 2010, section 2.2), items in parallel. Needs the
/// dense X'X: four bytes times items squared.</remarks>
public sealed class Slim(SlimOptions options) : IRecommender
{
    public IModel Train(Interactions data, TrainingContext context)
    {
        if (data.Count == 0) throw new TrainingException("There are no interactions to learn from.");
        var gram = SparseProduct.Gram(context, SparseMatrix.Of(data));
        context.Report(0.05, "counted pairs");
        var kept = new KeptLinks[gram.Size];
        Workers.For(context, gram.Size, 8, () => new SlimColumn(gram, options), (from, to, column) =>
        {
            for (var item = from; item < to; item++) kept[item] = column.Solve(item, context.Cancellation);
        }, share => context.Report(0.05 + 0.94 * share, "solving items"));
        context.Report(1, "solved items");
        return new ItemLinksModel(data.Users, data.Items, ItemLinks.BySource(kept, gram.Size), HistoryWeights.Alike);
    }

    public IModel Load(Stream artifact, Vocabulary users, Vocabulary items) => ItemLinksModel.Load(artifact, users, items, HistoryWeights.Alike);
}

/// <summary>One thread's working memory for the elastic net of one item after another.</summary>
internal sealed class SlimColumn(SymmetricMatrix gram, SlimOptions options)
{
    private readonly float[] _weights = new float[gram.Size], _gradient = new float[gram.Size];

    /// <summary>The weights of every source for one target.</summary>
    public KeptLinks Solve(int target, CancellationToken cancellation)
    {
        // The gradient g_j = x_j'(x_i - X w) is kept up to date: a step of w_k changes it by -step * row k of X'X.
        _weights.AsSpan().Clear();
        gram[target].CopyTo(_gradient);
        float l1 = (float)options.L1, l2 = (float)options.L2;
        for (var sweep = 0; sweep < options.Sweeps; sweep++)
        {
            cancellation.ThrowIfCancellationRequested();
            float moved = 0, largest = 0;
            for (var j = 0; j < _weights.Length; j++)
            {
                var square = gram[j][j];
                if (j == target || square == 0) continue;
                var old = _weights[j];
                var pull = _gradient[j] + square * old;
                if (old == 0 && (options.OnlyPositive ? pull <= l1 : Math.Abs(pull) <= l1)) continue;
                var now = pull > l1 ? (pull - l1) / (square + l2) : pull < -l1 && !options.OnlyPositive ? (pull + l1) / (square + l2) : 0;
                if (now == old) continue;
                System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(gram[j], old - now, _gradient, _gradient);
                _weights[j] = now;
                moved = Math.Max(moved, Math.Abs(now - old));
                largest = Math.Max(largest, Math.Abs(now));
            }
            if (moved <= 1e-3f * largest) break;
        }
        var items = new List<int>();
        for (var j = 0; j < _weights.Length; j++)
            if (_weights[j] != 0) items.Add(j);
        return new([.. items], [.. items.Select(j => _weights[j])]);
    }
}
