namespace RecLab.Recommenders.Catalog;

/// <summary>One entry of the <see cref="RecommenderCatalog"/>: a way of recommending that a variant can name.</summary>
/// <param name="Key">Stable lower-case key stored with variants: "als".</param>
/// <param name="Name">The field's name for it: "Implicit ALS".</param>
/// <param name="Summary">One sentence for the page.</param>
/// <param name="Paper">Author, year, venue.</param>
/// <param name="Kind">"baseline", "content", "neighbours", "factors", "linear", "neural", "sequence", "graph", "hybrid".</param>
/// <param name="OptionsType">A <see cref="RecommenderOptions"/> record with a parameterless constructor giving the defaults.</param>
/// <param name="Create">Makes the recommender for options of that type.</param>
public sealed record RecommenderFamily(string Key, string Name, string Summary, string Paper, string Kind, Type OptionsType,
    Func<RecommenderOptions, IRecommender> Create)
{
    /// <summary>Training needs libtorch.</summary>
    public bool NeedsTorch { get; init; }

    /// <summary>No row on real data in docs/benchmarks.md yet; the pages say so.</summary>
    public bool Experimental { get; init; }

    /// <summary>Where the data name scenarios (placements), the model answers differently in each (<see cref="IScenarioModel"/>).</summary>
    public bool KnowsScenarios { get; init; }

    /// <summary>The options a new variant starts from.</summary>
    public RecommenderOptions Defaults => (RecommenderOptions)Activator.CreateInstance(OptionsType)!;

    public static RecommenderFamily Of<T>(string key, string name, string summary, string paper, string kind, Func<T, IRecommender> create)
        where T : RecommenderOptions, new() =>
        new(key, name, summary, paper, kind, typeof(T), options => create((T)options));
}
