namespace RecLab.Recommenders.Data.Import;

/// <summary>What people wrote on movies: counted per movie, the most frequent kept as the attribute "tags".</summary>
internal sealed class MovieTags
{
    private const int Kept = 20, Longest = 100;
    private readonly Dictionary<string, string> _known = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Dictionary<string, int>> _byMovie = new(StringComparer.Ordinal);

    /// <summary>Counts one tag; case does not matter, the spelling seen first stays.</summary>
    public void Add(string movie, string tag)
    {
        tag = tag.Trim().Replace('|', ' ');
        if (tag.Length is 0 or > Longest) return;
        if (!_known.TryGetValue(tag, out var known)) _known[tag] = known = tag;
        if (!_byMovie.TryGetValue(movie, out var tags)) _byMovie[movie] = tags = new(StringComparer.Ordinal);
        tags[known] = tags.GetValueOrDefault(known) + 1;
    }

    /// <summary>Gives each movie its tags, most frequent first, ties in ordinal order.</summary>
    public void Describe(Dictionary<string, ItemInfo> items)
    {
        foreach (var (movie, tags) in _byMovie)
        {
            if (!items.TryGetValue(movie, out var item)) continue;
            var attributes = new Dictionary<string, string>(item.Attributes ?? new Dictionary<string, string>())
            {
                ["tags"] = string.Join('|', tags.OrderByDescending(t => t.Value).ThenBy(t => t.Key, StringComparer.Ordinal).Take(Kept).Select(t => t.Key)),
            };
            items[movie] = item with { Attributes = attributes };
        }
    }
}
