namespace RecLab.Recommenders.Data.Import;

/// <summary>RecBole's atomic files (Zhao et al. 2021): <c>NAME.inter</c>, optionally <c>NAME.item</c> and <c>NAME.user</c>, and a knowledge graph in <c>NAME.kg</c> and <c>NAME.link</c>, tab-separated with typed headings: token, token_seq,
/// float, float_seq. A split data set (<c>NAME.train.inter</c>, <c>.valid.inter</c>, <c>.test.inter</c>) is read in that order.</summary>
public sealed class RecBoleReader : IDatasetReader
{
    private static readonly string[] Parts = [".train.inter", ".part1.inter", ".valid.inter", ".part2.inter", ".test.inter", ".part3.inter"];

    public string Key => "recbole";
    public string Name => "RecBole atomic files";
    public string Layout => "NAME.inter with typed headings (user_id:token, item_id:token, rating:float, timestamp:float; tabs), optionally NAME.item and NAME.user, and NAME.kg with NAME.link.";

    public bool Recognises(DatasetSource source) => source.Parts.Any(p => IsInter(p) && FirstLines.Of(p, 1) is [var heading] && heading.Contains(":token", StringComparison.Ordinal));

    public ImportResult Read(DatasetSource source, ImportOptions options, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        var run = new ImportRun(Key, options, progress, cancellation);
        var files = Files(source);
        run.Expect(files);
        foreach (var part in files) Rows(run, part);
        return run.Finish(files[0].Name, Items(run, source), Users(run, source));
    }

    private static List<DatasetPart> Files(DatasetSource source)
    {
        var all = source.Parts.Where(IsInter).ToList();
        if (all.Count == 0) throw new ImportException($"'{source.Name}' has no .inter file.");
        if (all.Count == 1) return all;
        var whole = all.Where(p => !Parts.Any(e => p.Name.EndsWith(e, StringComparison.OrdinalIgnoreCase))).ToList();
        return whole.Count switch
        {
            0 => [.. all.OrderBy(p => Array.FindIndex(Parts, e => p.Name.EndsWith(e, StringComparison.OrdinalIgnoreCase)))],
            1 => whole,
            _ => throw new ImportException($"'{source.Name}' holds several data sets ({string.Join(", ", whole.Select(p => p.Name))}); import one at a time."),
        };
    }

    private static bool IsInter(DatasetPart part) => part.Name.EndsWith(".inter", StringComparison.OrdinalIgnoreCase);

    private static void Rows(ImportRun run, DatasetPart part)
    {
        var (width, user, item, value, time) = (0, -1, -1, -1, -1);
        run.Interactions(part, (line, number) =>
        {
            if (number == 1)
            {
                var heading = RecBoleHeading.Of(line, part.Name);
                (width, user, item) = (heading.Count, Column(heading, "user_id", "user", "session_id"), Column(heading, "item_id", "item"));
                (value, time) = (heading.FindIndex(c => c is { Type: "float", Name: "rating" or "score" or "label" or "weight" or "count" }), heading.FindIndex(c => c is { Type: "float", Name: "timestamp" or "time" }));
                if (heading.Any(c => c.Name.EndsWith("_list", StringComparison.Ordinal))) throw new ImportException($"'{part.Name}' repeats each history in its rows (a column ending in _list); import the file it was made from.");
                if (time < 0) run.Notes.Add($"'{part.Name}' has no column timestamp:float: the order of rows stands for time.");
                if (value < 0) run.Notes.Add($"'{part.Name}' has no column rating:float: every row counts 1.");
                return;
            }
            Span<Range> fields = stackalloc Range[64];
            var rating = 1f;
            var when = 0d;
            var rule = Fields.Split(line, "\t"u8, fields) != width ? $"a row must have {width} fields like the heading"
                : value >= 0 && !Fields.TryNumber(line[fields[value]], out rating) ? "the rating must be a finite number"
                : time >= 0 && !(double.TryParse(line[fields[time]], System.Globalization.CultureInfo.InvariantCulture, out when) && Math.Abs(when) < 1e15) ? "the time must be a finite number of seconds"
                : null;
            // Some of the published files hold milliseconds; no seconds of a dated row reach this far (the year 5138).
            var seconds = (long)Math.Floor(Math.Abs(when) >= 1e11 ? when / 1000 : when);
            if (rule is null) run.Add(line[fields[user]], line[fields[item]], rating, seconds, part.Name, number, line);
            else run.Refusals.Refuse(rule, part.Name, number, line);
        }, headings: 1);

        int Column(List<RecBoleHeading> heading, params string[] names)
        {
            var at = heading.FindIndex(c => c.Type == "token" && names.Contains(c.Name));
            return at >= 0 ? at : throw new ImportException($"'{part.Name}' has no column {names[0]}:token; it has {string.Join(", ", heading)}.");
        }
    }

