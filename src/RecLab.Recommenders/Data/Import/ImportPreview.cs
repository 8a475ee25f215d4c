namespace RecLab.Recommenders.Data.Import;

/// <summary>A first look at a source before it is imported: which layout it seems to have and, for delimited files and JSON lines, the first records.</summary>
/// <param name="Reader">The reader that recognises it, or null where none does and the columns must be named.</param>
/// <param name="File">The delimited file looked at; null for other layouts.</param>
/// <param name="Columns">What the columns seem to mean; with <c>User</c> and <c>Item</c> empty where that cannot be told.</param>
/// <param name="Rows">The first records, the heading among them; empty for other layouts.</param>
public sealed record ImportPreview(IDatasetReader? Reader, string? File, ColumnMapping? Columns, IReadOnlyList<string[]> Rows)
{
    private const int Most = 8;

    /// <summary>Looks at a folder, archive or file.</summary>
    /// <param name="delimiter">Cut at this instead of what the file suggests.</param>
    /// <exception cref="ImportException">Nothing is there, or it cannot be read at all.</exception>
    public static ImportPreview Of(string path, char? delimiter = null)
    {
        using var source = DatasetSource.Open(path);
        var reader = DatasetReaders.All.FirstOrDefault(r => r.Recognises(source));
        if (delimiter is null && JsonLinesReader.Rows(source) is { } objects && reader is null or JsonLinesReader) return OfObjects(reader, objects);
        if (delimiter is null && reader is not null and not DelimitedReader) return new(reader, null, null, []);
        var part = DelimitedReader.Candidates(source).OrderByDescending(p => ColumnGuess.Of(p) is not null).FirstOrDefault()
            ?? throw new ImportException($"'{source.Name}' holds no file that could be a table.");
        var guess = ColumnGuess.Of(part);
        if (delimiter is { } given && guess?.Delimiter != given) guess = new() { User = "", Item = "", Delimiter = given };
        guess ??= new() { User = "", Item = "", Delimiter = Delimiter(part) };
        var first = First(part, guess.Delimiter);
        return first.Count > 0 ? new(reader, part.Name, guess, first) : throw new ImportException($"'{part.Name}' is empty: there is not one row in it.");
    }

    /// <summary>The rows are JSON objects: columns are their fields, and neither headings nor delimiters are asked for.</summary>
    public bool IsJson { get; private init; }

    private static ImportPreview OfObjects(IDatasetReader? reader, DatasetPart part)
    {
        var keys = JsonRows.Keys(part)!;
        List<string[]> rows = [keys];
        foreach (var line in FirstLines.Of(part, Most))
        {
            var fields = JsonFields.Peek(line)!.ToLookup(f => f.Name, f => f.Value, StringComparer.Ordinal);
            rows.Add([.. keys.Select(k => fields[k].LastOrDefault() ?? "")]);
        }
        return new(reader, part.Name, JsonLinesReader.Guess(part) ?? new() { User = "", Item = "" }, rows) { IsJson = true };
    }

    /// <summary>The headings, or the numbers of the columns where the first record is data already.</summary>
    public IReadOnlyList<string> Names => Rows.Count == 0 ? [] : Columns is { HasHeader: false } ? Numbers : Rows[0];

    /// <summary>1, 2, ... for each column.</summary>
    public IReadOnlyList<string> Numbers => Rows.Count == 0 ? [] : [.. Enumerable.Range(1, Rows[0].Length).Select(n => n.ToString(System.Globalization.CultureInfo.InvariantCulture))];

    /// <summary>The one that cuts the first record into most fields; a blank only where no other cuts it, as names hold blanks too.</summary>
    private static char Delimiter(DatasetPart part)
    {
        int Fields(char delimiter) => First(part, delimiter).FirstOrDefault()?.Length ?? 0;
        var best = ",\t;|".MaxBy(Fields);
        return Fields(best) > 1 || Fields(' ') < 2 ? best : ' ';
    }

    private static List<string[]> First(DatasetPart part, char delimiter)
    {
        var first = new List<string[]>();
        try
        {
            using var rows = DelimitedRows.Open(part, delimiter);
            while (first.Count < Most && rows.Next()) first.Add(rows.Texts());
        }
        catch (ImportException) when (first.Count > 0)
        {
            return first; // what can be shown is shown; the import says what is wrong with the rest
        }
        return first;
    }
}
