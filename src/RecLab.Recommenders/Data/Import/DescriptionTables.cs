using System.Globalization;

namespace RecLab.Recommenders.Data.Import;

/// <summary>Delimited files beside the interactions that describe items and users: one row each, an id column, known headings, and any
/// further columns as attributes.</summary>
internal static class DescriptionTables
{
    private static readonly string[] ItemFiles = ["items", "item", "products", "product", "movies", "catalog", "catalogue", "articles"];
    private static readonly string[] UserFiles = ["users", "user", "customers", "customer", "visitors"];

    public static bool IsOne(string file) => Is(file, ItemFiles) || Is(file, UserFiles);

    public static Catalogue Items(ImportRun run, DatasetSource source)
    {
        if (source.Parts.FirstOrDefault(p => Is(p.Name, ItemFiles)) is not { } part) return Catalogue.Empty;
        var items = new List<ItemInfo>();
        var width = -1;
        Read(run, part, ["id", "item", "item_id", "itemid", "movieid", "movie_id", "product", "product_id", "productid", "sku", "asin", "article_id"], (id, heading, fields) =>
        {
            var row = new DescribedRow(heading, fields);
            var vector = Vector(row.Take("vector", "embedding"));
            if (vector is not null && width < 0) width = vector.Length;
            if (vector is not null && vector.Length != width) return $"a vector must have {width} finite numbers like the first";
            items.Add(new(id, row.Take("title", "name", "item_name", "product_name") is { Length: > 0 } title ? title : id,
                MovieLens.Genres((row.Take("categories", "category", "genres", "genre", "tags") ?? "").Replace(';', '|')),
                row.Take("description", "text", "summary", "plot") ?? "",
                MovieLens.WebAddress(row.Take("image", "image_url", "imageurl") ?? ""), MovieLens.WebAddress(row.Take("url", "link") ?? ""),
                decimal.TryParse(row.Take("price"), NumberStyles.Number, CultureInfo.InvariantCulture, out var price) && Math.Abs(price) < 1e15m ? (long)Math.Round(price * 100) : null,
                vector, row.Rest()));
            return null;
        });
        return new Catalogue(items);
    }

    public static Audience Users(ImportRun run, DatasetSource source)
    {
        if (source.Parts.FirstOrDefault(p => Is(p.Name, UserFiles)) is not { } part) return Audience.Empty;
        var users = new List<UserInfo>();
        Read(run, part, ["id", "user", "user_id", "userid", "customer_id", "customerid", "visitor_id"], (id, heading, fields) =>
        {
            users.Add(new(id, new DescribedRow(heading, fields).Rest() ?? new Dictionary<string, string>()));
            return null;
        });
        return new Audience(users);
    }

    private static bool Is(string file, string[] names) =>
        Path.GetExtension(file).ToLowerInvariant() is ".csv" or ".tsv" && names.Contains(Path.GetFileNameWithoutExtension(file).ToLowerInvariant());

    /// <summary>Calls <paramref name="each"/> with the id, the other headings and their fields; an answer is the rule the row breaks.</summary>
    private static void Read(ImportRun run, DatasetPart part, string[] idNames, Func<string, string[], string[], string?> each)
    {
        using var rows = DelimitedRows.Open(part, Path.GetExtension(part.Name).Equals(".tsv", StringComparison.OrdinalIgnoreCase) ? '\t' : ',');
        if (!rows.Next()) return;
        var heading = rows.Texts();
        var id = ColumnGuess.Column(heading, idNames);
        if (id < 0) { run.Notes.Add($"'{part.Name}' has no id column ({string.Join(", ", idNames)}), so it was left out."); return; }
        var names = heading.Where((_, i) => i != id).Select(h => h.Trim().ToLowerInvariant()).ToArray();
        while (rows.Next())
        {
            var fields = rows.Texts();
            var rule = rows.Broken ? "quotes must be closed and stand around whole fields"
                : fields.Length != heading.Length ? $"a row must have {heading.Length} fields like the heading"
                : fields[id].Trim().Length == 0 ? "the id must not be empty"
                : each(fields[id].Trim(), names, [.. fields.Where((_, i) => i != id)]);
            if (rule is not null) run.Refusals.Refuse(rule, part.Name, rows.Line, rows.Raw);
        }
    }

    private static float[]? Vector(string? field)
    {
        if (string.IsNullOrWhiteSpace(field)) return null;
        var parts = field.Trim().Trim('[', ']').Split([' ', ';', '|', ','], StringSplitOptions.RemoveEmptyEntries);
        var vector = new float[parts.Length];
        for (var i = 0; i < parts.Length; i++)
            if (!float.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out vector[i]) || !float.IsFinite(vector[i])) return [];
        return vector;
    }

    /// <summary>A row whose known columns are taken out one after another; what remains becomes attributes.</summary>
    private sealed class DescribedRow(string[] names, string[] fields)
    {
        private readonly bool[] _taken = new bool[names.Length];

        public string? Take(params string[] wanted)
        {
            var at = Array.FindIndex(names, n => wanted.Contains(n));
            if (at < 0) return null;
            _taken[at] = true;
            return fields[at].Trim();
        }

        public Dictionary<string, string>? Rest()
        {
            var rest = new Dictionary<string, string>();
            for (var i = 0; i < names.Length; i++)
                if (!_taken[i] && names[i].Length > 0 && fields[i].Trim() is { Length: > 0 } value) rest[names[i]] = value;
            return rest.Count > 0 ? rest : null;
        }
    }
}
