using System.ComponentModel.DataAnnotations;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Numerics;

namespace RecLab.Recommenders.Models.Factors;

/// <summary>Options of <see cref="BiasedMf"/>.</summary>
public sealed record BiasedMfOptions : RecommenderOptions
{
    [Display(Name = "Factors", Description = "Length of a user's and an item's vector.", Order = 1), Range(1, 1024), Tunable(10, 200, Log = true)]
    public int Factors { get; init; } = 100;

    [Display(Name = "Epochs", Description = "Passes over all ratings.", Order = 2), Range(1, 10_000), Tunable(10, 100, Log = true), Budget]
    public int Epochs { get; init; } = 20;

    [Display(Name = "Learning rate", Description = "Size of a step.", Order = 3), Range(1e-6, 1), Tunable(0.001, 0.05, Log = true)]
    public double LearningRate { get; init; } = 0.005;

    [Display(Name = "Regularisation", Description = "Pull of biases and vectors towards zero at each step.", Order = 4), Range(0, 1), Tunable(0.005, 0.2, Log = true)]
    public double Regularization { get; init; } = 0.02;
}

/// <summary>Predicts a rating as <c>mu + b_u + b_i + p_u . q_i</c>, fitted to the squared error with <c>reg (b_u^2 + b_i^2 + |p_u|^2 + |q_i|^2)</c> by
/// stochastic gradient descent over the ratings in random order.</summary>
/// <remarks>Koren, Bell and Volinsky, "Matrix Factorization Techniques for Recommender Systems", IEEE Computer 2009, eq. 5; the defaults are those of
/// Surprise's SVD. A history tells no ratings, so a stranger is answered by mu + b_i.</remarks>
public sealed class BiasedMf(BiasedMfOptions options) : IRecommender
{
    private const int RowsPerLook = 4096;

    public unsafe IModel Train(Interactions data, TrainingContext context)
    {
        if (data.Count == 0) throw new TrainingException("There are no ratings to learn from.");
        var random = new Random(context.Seed);
        FactorMatrix users = FactorMatrix.Normal(data.Users.Count, options.Factors, 0.1, random), items = FactorMatrix.Normal(data.Items.Count, options.Factors, 0.1, random);
        float[] ofUser = new float[data.Users.Count], ofItem = new float[data.Items.Count];
        var mean = (float)data.Value.Average(v => (double)v);
        float rate = (float)options.LearningRate, reg = (float)options.Regularization;
        var order = Enumerable.Range(0, data.Count).ToArray();
        for (var epoch = 1; epoch <= options.Epochs; epoch++)
        {
            random.Shuffle(order);
            var squares = 0.0;
            for (var at = 0; at < order.Length; at++)
            {
                if (at % RowsPerLook == 0) context.Cancellation.ThrowIfCancellationRequested();
                var (u, i) = (data.User[order[at]], data.Item[order[at]]);
                float* p = users.Row(u), q = items.Row(i);
                var error = data.Value[order[at]] - mean - ofUser[u] - ofItem[i] - RowKernels.Dot(p, q, users.Stride);
                squares += (double)error * error;
                ofUser[u] += rate * (error - reg * ofUser[u]);
                ofItem[i] += rate * (error - reg * ofItem[i]);
                RatingStep(p, q, rate * error, 1 - rate * reg, users.Stride);
            }
            if (!double.IsFinite(squares)) throw new TrainingException($"The vectors overflowed in epoch {epoch}; lower the learning rate.");
            context.Progress.Report(new((double)epoch / options.Epochs, $"epoch {epoch} of {options.Epochs}") { Epoch = epoch, Curve = new Dictionary<string, double> { ["train rmse"] = Math.Sqrt(squares / order.Length) } });
        }
        return new BiasedMfModel(data.Users, data.Items, mean, ofUser, ofItem, users.ToArray(), items.ToArray(), options.Factors);
    }

    public IModel Load(Stream artifact, Vocabulary users, Vocabulary items)
    {
        var arrays = SafeTensors.Read(artifact);
        return new BiasedMfModel(users, items, arrays.Floats("mean", 1)[0], arrays.Floats("user bias", users.Count), arrays.Floats("item bias", items.Count),
            arrays.Floats("users", (long)users.Count * options.Factors), arrays.Floats("items", (long)items.Count * options.Factors), options.Factors);
    }

    /// <summary>p = keep p + step q and q = keep q + step p, both from the old values.</summary>
    private static unsafe void RatingStep(float* p, float* q, float step, float keep, int length)
    {
        System.Numerics.Vector<float> up = new(step), stay = new(keep);
        for (var k = 0; k < length; k += System.Numerics.Vector<float>.Count)
        {
            System.Numerics.Vector<float> x = System.Numerics.Vector.Load(p + k), y = System.Numerics.Vector.Load(q + k);
            System.Numerics.Vector.Store(stay * x + up * y, p + k);
            System.Numerics.Vector.Store(stay * y + up * x, q + k);
        }
    }
}

internal sealed class BiasedMfModel : IRatingModel
{
    private readonly float _mean;
    private readonly float[] _ofUser, _ofItem, _users, _items;
    private readonly int _width;
    private readonly DenseScoring _scoring;

    public BiasedMfModel(Vocabulary users, Vocabulary items, float mean, float[] ofUser, float[] ofItem, float[] userVectors, float[] itemVectors, int width)
    {
        (Users, Items, _mean, _ofUser, _ofItem, _users, _items, _width) = (users, items, mean, ofUser, ofItem, userVectors, itemVectors, width);
        _scoring = new DenseScoring(itemVectors, items.Count, width, ofItem);
    }

    public Vocabulary Users { get; }
    public Vocabulary Items { get; }

    public bool Score(Query query, Span<float> scores)
    {
        _scoring.Score(query.User < 0 ? new float[_width] : _users.AsSpan(query.User * _width, _width), scores);
        System.Numerics.Tensors.TensorPrimitives.Add(scores, _mean + (query.User < 0 ? 0 : _ofUser[query.User]), scores);
        return Items.Count > 0;
    }

    public void Predict(int user, ReadOnlySpan<int> items, Span<float> ratings)
    {
        for (var k = 0; k < items.Length; k++)
        {
            ratings[k] = _mean + _ofItem[items[k]];
            if (user >= 0) ratings[k] += _ofUser[user] + System.Numerics.Tensors.TensorPrimitives.Dot<float>(_users.AsSpan(user * _width, _width), _items.AsSpan(items[k] * _width, _width));
        }
    }

    public void Save(Stream stream) => new SafeTensors
    {
        ["mean"] = NamedArray.Of([_mean]), ["user bias"] = NamedArray.Of(_ofUser), ["item bias"] = NamedArray.Of(_ofItem),
        ["users"] = NamedArray.Of(_users, Users.Count, _width), ["items"] = NamedArray.Of(_items, Items.Count, _width),
    }.Write(stream);
}
