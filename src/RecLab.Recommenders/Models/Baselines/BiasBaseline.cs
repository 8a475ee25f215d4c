using System.ComponentModel.DataAnnotations;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Models.Baselines;

/// <summary>Options of <see cref="BiasBaseline"/>.</summary>
public sealed record BiasBaselineOptions : RecommenderOptions
{
    /// <summary>lambda of the items.</summary>
    [Display(Name = "Item damping", Description = "Ratings an item needs before its own mean counts half.", Order = 1), Range(0, 1000), Tunable(1, 50, Log = true)]
    public double ItemDamping { get; init; } = 10;

    /// <summary>lambda of the users.</summary>
    [Display(Name = "User damping", Description = "Ratings a user needs before the own mean counts half.", Order = 2), Range(0, 1000), Tunable(1, 50, Log = true)]
    public double UserDamping { get; init; } = 15;

    [Display(Name = "Rounds", Description = "Times both sides are fitted in turn.", Order = 3), Range(1, 100)]
    public int Rounds { get; init; } = 10;
}

/// <summary>Predicts a rating as <c>mu + b_u + b_i</c> with shrunken biases: <c>b_i = sum (r - mu - b_u) / (lambda_i + n_i)</c>, then
/// <c>b_u = sum (r - mu - b_i) / (lambda_u + n_u)</c>, in turn.</summary>
/// <remarks>Koren, "Factor in the Neighbors", TKDD 2010, section 2.1; the defaults are those of Surprise's ALS baselines. A stranger's bias is found from
/// nothing but the history's items, whose ratings a history does not tell: it is 0.</remarks>
public sealed class BiasBaseline(BiasBaselineOptions options) : IRecommender
{
    public IModel Train(Interactions data, TrainingContext context)
    {
        var biases = Biases.Of(data, options.ItemDamping, options.UserDamping, options.Rounds, context, 1);
        return new BiasModel(data.Users, data.Items, biases);
    }

    public IModel Load(Stream artifact, Vocabulary users, Vocabulary items)
    {
        var arrays = SafeTensors.Read(artifact);
        return new BiasModel(users, items, Biases.Read(arrays, users.Count, items.Count));
    }
}

/// <summary>How far users and items lie from the mean of all ratings.</summary>
internal sealed record Biases(float Mean, float[] User, float[] Item)
{
    /// <summary>Fits items and users in turn.</summary>
    /// <param name="share">Of the whole training, for progress.</param>
    public static Biases Of(Interactions data, double itemDamping, double userDamping, int rounds, TrainingContext context, double share)
    {
        if (data.Count == 0) throw new TrainingException("There are no ratings to learn from.");
        var mean = data.Value.Average(v => (double)v);
        double[] user = new double[data.Users.Count], item = new double[data.Items.Count];
        for (var round = 0; round < rounds; round++)
        {
            Fit(data.Item, data.User, data.Value, mean, item, user, itemDamping);
            Fit(data.User, data.Item, data.Value, mean, user, item, userDamping);
            context.Report(share * (round + 1.0) / rounds, $"round {round + 1} of {rounds}");
        }
        return new((float)mean, [.. user.Select(b => (float)b)], [.. item.Select(b => (float)b)]);
    }

    /// <summary>What is said of a pair; user -1 for a stranger.</summary>
    public float At(int user, int item) => Mean + (user < 0 ? 0 : User[user]) + Item[item];

    public void Put(SafeTensors arrays)
    {
        arrays["mean"] = NamedArray.Of([Mean]);
        arrays["user"] = NamedArray.Of(User);
        arrays["item"] = NamedArray.Of(Item);
    }

    /// <exception cref="InvalidDataException">The arrays are of other vocabularies.</exception>
    public static Biases Read(SafeTensors arrays, int users, int items) => new(arrays.Floats("mean", 1)[0], arrays.Floats("user", users), arrays.Floats("item", items));

    private static void Fit(int[] of, int[] other, float[] value, double mean, double[] bias, double[] fixedBias, double damping)
    {
        var sum = new double[bias.Length];
        var count = new int[bias.Length];
        for (var row = 0; row < of.Length; row++)
        {
            sum[of[row]] += value[row] - mean - fixedBias[other[row]];
            count[of[row]]++;
        }
        for (var k = 0; k < bias.Length; k++) bias[k] = count[k] == 0 ? 0 : sum[k] / (damping + count[k]);
    }
}

internal sealed class BiasModel(Vocabulary users, Vocabulary items, Biases biases) : IRatingModel
{
    public Vocabulary Users => users;
    public Vocabulary Items => items;

    public bool Score(Query query, Span<float> scores)
    {
        System.Numerics.Tensors.TensorPrimitives.Add(biases.Item, biases.Mean + (query.User < 0 ? 0 : biases.User[query.User]), scores);
        return items.Count > 0;
    }

    public void Predict(int user, ReadOnlySpan<int> of, Span<float> ratings)
    {
        for (var k = 0; k < of.Length; k++) ratings[k] = biases.At(user, of[k]);
    }

    public void Save(Stream stream)
    {
        var arrays = new SafeTensors();
        biases.Put(arrays);
        arrays.Write(stream);
    }
}