    private static Catalogue Items(ImportRun run, DatasetSource source)
    {
        var items = new ItemDescriber();
        Describe(run, source, ".item", items.Add);
        return items.Catalogue(RecBoleGraph.Read(run, source));
    }

    private static Audience Users(ImportRun run, DatasetSource source)
    {
        var users = new List<UserInfo>();
        Describe(run, source, ".user", (id, row) => { users.Add(new(id, row.Rest() ?? new Dictionary<string, string>())); return null; });
        return new(users);
    }

    private static void Describe(ImportRun run, DatasetSource source, string ending, Func<string, DescribedRow, string?> each)
    {
        if (source.Parts.FirstOrDefault(p => p.Name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) is not { } part) return;
        List<RecBoleHeading> heading = [];
        var id = 0;
        run.Lines(part, (line, number) =>
        {
            if (number == 1)
            {
                heading = RecBoleHeading.Of(line, part.Name);
                id = Math.Max(0, heading.FindIndex(c => c.Name == ending[1..] + "_id"));
                return;
            }
            var fields = Fields.Text(line).Split('\t');
            var rule = fields.Length != heading.Count ? $"a row must have {heading.Count} fields like the heading"
                : fields[id].Length == 0 ? "the id must not be empty"
                : each(fields[id], new([.. Others(heading.Select(c => c.Described))], [.. Others(heading.Zip(fields, (c, f) => c.Write(f)))]));
            if (rule is not null) run.Refusals.Refuse(rule, part.Name, number, line);
        });

        IEnumerable<string> Others(IEnumerable<string> all) => all.Where((_, i) => i != id);
    }
}

/// <summary>One typed heading of an atomic file.</summary>
internal sealed record RecBoleHeading(string Name, string Type)
{
    private static readonly string[] Types = ["token", "token_seq", "float", "float_seq"];
    private static readonly string[] Sentences = ["title", "name", "description", "text", "summary", "plot"];

    /// <summary>The heading of a file.</summary>
    /// <exception cref="ImportException">A column has no type, or there are more than 64.</exception>
    public static List<RecBoleHeading> Of(ReadOnlySpan<byte> line, string file)
    {
        var columns = Fields.Text(line).Split('\t');
        if (columns.Length > 64) throw new ImportException($"'{file}' has {columns.Length} columns, more than the 64 that are read.");
        return [.. columns.Select(c => c.Split(':') is [var name, var type] && Types.Contains(type) ? new RecBoleHeading(name.Trim().ToLowerInvariant(), type)
            : throw new ImportException($"'{file}' has the heading '{c}', which is not NAME:token, :token_seq, :float or :float_seq."))];
    }

    /// <summary>A list of numbers is the item's vector whatever it is called.</summary>
    public string Described => Type == "float_seq" ? "vector" : Name;

    /// <summary>Lists are parted by bars, except the words of a title or text.</summary>
    public string Write(string field) => Type == "token_seq" && !Sentences.Any(s => Name.EndsWith(s, StringComparison.Ordinal)) ? string.Join('|', field.Split(' ', StringSplitOptions.RemoveEmptyEntries)) : field;

    public override string ToString() => $"{Name}:{Type}";
}
