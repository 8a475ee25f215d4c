using System.ComponentModel.DataAnnotations;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Models.Neighbours;

/// <summary>Options of <see cref="UserKnn"/>.</summary>
public sealed record UserKnnOptions : RecommenderOptions
{
    [Display(Name = "Neighbours", Description = "Nearest users who are asked.", Order = 1), Range(1, 100_000), Tunable(20, 1000, Log = true)]
    public int Neighbours { get; init; } = 100;

    [Display(Name = "Similarity", Description = "How the likeness of two users is measured.", Order = 2)]
    public Similarity Similarity { get; init; } = Similarity.Cosine;

    [Display(Name = "Shrinkage", Description = "Added to the denominator: makes users who share little less alike.", Order = 3), Range(0, 10_000), Tunable(1, 200, Log = true)]
    public double Shrinkage { get; init; } = 10;

    /// <summary>Exponent of the asking user's count (Aiolli, RecSys 2013).</summary>
    [Display(Name = "Asymmetry", Description = "For the asymmetric cosine: share of the asking user's activity in the denominator; 0.5 is the plain cosine.", Order = 4), Range(0, 1), Tunable(0.1, 0.9)]
    public double Asymmetry { get; init; } = 0.5;
}

/// <summary>User-based nearest neighbours: <c>score(u, i) = sum over the nearest users v who touched i of s(u, v)</c>. The asking user is compared when
/// the question comes, from the history given, so strangers and news count at once; what is learnt is who touched what.</summary>
/// <remarks>Resnick, Iacovou, Suchak, Bergstrom and Riedl, "GroupLens", CSCW 1994, in the form for implicit feedback (Aiolli 2013). The weighted similarities
/// (tf-idf, BM25) weigh items by their rarity among users: a user is a document, an item a term.</remarks>
public sealed class UserKnn(UserKnnOptions options) : IRecommender
{
    public IModel Train(Interactions data, TrainingContext context)
    {
        if (data.Count == 0) throw new TrainingException("There are no interactions to learn from.");
        var touched = SparseMatrix.Of(data);
        context.Report(1, "indexed users by item");
        return new UserKnnModel(options, data.Users, data.Items, touched);
    }

    public IModel Load(Stream artifact, Vocabulary users, Vocabulary items) =>
        new UserKnnModel(options, users, items, SafeTensors.Read(artifact).Sparse("touched", users.Count, items.Count));
}

internal sealed class UserKnnModel : IModel
{
    private readonly UserKnnOptions _options;
    private readonly SparseMatrix _touched, _byItem;
    private readonly SimilarityMeasure _measure;

    public UserKnnModel(UserKnnOptions options, Vocabulary users, Vocabulary items, SparseMatrix touched)
    {
        (_options, Users, Items, _touched) = (options, users, items, touched);
        _measure = new SimilarityMeasure(options.Similarity, touched, options.Shrinkage, options.Asymmetry);
        _byItem = _measure.Weighted.Transpose();
    }

    public Vocabulary Users { get; }
    public Vocabulary Items { get; }

    public bool Score(Query query, Span<float> scores)
    {
        scores.Clear();
        var history = query.Touched();
        if (history.Length == 0 && query.User >= 0) history = _touched.ColumnsOf(query.User).ToArray();
        var likeness = new float[Users.Count];
        var weights = _measure.Weigh(history);
        for (var k = 0; k < history.Length; k++)
        {
            var others = _byItem.ColumnsOf(history[k]);
            var values = _byItem.ValuesOf(history[k]);
            for (var v = 0; v < others.Length; v++) likeness[others[v]] += weights[k] * values[v];
        }
        _measure.OfNew(weights, likeness);
        if (query.User >= 0) likeness[query.User] = 0; // nobody is the own neighbour
        var reached = false;
        foreach (var other in Ranker.Top(likeness, _options.Neighbours))
        {
            if (!(likeness[other] > 0)) break;
            reached = true;
            foreach (var item in _touched.ColumnsOf(other)) scores[item] += likeness[other];
        }
        foreach (ref var score in scores)
            if (score == 0) score = float.NaN;
        return reached;
    }

    public void Save(Stream stream)
    {
        var arrays = new SafeTensors();
        arrays.Put("touched", _touched);
        arrays.Write(stream);
    }
}
