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
        var lines = FirstLines.Of(part, 100);
        return lines.Count > 0 && lines.All(l => l.TrimEnd().Split(' ') is { Length: > 1 } fields && fields.All(f => f.Length > 0 && f.All(char.IsAsciiDigit)));
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
