using System.Globalization;

namespace RecLab.Recommenders.Data.Import;

/// <summary>JSON lines: one object a row, with any fields; <see cref="ImportOptions.Columns"/> names them (a path such as <c>user.id</c> reaches into objects), or their
/// names do. <c>items.jsonl</c> and <c>users.jsonl</c> beside the rows describe items and users.</summary>
public sealed class JsonLinesReader : IDatasetReader
{
    public string Key => "json-lines";
    public string Name => "JSON lines";
    public string Layout => "One JSON object a line with a user and an item field, optionally value and time; optionally items.jsonl and users.jsonl beside it.";

    public bool Recognises(DatasetSource source) => Rows(source) is { } part && Guess(part) is not null;

    public ImportResult Read(DatasetSource source, ImportOptions options, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        var run = new ImportRun(Key, options, progress, cancellation);
        var part = Rows(source) ?? throw new ImportException($"'{source.Name}' has no file with one JSON object a line.");
        var columns = options.Columns ?? Guess(part) ?? throw new ImportException($"The objects of '{part.Name}' have no user and item field that could be told; name the fields to read it. They have {string.Join(", ", JsonRows.Keys(part)!.Take(20))}.");
        JsonRows.Read(run, part, columns);
        if (columns.Time is null) run.Notes.Add("There is no time field: the order of rows stands for time.");
        if (columns.Value is null) run.Notes.Add($"There is no value field: every row counts {columns.ImplicitWeight.ToString(CultureInfo.InvariantCulture)}.");
        return run.Finish(part.Name, DescriptionTables.Items(run, source), DescriptionTables.Users(run, source));
    }

    /// <summary>The largest file of objects that is no description of items or users.</summary>
    internal static DatasetPart? Rows(DatasetSource source) => source.Parts.Where(p => source.Parts.Count == 1 || !DescriptionTables.IsOne(p.Name))
        .Where(p => FirstLines.Of(p, 1) is [['{', ..]] && JsonRows.Keys(p) is not null).MaxBy(p => p.Packed);

    /// <summary>What the fields mean by their names, or null where user and item cannot be told.</summary>
    internal static ColumnMapping? Guess(DatasetPart part) => JsonRows.Keys(part) is { } keys ? ColumnGuess.OfNames(keys) : null;
}
