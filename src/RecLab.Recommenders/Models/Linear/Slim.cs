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

    [Display(Name = "Weights kept per item", Description = "Keep only so many largest weights of each item; 0 keeps all that are not zero.", Order = 5), Range(0, 100_000)]
    public int WeightsPerItem { get; init; }
}

/// <summary>SLIM, sparse linear methods: for each item i the weights w (w_i = 0, w at or above 0) that minimise
/// <c>1/2 |x_i - X w|^2 + beta/2 |w|^2 + lambda |w|_1</c>, and <c>score(u, i) = sum over touched j of w_j</c>.</summary>
/// <remarks>Ning and Karypis, "SLIM: Sparse Linear Methods for Top-N Recommender Systems", ICDM 2011, eq. 4; solved by cyclic coordinate descent with covariance
/// updates (Friedman, Hastie and Tibshirani, "Regularization Paths for Generalized Linear Models via Coordinate Descent", JSS 2010, section 2.2), items in parallel. Up to
/// <see cref="MostDense"/> items the dense X'X is kept (four bytes times items squared); beyond that the residuals of the users are, which allows positive weights only.</remarks>
public sealed class Slim(SlimOptions options) : IRecommender
{
    /// <summary>X'X of so many items takes a gigabyte.</summary>
    public const int MostDense = 16_384;

    public IModel Train(Interactions data, TrainingContext context)
    {
        if (data.Count == 0) throw new TrainingException("There are no interactions to learn from.");
        if (data.Items.Count > MostDense && !options.OnlyPositive)
            throw new TrainingException($"SLIM with negative weights keeps a number for every pair of items; {data.Items.Count:N0} items are more than {MostDense:N0}. Allow only positive weights.");
        var touched = SparseMatrix.Of(data);
        var kept = data.Items.Count > MostDense ? Sparse(touched, context) : Dense(touched, context);
        context.Report(1, "solved items");
        return new ItemLinksModel(data.Users, data.Items, ItemLinks.BySource(kept, data.Items.Count), HistoryWeights.Alike);
    }

    public IModel Load(Stream artifact, Vocabulary users, Vocabulary items) => ItemLinksModel.Load(artifact, users, items, HistoryWeights.Alike);

    internal KeptLinks[] Dense(SparseMatrix touched, TrainingContext context)
    {
        var gram = SparseProduct.Gram(context, touched);
        context.Report(0.05, "counted pairs");
        return Solve(gram.Size, () => new SlimColumn(gram, options).Solve, context);
    }

    internal KeptLinks[] Sparse(SparseMatrix touched, TrainingContext context)
    {
        var byItem = touched.Transpose();
        return Solve(byItem.Rows, () => new SlimResiduals(touched, byItem, options).Solve, context);
    }

    private static KeptLinks[] Solve(int items, Func<Func<int, CancellationToken, KeptLinks>> desk, TrainingContext context)
    {
        var kept = new KeptLinks[items];
        Workers.For(context, items, 8, desk, (from, to, solve) =>
        {
            for (var item = from; item < to; item++) kept[item] = solve(item, context.Cancellation);
        }, share => context.Report(0.05 + 0.94 * share, "solving items"));
        return kept;
    }
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
        return Kept(Enumerable.Range(0, _weights.Length), _weights, options.WeightsPerItem);
    }

    /// <summary>The weights that are not zero, or so many of the largest of them.</summary>
    public static KeptLinks Kept(IEnumerable<int> sources, float[] weights, int most)
    {
        var items = sources.Where(j => weights[j] != 0);
        if (most > 0) items = items.OrderByDescending(j => Math.Abs(weights[j])).ThenBy(j => j).Take(most);
        int[] kept = [.. items.Order()];
        return new(kept, [.. kept.Select(j => weights[j])]);
    }
}
