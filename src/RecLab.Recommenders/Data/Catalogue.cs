namespace RecLab.Recommenders.Data;

/// <summary>What is known of one item beyond its id.</summary>
/// <param name="Id">The outside id.</param>
/// <param name="Title">A short name to show; the id where nothing better is known.</param>
/// <param name="Categories">Genres, tags or shop categories; may be empty.</param>
/// <param name="Description">Longer text for content-based models and pages; may be empty.</param>
/// <param name="ImageUrl">An absolute http(s) or site-relative address, or null.</param>
/// <param name="Url">Where the item lives on the host's site, or null.</param>
/// <param name="Price">Price in minor units of the shop's currency, or null.</param>
/// <param name="Vector">A given embedding, or null; all vectors of one catalogue have the same length.</param>
/// <param name="Attributes">Whatever else is known, by lower-case name ("director", "year", "brand"); null for nothing. Several values are parted by <c>|</c>.</param>
public sealed record ItemInfo(string Id, string Title, IReadOnlyList<string> Categories, string Description = "",
    string? ImageUrl = null, string? Url = null, long? Price = null, float[]? Vector = null, IReadOnlyDictionary<string, string>? Attributes = null);

/// <summary>The items' descriptions by outside id. Immutable.</summary>
public sealed class Catalogue
{
    private readonly Dictionary<string, ItemInfo> _items;

    /// <param name="items">What is known of each; of two with the same id the last counts.</param>
    /// <param name="graph">What is known around them, or null.</param>
    public Catalogue(IEnumerable<ItemInfo> items, KnowledgeGraph? graph = null)
    {
        Graph = graph;
        _items = new(StringComparer.Ordinal);
        foreach (var item in items) _items[item.Id] = item;
    }

    /// <summary>Nothing is known of any item.</summary>
    public static Catalogue Empty { get; } = new([]);

    /// <summary>How many items are described.</summary>
    public int Count => _items.Count;

    /// <summary>What is known around the items as a graph, or null where nothing is.</summary>
    public KnowledgeGraph? Graph { get; }

    public IEnumerable<ItemInfo> Items => _items.Values;

    /// <summary>What is known of an item; only its id where nothing is.</summary>
    public ItemInfo this[string id] => _items.TryGetValue(id, out var item) ? item : new ItemInfo(id, id, []);

    public bool Contains(string id) => _items.ContainsKey(id);
}
