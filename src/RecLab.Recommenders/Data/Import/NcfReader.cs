namespace RecLab.Recommenders.Data.Import;

/// <summary>The layout of Neural Collaborative Filtering (He et al. 2017): <c>NAME.train.rating</c> and <c>NAME.test.rating</c> with user, item, rating and time parted by tabs,
/// the test file with one row a user; <c>NAME.test.negative</c> is sampled and left out.</summary>
public sealed class NcfReader : IDatasetReader
{
    public string Key => "ncf";
    public string Name => "NCF leave-one-out";
    public string Layout => "NAME.train.rating and NAME.test.rating (user, item, rating, time; tabs); NAME.test.negative is not read.";

    public bool Recognises(DatasetSource source) => Find(source, "train.rating") is not null && Find(source, "test.rating") is not null;

    public ImportResult Read(DatasetSource source, ImportOptions options, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        var run = new ImportRun(Key, options, progress, cancellation);
        var train = Find(source, "train.rating") ?? throw new ImportException($"'{source.Name}' has no train.rating, so it is not of the NCF layout.");
        var test = Find(source, "test.rating") ?? throw new ImportException($"'{source.Name}' has no test.rating, so it is not of the NCF layout.");
        run.Expect([train, test]);
        foreach (var part in new[] { train, test }) run.Interactions(part, (line, number) => Row(run, part.Name, line, number)); // the test row comes last among rows of one time
        run.Notes.Add("Rows of both files are one data set in the order of their times; the last row of each user in time is what the published split tests.");
        if (Find(source, "test.negative") is { } negatives) run.Notes.Add($"'{negatives.Name}' was not read: here all items are ranked, not sampled ones.");
        return run.Finish(train.Name, Catalogue.Empty, Audience.Empty);
    }

    private static void Row(ImportRun run, string file, ReadOnlySpan<byte> line, long number)
    {
        Span<Range> fields = stackalloc Range[4];
        var rating = 0f;
        var time = 0L;
        var rule = Fields.Split(line, "\t"u8, fields) != 4 ? "a row must have four fields: user, item, rating, time"
            : !Fields.TryNumber(line[fields[2]], out rating) ? "the rating must be a finite number"
            : !Fields.TryWhole(line[fields[3]], out time) ? "the time must be unix seconds"
            : null;
        if (rule is null) run.Add(line[fields[0]], line[fields[1]], rating, time, file, number, line);
        else run.Refusals.Refuse(rule, file, number, line);
    }

    private static DatasetPart? Find(DatasetSource source, string ending) =>
        source.Parts.FirstOrDefault(p => p.Name.Equals(ending, StringComparison.OrdinalIgnoreCase) || p.Name.EndsWith("." + ending, StringComparison.OrdinalIgnoreCase));
}
