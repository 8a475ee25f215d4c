using System.ComponentModel.DataAnnotations;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Neighbours;
using RecLab.Recommenders.Numerics;

namespace RecLab.Recommenders.Models.Linear;

/// <summary>Options of <see cref="Ease"/>.</summary>
public sealed record EaseOptions : RecommenderOptions
{
    /// <summary>lambda.</summary>
    [Display(Name = "Regularisation", Description = "Added to the diagonal: larger forgets rare company sooner.", Order = 1), Range(1e-3, 1e6), Tunable(10, 5000, Log = true)]
    public double Regularization { get; init; } = 500;

    [Display(Name = "Use values", Description = "Weigh touches by their values (ratings, counts) instead of 1.", Order = 2)]
    public bool UseValues { get; init; }

    [Display(Name = "Weights kept per item", Description = "Keep only so many largest weights of each item; 0 keeps all (items squared, 4 bytes each).", Order = 3), Range(0, 100_000)]
    public int WeightsPerItem { get; init; }
}

/// <summary>EASE^R, the linear autoencoder with zero diagonal in closed form: with <c>P = inv(X'X + lambda I)</c>,
/// <c>B_ij = -P_ij / P_jj</c> off the diagonal, and the score of item j is <c>sum over touched i of B_ij</c>.</summary>
/// <remarks>Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019, eq. 8. Time grows with the cube of the items, memory with the square.</remarks>
public sealed class Ease(EaseOptions options) : IRecommender
{
    /// <summary>A dense artifact beyond this is refused: safetensors are read into one array.</summary>
    private const long MostDense = 2_000_000_000;

    public IModel Train(Interactions data, TrainingContext context)
    {
        if (data.Count == 0) throw new TrainingException("There are no interactions to learn from.");
        var n = data.Items.Count;
        if (options.WeightsPerItem == 0 && 4L * n * n > MostDense)
            throw new TrainingException($"EASE on {n:N0} items would leave a model of {4L * n * n / 1e9:F1} GB; set the weights kept per item (500, say).");
        var p = SparseProduct.Gram(context, SparseMatrix.Of(data, options.UseValues ? CellValue.Sum : CellValue.Touched).Weights("EASE"));
        for (var i = 0; i < n; i++) p[i][i] += (float)options.Regularization;
        context.Report(0.1, "inverting");
        if (!SymmetricInverse.Invert(p, context, share => context.Report(0.1 + 0.85 * share, "inverting")))
            throw new TrainingException("The matrix of EASE cannot be inverted in single precision; raise the regularisation.");
        IModel model = options.WeightsPerItem == 0 ? Dense(data, p) : Sparse(data, p, context);
        context.Report(1, "inverted");
        return model;
    }

    public IModel Load(Stream artifact, Vocabulary users, Vocabulary items) =>
        options.WeightsPerItem == 0 ? DenseLinksModel.Load(artifact, users, items) : ItemLinksModel.Load(artifact, users, items, HistoryWeights.Alike);

    private static DenseLinksModel Dense(Interactions data, SymmetricMatrix p)
    {
        var scale = Scale(p);
        return new(data.Users, data.Items, (source, row) => Weights(p, source, scale, row));
    }

    private ItemLinksModel Sparse(Interactions data, SymmetricMatrix p, TrainingContext context)
    {
        var scale = Scale(p);
        var kept = new KeptLinks[p.Size];
        Workers.For(context, p.Size, 32, () => new float[p.Size], (from, to, weights) =>
        {
            for (var target = from; target < to; target++)
            {
                for (var source = 0; source < weights.Length; source++) weights[source] = source == target ? 0 : p[target][source] * scale[target];
                kept[target] = KeptLinks.Largest(weights, options.WeightsPerItem);
            }
        });
        return new(data.Users, data.Items, ItemLinks.BySource(kept, p.Size), HistoryWeights.Alike);
    }

    /// <summary>-1 / P_jj.</summary>
    private static float[] Scale(SymmetricMatrix p)
    {
        var scale = new float[p.Size];
        for (var j = 0; j < scale.Length; j++) scale[j] = -1 / p[j][j];
        return scale;
    }

    /// <summary>B_ij of one source i.</summary>
    private static void Weights(SymmetricMatrix p, int source, float[] scale, Span<float> row)
    {
        System.Numerics.Tensors.TensorPrimitives.Multiply(p[source], scale, row);
        row[source] = 0;
    }
}
