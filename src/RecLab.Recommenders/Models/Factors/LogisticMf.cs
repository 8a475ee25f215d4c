using System.ComponentModel.DataAnnotations;
using System.Numerics;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Neural.Frozen;
using RecLab.Recommenders.Numerics;

namespace RecLab.Recommenders.Models.Factors;

/// <summary>Options of <see cref="LogisticMf"/>.</summary>
public sealed record LogisticMfOptions : RecommenderOptions
{
    [Display(Name = "Factors", Description = "Length of a user's and an item's vector.", Order = 1), Range(1, 1024), Tunable(16, 256, Log = true)]
    public int Factors { get; init; } = 64;

    [Display(Name = "Epochs", Description = "Passes over all touches.", Order = 2), Range(1, 10_000), Budget, Tunable(10, 200, Log = true)]
    public int Epochs { get; init; } = 40;

    [Display(Name = "Learning rate", Description = "Size of a step.", Order = 3), Range(1e-6, 1), Tunable(0.001, 0.1, Log = true)]
    public double LearningRate { get; init; } = 0.01;

    [Display(Name = "Regularisation", Description = "Pull of vectors and biases towards zero at each step.", Order = 4), Range(0, 1), Tunable(1e-4, 0.1, Log = true)]
    public double Regularization { get; init; } = 0.01;

    [Display(Name = "Negatives", Description = "Items drawn from all per touch.", Order = 5), Range(1, 100), Tunable(2, 16)]
    public int Negatives { get; init; } = 8;

    [Display(Name = "First spread", Description = "Standard deviation of the first vectors.", Order = 6), Range(0.0001, 1)]
    public double InitialDeviation { get; init; } = 0.1;
}

/// <summary>Matrix factorisation under a logistic loss by plain stochastic gradient descent, one example a step: <c>x = b + b_u + b_i + p_u . q_i</c>, <c>-y ln s(x) - (1 - y) ln(1 - s(x)) + reg |theta|^2 / 2</c>,
/// y = 1 for a touch and 0 for items drawn uniformly from all.</summary>
/// <remarks>Rendle, Krichene, Zhang and Anderson, "Neural Collaborative Filtering vs. Matrix Factorization Revisited", RecSys 2020, section 3.2. One thread, so that a seed decides everything. A
/// stranger's vector is the mean over their items of the mean vector of those who touched the item, stretched to fit known users best in least squares.</remarks>
public sealed unsafe class LogisticMf(LogisticMfOptions options) : IRecommender
{
    private const string Key = "logistic-mf";
    private const int TouchesPerLook = 1024;

    public IModel Train(Interactions data, TrainingContext context)
    {
        if (data.Count == 0) throw new TrainingException("There are no interactions to learn from.");
        context.Report(0, "starting");
        var first = new Random(context.Seed);
        FactorMatrix users = FactorMatrix.Normal(data.Users.Count, options.Factors, options.InitialDeviation, first), items = FactorMatrix.Normal(data.Items.Count, options.Factors, options.InitialDeviation, first);
        float[] ofUser = new float[data.Users.Count], ofItem = new float[data.Items.Count];
        var (global, random, order) = (0f, new FastRandom((ulong)context.Seed), Enumerable.Range(0, data.Count).ToArray());
        var (rate, reg) = ((float)options.LearningRate, (float)options.Regularization);
        for (var epoch = 1; epoch <= options.Epochs; epoch++)
        {
            for (var i = order.Length - 1; i > 0; i--)
            {
                var j = random.Below(i + 1);
                (order[i], order[j]) = (order[j], order[i]);
            }
            var loss = 0.0;
            for (var at = 0; at < order.Length; at++)
            {
                if (at % TouchesPerLook == 0) context.Cancellation.ThrowIfCancellationRequested();
                var (user, item) = (data.User[order[at]], data.Item[order[at]]);
                var p = users.Row(user);
                for (var n = 0; n <= options.Negatives; n++)
                {
                    var wanted = n == 0 ? 1f : 0;
                    if (n > 0) item = random.Below(data.Items.Count);
                    var q = items.Row(item);
                    var x = global + ofUser[user] + ofItem[item] + Product(p, q, users.Stride);
                    var g = wanted - 1 / (1 + MathF.Exp(-Math.Clamp(x, -30, 30)));
                    loss -= MathF.Log(Math.Max(1e-12f, 1 - Math.Abs(g)));
                    Move(p, q, rate * g, 1 - rate * reg, users.Stride);
                    ofUser[user] += rate * (g - reg * ofUser[user]);
                    ofItem[item] += rate * (g - reg * ofItem[item]);
                    global += rate * (g - reg * global);
                }
            }
            if (!double.IsFinite(loss)) throw new TrainingException($"The vectors overflowed in epoch {epoch}; lower the learning rate.");
            context.Progress.Report(new((double)epoch / options.Epochs, $"epoch {epoch} of {options.Epochs}")
            {
                Epoch = epoch, Curve = new Dictionary<string, double> { ["loss"] = loss / ((1.0 + options.Negatives) * order.Length) },
            });
        }
        var vectors = users.ToArray();
        for (var u = 0; u < data.Users.Count; u++)
            if (data.ByUser.Size(u) == 0) vectors.AsSpan(u * options.Factors, options.Factors).Clear(); // never trained: zero marks "unknown"
        return new VectorModel(data.Users, data.Items, new(vectors, Neural.Models.Audience.Of(data, vectors, options.Factors), items.ToArray(), ofItem, options.Factors), Key);
    }

    public IModel Load(Stream artifact, Vocabulary users, Vocabulary items) => VectorModel.Load(artifact, users, items, Key);

    private static float Product(float* p, float* q, int length)
    {
        Vector<float> one = default, two = default;
        for (var k = 0; k < length; k += 2 * Vector<float>.Count)
        {
            one += Vector.Load(p + k) * Vector.Load(q + k);
            two += Vector.Load(p + k + Vector<float>.Count) * Vector.Load(q + k + Vector<float>.Count);
        }
        return Vector.Sum(one + two);
    }

    /// <summary>p = keep p + up q and q = keep q + up p, both from the old values.</summary>
    private static void Move(float* p, float* q, float up, float keep, int length)
    {
        Vector<float> move = new(up), stay = new(keep);
        for (var k = 0; k < length; k += Vector<float>.Count)
        {
            Vector<float> x = Vector.Load(p + k), y = Vector.Load(q + k);
            Vector.Store(stay * x + move * y, p + k);
            Vector.Store(stay * y + move * x, q + k);
        }
    }
}
