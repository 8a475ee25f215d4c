namespace RecLab.Recommenders.Data.Import;

/// <summary>Reads one layout of data sets, streaming and strictly: a line that breaks a rule is refused and reported, never guessed.</summary>
public interface IDatasetReader
{
    /// <summary>Stable lower-case key: "movielens-1m".</summary>
    string Key { get; }

    /// <summary>What people call it: "MovieLens 1M".</summary>
    string Name { get; }

    /// <summary>Which files and columns it expects, in one sentence.</summary>
    string Layout { get; }

    /// <summary>Whether the source has this layout, judged by names of files and first lines.</summary>
    bool Recognises(DatasetSource source);

    /// <summary>Reads a source.</summary>
    /// <exception cref="ImportException">The source is not of this layout, is damaged, or too few of its lines can be read.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    ImportResult Read(DatasetSource source, ImportOptions options, IProgress<ImportProgress>? progress, CancellationToken cancellation);

    /// <summary>Reads a folder, a zip archive or a file.</summary>
    /// <exception cref="ImportException">As above, or nothing is there.</exception>
    ImportResult Read(string path, ImportOptions options, IProgress<ImportProgress>? progress = null, CancellationToken cancellation = default)
    {
        using var source = DatasetSource.Open(path);
        return Read(source, options, progress, cancellation);
    }
}

/// <summary>Every layout RecLab reads, the most particular first.</summary>
public static class DatasetReaders
{
    public static IReadOnlyList<IDatasetReader> All { get; } = 
    [
        new MovieLens100KReader(), new MovieLens1MReader(), new MovieLens10MReader(), new MovieLensCsvReader(), new RecBoleReader(), new NcfReader(),
        new AmazonReviewsReader(), new JsonLinesReader(), new SequenceReader(), new DelimitedReader(),
    ];

    /// <exception cref="ImportException">No reader has this key.</exception>
    public static IDatasetReader Get(string key) =>
        All.FirstOrDefault(r => r.Key == key) ?? throw new ImportException($"There is no layout '{key}'. Known: {string.Join(", ", All.Select(r => r.Key))}.");

    /// <summary>The reader for what lies at a path.</summary>
    /// <exception cref="ImportException">Nothing is there, or no layout fits.</exception>
    public static IDatasetReader Detect(string path)
    {
        using var source = DatasetSource.Open(path);
        return All.FirstOrDefault(r => r.Recognises(source))
            ?? throw new ImportException($"'{source.Name}' has none of the known layouts ({string.Join("; ", All.Select(r => r.Name))}). {Found(source)}");
    }

    /// <summary>What lies there instead, so that a person sees why.</summary>
    private static string Found(DatasetSource source)
    {
        if (source.Parts.MaxBy(p => p.Packed) is not { } part) return "There is no file in it.";
        return FirstLines.Of(part, 1) is [var first] ? $"'{part.Name}' begins with '{(first.Length > 60 ? first[..60] + "…" : first)}'."
            : part.Packed == 0 ? $"'{part.Name}' is empty." : $"'{part.Name}' has no line of text.";
    }

    /// <summary>Detects and reads.</summary>
    public static ImportResult Read(string path, ImportOptions? options = null, IProgress<ImportProgress>? progress = null, CancellationToken cancellation = default) =>
        Detect(path).Read(path, options ?? new(), progress, cancellation);
}
