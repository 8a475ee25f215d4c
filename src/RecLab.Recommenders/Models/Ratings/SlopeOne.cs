using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Neighbours;
using RecLab.Recommenders.Numerics;

namespace RecLab.Recommenders.Models.Ratings;

/// <summary>Options of <see cref="SlopeOne"/>: there are none.</summary>
public sealed record SlopeOneOptions : RecommenderOptions;

/// <summary>Predicts a rating from how much better or worse others found an item than those the user rated: <c>mean_u + mean over the j rated by u of dev(i, j)</c>, where
/// <c>dev(i, j)</c> is the mean of r_vi - r_vj over the users v who rated both and items nobody rated together with i are left out.</summary>
/// <remarks>Lemire and Maclachlan, "Slope One Predictors for Online Rating-Based Collaborative Filtering", SDM 2005, section 3.1, in the form whose start is the user's mean. Keeps a number for
/// every pair of items. A history tells no ratings: a stranger is answered from the touched items' deviations and the mean of all ratings.</remarks>
public sealed class SlopeOne(SlopeOneOptions options) : IRecommender
{
    private const int MostItems = 20_000;

    /// <summary>The options; kept so that the family has the shape of every other.</summary>
    public SlopeOneOptions Options => options;

    public IModel Train(Interactions data, TrainingContext context)
    {
        if (data.Count == 0) throw new TrainingException("There are no ratings to learn from.");
        var n = data.Items.Count;
        if (n > MostItems) throw new TrainingException($"Slope One keeps a number for every pair of items, and {n:N0} items are more than the {MostItems:N0} it is meant for.");
        var ratings = SparseMatrix.Of(data, CellValue.Newest);
        var byItem = ratings.Transpose();
        var deviation = new float[(long)n * n];
        Workers.For(context, n, 16, () => (Sum: new float[n], Common: new float[n]), (from, to, own) =>
        {
            for (var item = from; item < to; item++)
            {
                Array.Clear(own.Sum);
                Array.Clear(own.Common);
                Compare(item, byItem, ratings, own.Sum, own.Common);
                for (var other = 0; other < n; other++) deviation[(long)item * n + other] = own.Common[other] == 0 || other == item ? float.NaN : own.Sum[other] / own.Common[other];
            }
        }, share => context.Report(0.99 * share, "comparing items"));
        context.Report(1, "compared items");
        return new SlopeOneModel(data.Users, data.Items, (float)data.Value.Average(v => (double)v), ratings, deviation);
    }

    public IModel Load(Stream artifact, Vocabulary users, Vocabulary items)
    {
        var arrays = SafeTensors.Read(artifact);
        return new SlopeOneModel(users, items, arrays.Floats("mean", 1)[0], arrays.Sparse("ratings", users.Count, items.Count), arrays.Floats("deviation", (long)items.Count * items.Count));
    }

    private static void Compare(int item, SparseMatrix byItem, SparseMatrix ratings, float[] sum, float[] common)
    {
        var raters = byItem.ColumnsOf(item);
        var given = byItem.ValuesOf(item);
        for (var v = 0; v < raters.Length; v++)
        {
            var others = ratings.ColumnsOf(raters[v]);
            var values = ratings.ValuesOf(raters[v]);
            for (var k = 0; k < others.Length; k++)
            {
                sum[others[k]] += given[v] - values[k];
                common[others[k]]++;
            }
        }
    }
}

/// <param name="mean">Of all ratings.</param>
/// <param name="deviation">Items x items; NaN for pairs nobody rated together.</param>
internal sealed class SlopeOneModel(Vocabulary users, Vocabulary items, float mean, SparseMatrix ratings, float[] deviation) : IRatingModel
{
    public Vocabulary Users => users;
    public Vocabulary Items => items;

    public bool Score(Query query, Span<float> scores)
    {
        var known = query.User >= 0 && ratings.Size(query.User) > 0;
        var touched = known ? ratings.ColumnsOf(query.User).ToArray() : query.Touched();
        if (touched.Length == 0) return false;
        var start = known ? Mean(query.User) : mean;
        for (var item = 0; item < scores.Length; item++) scores[item] = start + Deviation(item, touched);
        return true;
    }

    public void Predict(int user, ReadOnlySpan<int> of, Span<float> predicted)
    {
        if (user < 0 || ratings.Size(user) == 0) { predicted.Fill(mean); return; }
        var start = Mean(user);
        for (var k = 0; k < of.Length; k++) predicted[k] = ratings.Count > 0 && Rated(of[k]) ? start + Deviation(of[k], ratings.ColumnsOf(user)) : mean;
    }

    public void Save(Stream stream)
    {
        var arrays = new SafeTensors { ["mean"] = NamedArray.Of([mean]), ["deviation"] = NamedArray.Of(deviation, items.Count, items.Count) };
        arrays.Put("ratings", ratings);
        arrays.Write(stream);
    }

    private readonly bool[] _rated = Touched(ratings);

    private bool Rated(int item) => _rated[item];

    private static bool[] Touched(SparseMatrix ratings)
    {
        var rated = new bool[ratings.Columns];
        foreach (var item in ratings.AllColumns) rated[item] = true;
        return rated;
    }

    private float Mean(int user) => System.Numerics.Tensors.TensorPrimitives.Sum(ratings.ValuesOf(user)) / ratings.Size(user);

    private float Deviation(int item, ReadOnlySpan<int> touched)
    {
        var row = deviation.AsSpan(item * items.Count, items.Count);
        double sum = 0;
        var count = 0;
        foreach (var other in touched)
        {
            if (float.IsNaN(row[other])) { if (other == item) count++; continue; }
            sum += row[other];
            count++;
        }
        return count == 0 ? 0 : (float)(sum / count);
    }
}
