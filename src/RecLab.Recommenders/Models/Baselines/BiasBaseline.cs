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
        if (data.Count == 0) throw new TrainingException("There are no ratings to learn from.");
        var mean = data.Value.Average(v => (double)v);
        double[] user = new double[data.Users.Count], item = new double[data.Items.Count];
        for (var round = 0; round < options.Rounds; round++)
        {
            Fit(data.Item, data.User, data.Value, mean, item, user, options.ItemDamping);
            Fit(data.User, data.Item, data.Value, mean, user, item, options.UserDamping);
            context.Report((round + 1.0) / options.Rounds, $"round {round + 1} of {options.Rounds}");
        }
        return new BiasModel(data.Users, data.Items, (float)mean, [.. user.Select(b => (float)b)], [.. item.Select(b => (float)b)]);
    }

    public IModel Load(Stream artifact, Vocabulary users, Vocabulary items)
    {
        var arrays = SafeTensors.Read(artifact);
        return new BiasModel(users, items, arrays.Floats("mean", 1)[0], arrays.Floats("user", users.Count), arrays.Floats("item", items.Count));
    }

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

internal sealed class BiasModel(Vocabulary users, Vocabulary items, float mean, float[] user, float[] item) : IModel
{
    public Vocabulary Users => users;
    public Vocabulary Items => items;

    public bool Score(Query query, Span<float> scores)
    {
        System.Numerics.Tensors.TensorPrimitives.Add(item, mean + (query.User < 0 ? 0 : user[query.User]), scores);
        return items.Count > 0;
    }

    public void Save(Stream stream) =>
        new SafeTensors { ["mean"] = NamedArray.Of([mean]), ["user"] = NamedArray.Of(user), ["item"] = NamedArray.Of(item) }.Write(stream);
}
