using System.ComponentModel.DataAnnotations;
using System.Numerics.Tensors;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Models.Ratings;

/// <summary>Options of <see cref="RatingNmf"/>.</summary>
public sealed record RatingNmfOptions : RecommenderOptions
{
    [Display(Name = "Factors", Description = "Length of a user's and an item's vector.", Order = 1), Range(1, 256), Tunable(5, 50, Log = true)]
    public int Factors { get; init; } = 15;

    [Display(Name = "Epochs", Description = "Passes over all ratings.", Order = 2), Range(1, 10_000), Tunable(20, 100, Log = true), Budget]
    public int Epochs { get; init; } = 50;

    [Display(Name = "Regularisation", Description = "Pull of the vectors towards zero.", Order = 3), Range(0, 10), Tunable(0.01, 0.5, Log = true)]
    public double Regularization { get; init; } = 0.06;

    [Display(Name = "Both at once", Description = "Users and items step from each other's old vectors, as Surprise does it, instead of in turn. In turn no pass raises the error.", Order = 4)]
    public bool AtOnce { get; init; }
}

/// <summary>Predicts a rating as <c>p_u . q_i</c> with vectors that hold no negative number. One pass multiplies each by what the ratings ask for over what is said already:
/// <c>p_uf *= sum_i q_if r_ui / (sum_i q_if p_u.q_i + reg n_u p_uf)</c>, and likewise the items.</summary>
/// <remarks>Luo, Zhou, Xia and Zhu, "An Efficient Non-Negative Matrix-Factorization-Based Approach to Collaborative Filtering for Recommender Systems", IEEE TII 2014, eq. 13 and 14 (after Lee and Seung, NIPS 2001);
/// the defaults are those of Surprise's NMF. A history tells no ratings, so strangers cannot be answered.</remarks>
public sealed class RatingNmf(RatingNmfOptions options) : IRecommender
{
    public IModel Train(Interactions data, TrainingContext context)
    {
        if (data.Count == 0) throw new TrainingException("There are no ratings to learn from.");
        if (data.Value.AsSpan().IndexOfAnyInRange(float.NegativeInfinity, -float.Epsilon) is >= 0 and var at)
            throw new TrainingException(FormattableString.Invariant($"Non-negative factors cannot give the negative rating {data.Value[at]}."));
        var random = new Random(context.Seed);
        var ratings = SparseMatrix.Of(data, CellValue.Newest);
        var byItem = ratings.Transpose();
        float[] users = Positive(ratings.Rows, random), items = Positive(ratings.Columns, random);
        for (var epoch = 1; epoch <= options.Epochs; epoch++)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            var seen = options.AtOnce ? (float[])users.Clone() : users;
            Step(users, items, ratings, out var squares);
            Step(items, seen, byItem, out _);
            context.Progress.Report(new((double)epoch / options.Epochs, $"epoch {epoch} of {options.Epochs}")
            {
                Epoch = epoch, Curve = new Dictionary<string, double> { ["train rmse"] = Math.Sqrt(squares / ratings.Count) },
            });
        }
        return new RatingNmfModel(data.Users, data.Items, (float)data.Value.Average(v => (double)v), users, items, options.Factors);
    }

    public IModel Load(Stream artifact, Vocabulary users, Vocabulary items)
    {
        var arrays = SafeTensors.Read(artifact);
        return new RatingNmfModel(users, items, arrays.Floats("mean", 1)[0], arrays.Floats("users", (long)users.Count * options.Factors), arrays.Floats("items", (long)items.Count * options.Factors), options.Factors);
    }

    private float[] Positive(int rows, Random random) => [.. Enumerable.Range(0, rows * options.Factors).Select(_ => (float)random.NextDouble())];

    private void Step(float[] side, float[] other, SparseMatrix ratings, out double squares)
    {
        var width = options.Factors;
        float[] asked = new float[width], said = new float[width];
        squares = 0;
        for (var row = 0; row < ratings.Rows; row++)
        {
            var own = side.AsSpan(row * width, width);
            var columns = ratings.ColumnsOf(row);
            var values = ratings.ValuesOf(row);
            if (columns.IsEmpty) { own.Clear(); continue; }
            Array.Clear(asked);
            Array.Clear(said);
            for (var k = 0; k < columns.Length; k++)
            {
                var their = other.AsSpan(columns[k] * width, width);
                var now = TensorPrimitives.Dot<float>(own, their);
                squares += ((double)values[k] - now) * (values[k] - now);
                TensorPrimitives.MultiplyAdd(their, values[k], asked, asked);
                TensorPrimitives.MultiplyAdd(their, now, said, said);
            }
            for (var f = 0; f < width; f++)
                if (asked[f] > 0) own[f] *= asked[f] / (said[f] + (float)(columns.Length * options.Regularization) * own[f]);
                else own[f] = 0;
            for (var f = 0; f < width; f++)
                if (!float.IsFinite(own[f])) own[f] = 0; // 0 / 0 of a number that has vanished
        }
    }
}

internal sealed class RatingNmfModel : IRatingModel
{
    private readonly float _mean;
    private readonly float[] _users, _items;
    private readonly int _width;
    private readonly DenseScoring _scoring;

    public RatingNmfModel(Vocabulary users, Vocabulary items, float mean, float[] userVectors, float[] itemVectors, int width)
    {
        (Users, Items, _mean, _users, _items, _width) = (users, items, mean, userVectors, itemVectors, width);
        _scoring = new DenseScoring(itemVectors, items.Count, width);
    }

    public Vocabulary Users { get; }
    public Vocabulary Items { get; }

    public bool Score(Query query, Span<float> scores)
    {
        if (query.User < 0 || Row(_users, query.User).IndexOfAnyExcept(0f) < 0) return false;
        _scoring.Score(Row(_users, query.User), scores);
        for (var i = 0; i < scores.Length; i++)
            if (scores[i] == 0) scores[i] = float.NaN; // nobody rated it
        return true;
    }

    public void Predict(int user, ReadOnlySpan<int> items, Span<float> ratings)
    {
        for (var k = 0; k < items.Length; k++)
        {
            var product = user < 0 ? 0 : TensorPrimitives.Dot<float>(Row(_users, user), Row(_items, items[k]));
            ratings[k] = product == 0 ? _mean : product;
        }
    }

    public void Save(Stream stream) => new SafeTensors
    {
        ["mean"] = NamedArray.Of([_mean]), ["users"] = NamedArray.Of(_users, Users.Count, _width), ["items"] = NamedArray.Of(_items, Items.Count, _width),
    }.Write(stream);

    private ReadOnlySpan<float> Row(float[] side, int row) => side.AsSpan(row * _width, _width);
}
