using System.ComponentModel.DataAnnotations;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Numerics;

namespace RecLab.Recommenders.Models.Neighbours;

/// <summary>Whose nearest neighbours are kept.</summary>
public enum NeighbourSide
{
    /// <summary>A target is scored by those of its own nearest items that were touched.</summary>
    OfTarget,

    /// <summary>Each touched item speaks for its own nearest items.</summary>
    OfTouched,
}

/// <summary>Options of <see cref="ItemKnn"/>.</summary>
public sealed record ItemKnnOptions : RecommenderOptions
{
    [Display(Name = "Neighbours", Description = "Nearest items kept per item.", Order = 1), Range(1, 10_000), Tunable(20, 500, Log = true)]
    public int Neighbours { get; init; } = 100;

    [Display(Name = "Similarity", Description = "How the likeness of two items is measured.", Order = 2)]
    public Similarity Similarity { get; init; } = Similarity.TfIdf;

    [Display(Name = "Shrinkage", Description = "Added to the denominator: makes items that few people share less alike.", Order = 3), Range(0, 10_000), Tunable(1, 200, Log = true)]
    public double Shrinkage { get; init; } = 10;

    /// <summary>Exponent of the target's count; 0.5 is the cosine (Aiolli, RecSys 2013).</summary>
    [Display(Name = "Asymmetry", Description = "For the asymmetric cosine: share of the target's popularity in the denominator; 0.5 is the plain cosine.", Order = 4), Range(0, 1), Tunable(0.1, 0.9)]
    public double Asymmetry { get; init; } = 0.5;

    [Display(Name = "BM25 K1", Description = "For BM25: how soon repeated touches stop counting.", Order = 5), Range(0, 1000), Tunable(0.5, 200, Log = true)]
    public double Bm25K1 { get; init; } = 1.2;

    [Display(Name = "BM25 B", Description = "For BM25: how much popular items are held back, 0 to 1.", Order = 6), Range(0, 1), Tunable(0, 1)]
    public double Bm25B { get; init; } = 0.5;

    [Display(Name = "Use values", Description = "Weigh touches by their values (ratings, counts) instead of 1.", Order = 7)]
    public bool UseValues { get; init; }

    [Display(Name = "Neighbours of", Description = "Keep the nearest items of each target, or of each touched item.", Order = 8)]
    public NeighbourSide Side { get; init; }
}

/// <summary>Item-based nearest neighbours: <c>score(u, i) = sum over touched j among the nearest of i of s(i, j)</c>.</summary>
/// <remarks>Sarwar, Karypis, Konstan and Riedl, "Item-based Collaborative Filtering Recommendation Algorithms", WWW 2001; Deshpande and Karypis, TOIS 2004
/// (implicit feedback); shrinkage after Bell and Koren, KDD Cup 2007; the similarities: see <see cref="Similarity"/>.</remarks>
public sealed class ItemKnn(ItemKnnOptions options) : IRecommender
{
    public IModel Train(Interactions data, TrainingContext context)
    {
        if (data.Count == 0) throw new TrainingException("There are no interactions to learn from.");
        var byItem = SparseMatrix.Of(data, options.UseValues ? CellValue.Sum : CellValue.Touched).Weights("Item kNN").Transpose();
        var measure = new SimilarityMeasure(options.Similarity, byItem, options.Shrinkage, options.Asymmetry, options.Bm25K1, options.Bm25B);
        var nearest = new KeptLinks[byItem.Rows];
        Array.Fill(nearest, KeptLinks.None);
        SparseProduct.ForEachRow(context, measure.Weighted, measure.Weighted.Transpose(), share => context.Report(0.99 * share, "comparing items"), (item, products) =>
        {
            if (options.Side == NeighbourSide.OfTarget) measure.OfTarget(item, products); else measure.OfTouched(item, products);
            products[item] = 0;
            nearest[item] = KeptLinks.Best(products, options.Neighbours);
        });
        var links = options.Side == NeighbourSide.OfTarget ? ItemLinks.BySource(nearest, byItem.Rows) : ItemLinks.Compress(nearest, byItem.Rows);
        context.Report(1, "compared items");
        return new ItemLinksModel(data.Users, data.Items, links, HistoryWeights.Alike);
    }

    public IModel Load(Stream artifact, Vocabulary users, Vocabulary items) => ItemLinksModel.Load(artifact, users, items, HistoryWeights.Alike);
}
