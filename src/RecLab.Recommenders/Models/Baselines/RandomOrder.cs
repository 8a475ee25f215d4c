using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Models.Baselines;

/// <summary>Options of <see cref="RandomOrder"/>: there are none.</summary>
public sealed record RandomOrderOptions : RecommenderOptions;

/// <summary>Every order of the items is equally likely, and each question has its own: a number drawn from the seed, the user and the history. The floor
/// every other recommender stands on, and a policy whose propensities are known.</summary>
public sealed class RandomOrder(RandomOrderOptions options) : IRecommender
{
    /// <summary>The options; kept so that the family has the shape of every other.</summary>
    public RandomOrderOptions Options => options;

    public IModel Train(Interactions data, TrainingContext context)
    {
        context.Report(1, "nothing to learn");
        return new RandomOrderModel(data.Users, data.Items, context.Seed);
    }

    public IModel Load(Stream artifact, Vocabulary users, Vocabulary items)
    {
        var arrays = SafeTensors.Read(artifact);
        if (!arrays.Ints("counts", 2).SequenceEqual([users.Count, items.Count])) throw new InvalidDataException("The artifact belongs to other vocabularies.");
        return new RandomOrderModel(users, items, arrays.Ints("seed", 1)[0]);
    }
}

internal sealed class RandomOrderModel(Vocabulary users, Vocabulary items, int seed) : IModel
{
    public Vocabulary Users => users;
    public Vocabulary Items => items;

    public bool Score(Query query, Span<float> scores)
    {
        var state = Mix((ulong)(uint)seed << 32 | (uint)query.User);
        foreach (var item in query.History.Span) state = Mix(state ^ (uint)item);
        state = Mix(state ^ (uint)query.Item);
        foreach (ref var score in scores) score = (Mix(state += 0x9E3779B97F4A7C15) >> 40) * (1f / (1 << 24));
        return items.Count > 0;
    }

    public void Save(Stream stream) => new SafeTensors { ["seed"] = NamedArray.Of([seed]), ["counts"] = NamedArray.Of([users.Count, items.Count]) }.Write(stream);

    /// <summary>SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).</summary>
    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
