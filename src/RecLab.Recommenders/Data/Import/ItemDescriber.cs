using System.Globalization;

namespace RecLab.Recommenders.Data.Import;

/// <summary>Makes descriptions of items out of rows of named texts: titles, categories, texts, a vector, prices and addresses are known by their names, all else
/// becomes attributes.</summary>
internal sealed class ItemDescriber
{
    private readonly Dictionary<string, ItemInfo> _items = new(StringComparer.Ordinal);
    private int _width = -1;

    /// <summary>Adds one item.</summary>
    /// <returns>The rule the row breaks, or null.</returns>
    public string? Add(string id, DescribedRow row)
    {
        var text = row.Take("vector", "embedding", "item_vector");
        var vector = string.IsNullOrWhiteSpace(text) ? null : Vector(text);
        if (vector is { Length: 0 }) return "a vector must be finite numbers parted by blanks, commas, semicolons or bars";
        if (vector is not null && _width < 0) _width = vector.Length;
        if (vector is not null && vector.Length != _width) return $"a vector must have {_width} finite numbers like the first";
        _items[id] = new(id, row.Take("title", "movie_title", "name", "item_name", "product_name") is { Length: > 0 } title ? title : id,
            [.. MovieLens.Genres((row.Take("categories", "category", "genres", "genre", "class", "tags") ?? "").Replace(';', '|')).Distinct(StringComparer.Ordinal)],
            (row.Take("description", "text", "summary", "plot") ?? "").Replace('|', ' '),
            First(row.Take("image", "image_url", "imageurl", "imageurlhighres", "imurl")), First(row.Take("url", "link")),
            decimal.TryParse((row.Take("price") ?? "").TrimStart('$', '€', '£'), NumberStyles.Number, CultureInfo.InvariantCulture, out var price) && Math.Abs(price) < 1e15m ? (long)Math.Round(price * 100) : null,
            vector, row.Rest());
        return null;
    }

    public Catalogue Catalogue(KnowledgeGraph? graph = null) => new(_items.Values, graph);

    private static string? First(string? addresses) => MovieLens.WebAddress((addresses ?? "").Split('|')[0]);

    /// <summary>No numbers at all where one of them is none.</summary>
    private static float[] Vector(string field)
    {
        var parts = field.Trim().Trim('[', ']').Split([' ', ';', '|', ','], StringSplitOptions.RemoveEmptyEntries);
        var vector = new float[parts.Length];
        for (var i = 0; i < parts.Length; i++)
            if (!float.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out vector[i]) || !float.IsFinite(vector[i])) return [];
        return vector;
    }
}
