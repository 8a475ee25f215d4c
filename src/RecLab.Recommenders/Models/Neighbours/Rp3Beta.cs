using System.ComponentModel.DataAnnotations;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Numerics;

namespace RecLab.Recommenders.Models.Neighbours;

/// <summary>Options of <see cref="Rp3Beta"/>.</summary>
public sealed record Rp3BetaOptions : RecommenderOptions
{
    [Display(Name = "Neighbours", Description = "Items kept per item.", Order = 1), Range(1, 10_000), Tunable(20, 1000, Log = true)]
    public int Neighbours { get; init; } = 200;

    [Display(Name = "Alpha", Description = "Exponent of the walk's probabilities.", Order = 2), Range(0, 3), Tunable(0.3, 1.5)]
    public double Alpha { get; init; } = 1;

    [Display(Name = "Beta", Description = "How much popular items are held back.", Order = 3), Range(0, 2), Tunable(0, 1)]
    public double Beta { get; init; } = 0.6;
}

/// <summary>A random walk of three steps from a user over items and users to items, with popular ends held back:
/// <c>w(j, i) = sum_u (1/d_j)^alpha (1/d_u)^alpha / d_i^beta</c> over the users u who touched j and i, and <c>score(i) = sum over touched j of w(j, i)</c>.</summary>
/// <remarks>Paudel, Christoffel, Newell and Bernstein, "Updatable, Accurate, Diverse, and Scalable Recommendations for Interactive Applications", TiiS 2017, eq. 4;
/// the exponent alpha is that of Cooper et al., "Random Walks in Recommender Systems", WWW 2014. The first step, the same for all items of a user, is left out.</remarks>
public sealed class Rp3Beta(Rp3BetaOptions options) : IRecommender
{
    public IModel Train(Interactions data, TrainingContext context)
    {
        if (data.Count == 0) throw new TrainingException("There are no interactions to learn from.");
        var byUser = SparseMatrix.Of(data);
        var byItem = byUser.Transpose();
        var fromItem = byItem.Map((item, _, _) => (float)Math.Pow(byItem.Size(item), -options.Alpha));
        var fromUser = byUser.Map((user, _, _) => (float)Math.Pow(byUser.Size(user), -options.Alpha));
        var back = Enumerable.Range(0, byItem.Rows).Select(i => (float)Math.Pow(Math.Max(1, byItem.Size(i)), -options.Beta)).ToArray();
        var kept = new KeptLinks[byItem.Rows];
        Array.Fill(kept, KeptLinks.None);
        SparseProduct.ForEachRow(context, fromItem, fromUser, share => context.Report(0.99 * share, "walking"), (item, walks) =>
        {
            System.Numerics.Tensors.TensorPrimitives.Multiply(walks, back, walks);
            walks[item] = 0;
            kept[item] = KeptLinks.Best(walks, options.Neighbours);
        });
        context.Report(1, "walked");
        return new ItemLinksModel(data.Users, data.Items, ItemLinks.Compress(kept, byItem.Rows), HistoryWeights.Alike);
    }

    public IModel Load(Stream artifact, Vocabulary users, Vocabulary items) => ItemLinksModel.Load(artifact, users, items, HistoryWeights.Alike);
}
