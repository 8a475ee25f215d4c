using RecLab.Statistics;

namespace RecLab.Recommenders.Search;

/// <summary>Points drawn uniformly (logarithmically where marked) from the space (Bergstra and Bengio, "Random search for hyper-parameter optimization", JMLR 2012).</summary>
/// <param name="trials">How many.</param>
public sealed class RandomSearch(int trials) : ISearchStrategy
{
    public Trial? Next(SearchSpace space, IReadOnlyList<Trial> soFar, int seed) =>
        soFar.Count >= trials ? null : new(soFar.Count, soFar.Count, Draw(space, Dice.Of(seed).For(soFar.Count)), 1);

    internal static Dictionary<string, double> Draw(SearchSpace space, Dice dice) =>
        space.Dimensions.Select((d, i) => (d.Name, Value: d.At(dice.Uniform(i)))).ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal);
}
