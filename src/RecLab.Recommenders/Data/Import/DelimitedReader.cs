using System.Globalization;

namespace RecLab.Recommenders.Data.Import;

/// <summary>Delimited text (CSV, TSV and relatives; RFC 4180 quoting) with any columns: <see cref="ImportOptions.Columns"/> says which is which, or
/// the headings do. In a folder or archive, <c>items.csv</c> and <c>users.csv</c> beside the interactions describe items and users.</summary>
public sealed class DelimitedReader : IDatasetReader
{
    private static readonly string[] Endings = [".csv", ".tsv", ".txt", ".tab", ".dat", ".data"];

    public string Key => "delimited";
    public string Name => "CSV or TSV";
    public string Layout => "A file with a user and an item column, optionally value and time; optionally items.csv and users.csv beside it.";

    public bool Recognises(DatasetSource source) => Candidates(source).Any(p => ColumnGuess.Of(p) is not null);

    public ImportResult Read(DatasetSource source, ImportOptions options, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        var run = new ImportRun(Key, options, progress, cancellation);
        var part = (options.Columns is null ? Candidates(source).FirstOrDefault(p => ColumnGuess.Of(p) is not null) : Candidates(source).FirstOrDefault())
            ?? throw new ImportException($"'{source.Name}' has no delimited file with a user and an item column; name the columns to read it.");
        var columns = options.Columns ?? ColumnGuess.Of(part)!;
        Rows(run, part, columns);
        if (columns.Time is null) run.Notes.Add("There is no time column: the order of rows stands for time.");
        if (columns.Value is null) run.Notes.Add($"There is no value column: every row counts {columns.ImplicitWeight.ToString(CultureInfo.InvariantCulture)}.");
        return run.Finish(part.Name, DescriptionTables.Items(run, source), DescriptionTables.Users(run, source));
    }

    /// <summary>Possible interaction files, likeliest name first; descriptions of items and users are not.</summary>
    internal static IEnumerable<DatasetPart> Candidates(DatasetSource source) => source.Parts
        .Where(p => source.Parts.Count == 1 || (Endings.Contains(Path.GetExtension(p.Name), StringComparer.OrdinalIgnoreCase) && !DescriptionTables.IsOne(p.Name)))
        .OrderByDescending(p => Path.GetFileNameWithoutExtension(p.Name).ToLowerInvariant() is "interactions" or "ratings" or "events" or "train" or "data")
        .ThenBy(p => p.Name, StringComparer.Ordinal);

    /// <summary>The times of the first rows, by which their format is told.</summary>
    private static List<string> FirstTimes(DatasetPart part, ColumnMapping columns, int time) => time < 0 || columns.TimeFormat != TimeFormat.Detect ? []
        : [.. ColumnGuess.FirstRows(part, columns.Delimiter, TimeParser.Looked + 1).Skip(columns.HasHeader ? 1 : 0).Where(r => r.Length > time && r[time].Length > 0).Select(r => r[time])];

    /// <summary>Reads the rows of a file into a run.</summary>
    internal static void Rows(ImportRun run, DatasetPart part, ColumnMapping columns)
    {
        using var rows = DelimitedRows.Open(part, columns.Delimiter);
        if (columns.HasHeader && !rows.Next()) return;
        var heading = columns.HasHeader ? rows.Texts() : null;
        int user = Index(columns.User), item = Index(columns.Item), value = Index(columns.Value), time = Index(columns.Time), scenario = Index(columns.Scenario);
        var width = Math.Max(Math.Max(user, item), Math.Max(Math.Max(value, time), scenario)) + 1;
        var times = new TimeParser(columns, FirstTimes(part, columns, time));
        while (rows.Next())
        {
            run.Counted(rows.Fraction, part.Name);
            var rating = columns.ImplicitWeight;
            var seconds = 0L;
            var rule = rows.Broken ? "quotes must be closed and stand around whole fields"
                : rows.Count < width || (heading is not null && rows.Count != heading.Length) ? $"a row must have {heading?.Length ?? width} fields"
                : value >= 0 && !Fields.TryNumber(rows[value], out rating) ? "the value must be a finite number"
                : time >= 0 && !times.TrySeconds(rows[time], out seconds) ? "the time must be " + times.Expected
                : null;
            if (rule is null) run.Add(rows[user], rows[item], rating, seconds, part.Name, rows.Line, rows.Raw, scenario < 0 ? default : rows[scenario]);
            else run.Refusals.Refuse(rule, part.Name, rows.Line, rows.Raw);
        }

        int Index(string? column)
        {
            if (column is null) return -1;
            var index = heading is null ? -1 : Array.FindIndex(heading, h => string.Equals(h.Trim(), column.Trim(), StringComparison.OrdinalIgnoreCase));
            if (index < 0 && int.TryParse(column, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 10_000) index = number - 1;
            return index >= 0 ? index : throw new ImportException($"'{part.Name}' has no column '{column}'{(heading is null ? "" : $"; it has {string.Join(", ", heading.Take(20))}")}.");
        }
    }
}
