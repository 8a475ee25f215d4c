using System.ComponentModel.DataAnnotations;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Baselines;
using RecLab.Recommenders.Models.Neighbours;

namespace RecLab.Recommenders.Models.Ratings;

/// <summary>Options of <see cref="RatingKnn"/>.</summary>
public sealed record RatingKnnOptions : RecommenderOptions
{
    [Display(Name = "Neighbours", Description = "Most alike users who rated the item and are asked.", Order = 1), Range(1, 10_000), Tunable(10, 200, Log = true)]
    public int Neighbours { get; init; } = 40;

    [Display(Name = "Fewest in common", Description = "Users who rated fewer items alike are no neighbours.", Order = 2), Range(1, 1000), Tunable(1, 10)]
    public int FewestCommon { get; init; } = 1;

    [Display(Name = "Item damping", Description = "Ratings an item needs before its own mean counts half.", Order = 3), Range(0, 1000), Tunable(1, 50, Log = true)]
    public double ItemDamping { get; init; } = 10;

    [Display(Name = "User damping", Description = "Ratings a user needs before the own mean counts half.", Order = 4), Range(0, 1000), Tunable(1, 50, Log = true)]
    public double UserDamping { get; init; } = 15;
}

/// <summary>Predicts a rating from the users most alike who rated the item: <c>b_ui + sum_v s(u, v) (r_vi - b_vi) / sum_v s(u, v)</c> over the k users v of largest
/// <c>s(u, v) = 1 / (1 + mean over common items of (r_ui - r_vi)^2)</c>, with the baseline <c>b_ui = mu + b_u + b_i</c> of <see cref="BiasBaseline"/>.</summary>
/// <remarks>Koren, "Factor in the Neighbors", TKDD 2010, eq. 3, user to user; the likeness by mean squared difference is that of Shardanand and Maes, CHI 1995; the defaults are those of
/// Surprise's KNNBaseline. Users are compared when the question comes; what is learnt is the ratings and the baseline. A history tells no ratings, so a stranger is answered by the baseline.</remarks>
public sealed class RatingKnn(RatingKnnOptions options) : IRecommender
{
    private const int Rounds = 10;

    public IModel Train(Interactions data, TrainingContext context)
    {
        var biases = Biases.Of(data, options.ItemDamping, options.UserDamping, Rounds, context, 0.9);
        var ratings = SparseMatrix.Of(data, CellValue.Newest);
        context.Report(1, "indexed ratings");
        return new RatingKnnModel(options, data.Users, data.Items, biases, ratings);
    }

    public IModel Load(Stream artifact, Vocabulary users, Vocabulary items)
    {
        var arrays = SafeTensors.Read(artifact);
        return new RatingKnnModel(options, users, items, Biases.Read(arrays, users.Count, items.Count), arrays.Sparse("ratings", users.Count, items.Count));
    }
}

internal sealed class RatingKnnModel(RatingKnnOptions options, Vocabulary users, Vocabulary items, Biases biases, SparseMatrix ratings) : IRatingModel
{
    private readonly SparseMatrix _byItem = ratings.Transpose();

    public Vocabulary Users => users;
    public Vocabulary Items => items;

    public bool Score(Query query, Span<float> scores)
    {
        Predict(query.User, [.. Enumerable.Range(0, items.Count)], scores);
        return items.Count > 0;
    }

    public void Predict(int user, ReadOnlySpan<int> of, Span<float> predicted)
    {
        var alike = user < 0 ? null : Likeness(user);
        var near = new float[users.Count];
        var best = new int[options.Neighbours];
        for (var k = 0; k < of.Length; k++) predicted[k] = biases.At(user, of[k]) + (alike is null ? 0 : Deviation(of[k], alike, near, best));
    }

    public void Save(Stream stream)
    {
        var arrays = new SafeTensors();
        biases.Put(arrays);
        arrays.Put("ratings", ratings);
        arrays.Write(stream);
    }

    /// <summary>How alike every other user is; 0 for nothing in common.</summary>
    private float[] Likeness(int user)
    {
        float[] squares = new float[users.Count], common = new float[users.Count];
        var own = ratings.ValuesOf(user);
        var k = 0;
        foreach (var item in ratings.ColumnsOf(user))
        {
            var rating = own[k++];
            var others = _byItem.ColumnsOf(item);
            var theirs = _byItem.ValuesOf(item);
            for (var v = 0; v < others.Length; v++)
            {
                var difference = rating - theirs[v];
                squares[others[v]] += difference * difference;
                common[others[v]]++;
            }
        }
        for (var v = 0; v < squares.Length; v++) squares[v] = common[v] < options.FewestCommon || v == user ? 0 : 1 / (squares[v] / common[v] + 1);
        return squares;
    }

    /// <summary>What the nearest who rated an item think of it, against their baselines.</summary>
    private float Deviation(int item, float[] alike, float[] near, int[] best)
    {
        var raters = _byItem.ColumnsOf(item);
        var theirs = _byItem.ValuesOf(item);
        for (var v = 0; v < raters.Length; v++) near[v] = alike[raters[v]];
        double sum = 0, weights = 0;
        foreach (var v in best.AsSpan(0, Ranker.Top(near.AsSpan(0, raters.Length), best.AsSpan(0, Math.Min(best.Length, raters.Length)))))
        {
            if (near[v] <= 0) break;
            sum += near[v] * (theirs[v] - biases.At(raters[v], item));
            weights += near[v];
        }
        return weights == 0 ? 0 : (float)(sum / weights);
    }
}
