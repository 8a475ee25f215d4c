using RecLab.Recommenders.Models;
using RecLab.Recommenders.Models.Als;

namespace RecLab.Recommenders.Catalog;

/// <summary>Every family RecLab can train, one line each.</summary>
public static class RecommenderCatalog
{
    public static IReadOnlyList<RecommenderFamily> All { get; } =
    [
        RecommenderFamily.Of<PopularityOptions>("popularity", "Popularity", "What most people touched, the same for everyone.",
            "baseline", "baseline", o => new Popularity(o)),
        RecommenderFamily.Of<ImplicitAlsOptions>("als", "Implicit ALS", "Vectors for users and items from what was touched and what was not.",
            "Hu, Koren, Volinsky 2008, ICDM; Rendle et al. 2022, RecSys", "factors", o => new ImplicitAls(o)) with { Experimental = true },
    ];

    /// <exception cref="KeyNotFoundException">No family has this key.</exception>
    public static RecommenderFamily Get(string key) =>
        All.FirstOrDefault(f => f.Key == key) ?? throw new KeyNotFoundException($"There is no recommender family '{key}'. Known: {string.Join(", ", All.Select(f => f.Key))}.");
}
