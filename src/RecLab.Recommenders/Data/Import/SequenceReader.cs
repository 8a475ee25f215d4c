using System.Text.Json;

namespace RecLab.Recommenders.Data.Import;

/// <summary>Sequences without times (SASRec, BERT4Rec, S3-Rec; graph splits of LightGCN): lines of <c>user item</c> in the order of time, or a line a user with all items. A pair
/// <c>train.txt</c> and <c>test.txt</c> is read one after the other, so that the test rows come last; <c>*item2attributes.json</c> gives items their attributes as categories.</summary>
public sealed class SequenceReader : IDatasetReader
{
    public string Key => "sequence";
    public string Name => "Sequences";
    public string Layout => "Lines of 'user item' in the order of time, or 'user item item item' a line; or train.txt and test.txt of such lines.";

    public bool Recognises(DatasetSource source) => Files(source, IsSequence).Count > 0;

    public ImportResult Read(DatasetSource source, ImportOptions options, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        var run = new ImportRun(Key, options, progress, cancellation);
        var files = Files(source, IsSequence);
        if (files.Count == 0) files = Files(source, _ => true); // named by a person: ids may be words then
        if (files.Count == 0) throw new ImportException($"'{source.Name}' has no .txt file of sequences.");
        run.Expect(files);
        foreach (var part in files) run.Pieces(part, (line, number) => Row(run, part.Name, line.TrimEnd(" \t"u8), number));
        run.Notes.Add("There are no times: the order of items stands for time.");
        var others = source.Parts.Where(p => p.Name.EndsWith(".txt", StringComparison.OrdinalIgnoreCase) && !files.Contains(p)).Select(p => $"'{p.Name}'").ToArray();
        if (others.Length > 0) run.Notes.Add($"Not read: {string.Join(", ", others)}.");
        return run.Finish(files[0].Name, Attributes(run, source), Audience.Empty);
    }

    /// <summary>train and test where both are there, else the largest text file; those of the right shape only.</summary>
    private static List<DatasetPart> Files(DatasetSource source, Func<DatasetPart, bool> fits)
    {
        if (source.Find("train.txt") is { } train && source.Find("test.txt") is { } test) return fits(train) && fits(test) ? [train, test] : [];
        var largest = source.Parts.Where(p => source.Parts.Count == 1 || p.Name.EndsWith(".txt", StringComparison.OrdinalIgnoreCase)).MaxBy(p => p.Packed);
        return largest is not null && fits(largest) ? [largest] : [];
    }

    private static bool IsSequence(DatasetPart part)
    {
        var lines = FirstLines.Of(part, 1000).ConvertAll(l => l.TrimEnd().Split(' '));
        return lines.Count > 0 && lines.Take(100).All(l => l.Length > 1 && l.All(f => f.Length > 0 && f.All(char.IsAsciiDigit))) && !IsTable(lines);
    }

    /// <summary>Rows of user, item, rating and time parted by a blank look like short sequences. Who has all items in one line has no second one; and where no user comes
    /// twice among these lines, a third number that is a rating or a last one that is a moment everywhere is no item.</summary>
    private static bool IsTable(List<string[]> lines)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var (repeats, wide) = (false, false);
        foreach (var line in lines) { repeats |= !seen.Add(line[0]); wide |= line.Length > 2; }
        if (!wide) return false;
        if (repeats) return true;
        if (lines[0].Length is not (3 or 4) || lines.Any(l => l.Length != lines[0].Length)) return false;
        double Number(string text) => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
        return lines.All(l => Number(l[^1]) >= 100_000_000) || lines.All(l => TimeParser.IsDay(l[^1])) || (lines.Count >= 20 && lines.All(l => Number(l[2]) <= 10) && lines.Any(l => Number(l[1]) > 10));
    }

    private static void Row(ImportRun run, string file, ReadOnlySpan<byte> line, long number)
    {
        if (line.IsEmpty) return;
        var end = line.IndexOfAny((byte)' ', (byte)'\t');
        if (end <= 0) { run.Counted(file); run.Refusals.Refuse("a line must have a user and at least one item parted by a blank", file, number, line); return; }
        var user = line[..end];
        foreach (var item in line[(end + 1)..].SplitAny((byte)' ', (byte)'\t'))
        {
            run.Counted(file);
            run.Add(user, line[(end + 1)..][item], 1, 0, file, number, line);
        }
    }

    /// <summary>{"item": [attribute, ...], ...}, as published with S3-Rec.</summary>
    private static Catalogue Attributes(ImportRun run, DatasetSource source)
    {
        if (source.Parts.FirstOrDefault(p => p.Name.EndsWith("item2attributes.json", StringComparison.OrdinalIgnoreCase)) is not { } part) return Catalogue.Empty;
        try
        {
            using var content = part.Open().Content;
            using var document = JsonDocument.Parse(content, new() { MaxDepth = 3 });
            return new(document.RootElement.EnumerateObject().Select(item => new ItemInfo(item.Name, item.Name, [.. item.Value.EnumerateArray().Select(a => a.ToString())])).ToList());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or InvalidDataException)
        {
            run.Notes.Add($"'{part.Name}' is not an object of lists, so it was left out.");
            return Catalogue.Empty;
        }
    }
}
