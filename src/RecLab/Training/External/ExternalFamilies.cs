using RecLab.Recommenders.Catalog;

namespace RecLab.Training.External;

/// <summary>A recommender that is not trained here but can be an arm like any other: a version of it is a file, an address or nothing at all.</summary>
/// <param name="Key">Stored as the variant's family.</param>
/// <param name="Summary">One sentence for the page.</param>
public sealed record ExternalFamily(string Key, string Name, string Summary);

/// <summary>What a team already has, as families beside those of the recommender catalogue.</summary>
public static class ExternalFamilies
{
    public const string Lists = "uploaded-lists", Endpoint = "http-endpoint", LogOnly = "log-only";

    public static IReadOnlyList<ExternalFamily> All { get; } =
    [
        new(Lists, "Uploaded lists", "Lists computed elsewhere: the file is the model. Users it does not name get the fallback."),
        new(Endpoint, "HTTP endpoint", "Asks your own service for every list, with a time limit, a circuit breaker and the fallback behind it."),
        new(LogOnly, "Log only", "Your site decides what its users see here and reports it; RecLab assigns, counts and compares."),
    ];

    public static ExternalFamily? Find(string key) => All.FirstOrDefault(f => f.Key == key);

    /// <summary>What a family of either kind is called.</summary>
    public static string NameOf(string key) => Find(key)?.Name ?? RecommenderCatalog.All.FirstOrDefault(f => f.Key == key)?.Name ?? key;
}
