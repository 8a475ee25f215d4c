using RecLab.Recommenders.Models;

namespace RecLab.Recommenders.Catalog;

/// <summary>Every family RecLab can train, one line each.</summary>
public static class RecommenderCatalog
{
    public static IReadOnlyList<RecommenderFamily> All { get; } =
    [
        RecommenderFamily.Of<PopularityOptions>("popularity", "Popularity", "What most people touched, the same for everyone.",
            "baseline", "baseline", o => new Popularity(o)),
    ];

    /// <exception cref="KeyNotFoundException">No family has this key.</exception>
    public static RecommenderFamily Get(string key) =>
        All.FirstOrDefault(f => f.Key == key) ?? throw new KeyNotFoundException($"There is no recommender family '{key}'. Known: {string.Join(", ", All.Select(f => f.Key))}.");
}
