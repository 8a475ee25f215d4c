using RecLab.Recommenders.Data;
using RecLab.Statistics;

namespace RecLab.Simulation.Worlds;

/// <summary>What people truly like: the hidden truth that no variant and no metric has seen.</summary>
public abstract class World
{
    /// <summary>P(click given examined) of something a person does not care for.</summary>
    public const double Noise = 0.03;

    private readonly Dice _dice;

    /// <param name="hidden">The hidden slice; its vocabularies are those of the whole data set.</param>
    /// <param name="seed">Seed of the taste noise.</param>
    protected World(Interactions hidden, int seed)
    {
        Hidden = hidden;
        _dice = Dice.Of(seed).For(300);
    }

    public abstract string Name { get; }

    /// <summary>The hidden interactions this world is made of.</summary>
    protected Interactions Hidden { get; }

    public Vocabulary Users => Hidden.Users;
    public Vocabulary Items => Hidden.Items;

    /// <summary>Users who have a hidden truth and so can be visitors.</summary>
    public IReadOnlyList<int> People => [.. Enumerable.Range(0, Users.Count).Where(u => Hidden.ByUser.Size(u) > 0)];

    /// <summary>How much every item pleases a user, 0..1 (1: in the hidden truth itself).</summary>
    protected abstract void Liking(int user, Span<float> liking);

    /// <summary>P(click given examined) of every item for a user: eps + (1 - eps)(2^g - 1)/(2^4 - 1) with g = 4 x liking (the relevance link of ULTRA's click models), where
    /// liking is shifted by up to 0.1 of noise fixed per user and item, so that no model can reach the ceiling. Thread-safe.</summary>
    public void Attraction(int user, Span<float> attraction)
    {
        Liking(user, attraction);
        var dice = _dice.For(user);
        for (var i = 0; i < attraction.Length; i++)
        {
            var noise = 0.2 * dice.Uniform(i) - 0.1;
            var liking = attraction[i] <= 0 ? 0 : Math.Clamp(attraction[i] + noise, 0, 1);
            attraction[i] = (float)(Noise + (1 - Noise) * (Math.Pow(2, 4 * liking) - 1) / 15);
        }
    }

    /// <summary>The worlds a simulation may name.</summary>
    public static IReadOnlyList<string> Names { get; } = ["observed", "content", "neighbours", "indifferent", "structureless"];

    /// <summary>Makes a world.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="visible">What smoothers may be fitted on besides the hidden slice; never the offline test rows.</param>
    /// <param name="hidden">The hidden slice.</param>
    /// <param name="seed">Seed of the noise.</param>
    public static World Of(string name, Interactions visible, Interactions hidden, int seed) => name switch
    {
        "observed" => new ObservedWorld(hidden, seed),
        "content" => new ContentWorld(hidden, seed),
        "neighbours" => new NeighbourWorld(visible, hidden, seed, popularity: 0.5),
        "indifferent" => new NeighbourWorld(visible, hidden, seed, popularity: 1),
        "structureless" => new StructurelessWorld(hidden, seed),
        _ => throw new ArgumentException($"There is no world '{name}'. Known: {string.Join(", ", Names)}."),
    };
}
