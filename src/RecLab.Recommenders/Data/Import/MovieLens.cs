using System.Text.RegularExpressions;

namespace RecLab.Recommenders.Data.Import;

/// <summary>What the MovieLens layouts share: rows of user, movie, rating and time, and how titles and genres are written
/// (Harper and Konstan, The MovieLens Datasets, ACM TiiS 2015).</summary>
internal static partial class MovieLens
{
    /// <summary>Which ratings a release may hold: steps of <paramref name="Step"/> up to five.</summary>
    public readonly record struct Scale(float Step)
    {
        public bool Holds(float rating) => rating >= Step && rating <= 5 && rating / Step == MathF.Floor(rating / Step);
        public string Rule => Step == 1 ? "the rating must be 1, 2, 3, 4 or 5" : "the rating must be 0.5, 1, ... or 5";
    }

    /// <summary>One row of user, movie, rating, unix seconds.</summary>
    public static void Row(ImportRun run, string file, ReadOnlySpan<byte> line, long number, ReadOnlySpan<byte> separator, Scale scale)
    {
        Span<Range> fields = stackalloc Range[4];
        var rating = 0f;
        var time = 0L;
        var rule = Fields.Split(line, separator, fields) != 4 ? "a row must have four fields: user, movie, rating, time"
            : !Fields.IsDigits(line[fields[0]]) ? "the user id must be a whole number"
            : !Fields.IsDigits(line[fields[1]]) ? "the movie id must be a whole number"
            : !Fields.TryNumber(line[fields[2]], out rating) || !scale.Holds(rating) ? scale.Rule
            : !Fields.TryWhole(line[fields[3]], out time) ? "the time must be unix seconds"
            : null;
        if (rule is null) run.Add(line[fields[0]], line[fields[1]], rating, time, file, number, line);
        else run.Refusals.Refuse(rule, file, number, line);
    }

    /// <summary>id::title::genres.</summary>
    public static Dictionary<string, ItemInfo> Movies(ImportRun run, DatasetPart part)
    {
        var items = new Dictionary<string, ItemInfo>(StringComparer.Ordinal);
        run.Lines(part, (line, number) =>
        {
            var fields = Fields.Text(line).Split("::");
            if (fields.Length == 3) items[fields[0]] = Movie(fields[0], fields[1], fields[2]);
            else run.Refusals.Refuse("a movie must have three fields parted by ::", part.Name, number, line);
        });
        return items;
    }

    public static ItemInfo Movie(string id, string title, string genres) =>
        new(id, title, Genres(genres), Attributes: YearOf(title) is { } year ? new Dictionary<string, string> { ["year"] = year } : null);

    /// <summary>"Toy Story (1995)" says the year.</summary>
    public static string? YearOf(string title) => YearAtEnd().Match(title) is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>Genres parted by bars; "(no genres listed)" and "unknown" are none.</summary>
    public static string[] Genres(string field) =>
        [.. field.Split('|', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(g => g is not ("(no genres listed)" or "unknown"))];

    /// <summary>An address to show, or null where it is not an absolute http(s) address.</summary>
    public static string? WebAddress(string text) =>
        Uri.TryCreate(text.Trim(), UriKind.Absolute, out var uri) && (uri.Scheme is "http" or "https") ? uri.AbsoluteUri : null;

    [GeneratedRegex(@"\((\d{4})(?:-\d{4})?\)\s*$")]
    private static partial Regex YearAtEnd();
}
