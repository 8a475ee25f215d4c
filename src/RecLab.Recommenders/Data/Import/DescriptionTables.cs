namespace RecLab.Recommenders.Data.Import;

/// <summary>Delimited files or JSON lines beside the interactions that describe items and users: one row each, an id column, known headings, and any
/// further columns as attributes.</summary>
internal static class DescriptionTables
{
    private static readonly string[] ItemFiles = ["items", "item", "products", "product", "movies", "catalog", "catalogue", "articles"];
    private static readonly string[] UserFiles = ["users", "user", "customers", "customer", "visitors"];
    private static readonly string[] ItemIds = ["id", "item", "item_id", "itemid", "movieid", "movie_id", "product", "product_id", "productid", "sku", "parent_asin", "asin", "article_id"];
    private static readonly string[] UserIds = ["id", "user", "user_id", "userid", "customer_id", "customerid", "visitor_id"];

    public static bool IsOne(string file) => Is(file, ItemFiles) || Is(file, UserFiles);

    public static Catalogue Items(ImportRun run, DatasetSource source) => source.Parts.FirstOrDefault(p => Is(p.Name, ItemFiles)) is { } part ? Items(run, part) : Catalogue.Empty;

    /// <summary>The items of one file.</summary>
    public static Catalogue Items(ImportRun run, DatasetPart part)
    {
        var items = new ItemDescriber();
        Read(run, part, ItemIds, items.Add);
        return items.Catalogue();
    }

    public static Audience Users(ImportRun run, DatasetSource source)
    {
        if (source.Parts.FirstOrDefault(p => Is(p.Name, UserFiles)) is not { } part) return Audience.Empty;
        var users = new List<UserInfo>();
        Read(run, part, UserIds, (id, row) =>
        {
            users.Add(new(id, row.Rest() ?? new Dictionary<string, string>()));
            return null;
        });
        return new Audience(users);
    }

    private static bool Is(string file, string[] names) =>
        Path.GetExtension(file).ToLowerInvariant() is ".csv" or ".tsv" or ".jsonl" or ".ndjson" or ".json" && names.Contains(Path.GetFileNameWithoutExtension(file).ToLowerInvariant());

    /// <summary>Calls <paramref name="each"/> with the id and the other fields of a row; an answer is the rule the row breaks.</summary>
    private static void Read(ImportRun run, DatasetPart part, string[] idNames, Func<string, DescribedRow, string?> each)
    {
        if (FirstLines.Of(part, 1) is [['{', ..]]) Objects(run, part, idNames, each);
        else Table(run, part, idNames, each);
    }

    private static void Table(ImportRun run, DatasetPart part, string[] idNames, Func<string, DescribedRow, string?> each)
    {
        using var rows = DelimitedRows.Open(part, Path.GetExtension(part.Name).Equals(".tsv", StringComparison.OrdinalIgnoreCase) ? '\t' : ',');
        if (!rows.Next()) return;
        var heading = rows.Texts();
        var id = ColumnGuess.Column(heading, idNames);
        if (id < 0) { run.Notes.Add($"'{part.Name}' has no id column ({string.Join(", ", idNames)}), so it was left out."); return; }
        var names = heading.Where((_, i) => i != id).Select(h => h.Trim().ToLowerInvariant()).ToArray();
        for (var read = 1; rows.Next(); read++)
        {
            if (read % 16384 == 0) run.Check();
            var fields = rows.Texts();
            var rule = rows.Broken ? "quotes must be closed and stand around whole fields"
                : fields.Length != heading.Length ? $"a row must have {heading.Length} fields like the heading"
                : fields[id].Trim().Length == 0 ? "the id must not be empty"
                : each(fields[id].Trim(), new(names, [.. fields.Where((_, i) => i != id)]));
            if (rule is not null) run.Refusals.Refuse(rule, part.Name, rows.Line, rows.Raw);
        }
    }

    private static void Objects(ImportRun run, DatasetPart part, string[] idNames, Func<string, DescribedRow, string?> each) => run.Lines(part, (line, number) =>
    {
        if (line.TrimStart(" \t"u8).IsEmpty) return;
        var rule = DescribedRow.OfJson(line.ToArray()) is not { } row ? "a line must be one JSON object"
            : row.Take(idNames) is not { Length: > 0 } id ? "the id must not be empty"
            : each(id, row);
        if (rule is not null) run.Refusals.Refuse(rule, part.Name, number, line);
    });
}
