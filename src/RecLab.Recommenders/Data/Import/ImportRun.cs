using System.Text.Unicode;
using RecLab.Recommenders.Data.Cleaning;

namespace RecLab.Recommenders.Data.Import;

internal delegate void LineHandler(ReadOnlySpan<byte> line, long number);

/// <summary>One import under way: the rows so far, what was refused, who is told and who may stop it.</summary>
internal sealed class ImportRun(string layout, ImportOptions options, IProgress<ImportProgress>? progress, CancellationToken cancellation)
{
    private const int LinesPerReport = 1 << 14;
    private readonly long _earliest = options.Earliest.ToUnixTimeSeconds();
    private readonly long _latest = (options.Latest ?? DateTimeOffset.UtcNow.AddDays(1)).ToUnixTimeSeconds();
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);
    private Func<double> _fraction = () => 0;
    private long _lines, _bytes, _bytesBefore;

    public ImportOptions Options => options;
    public InteractionBuilder Rows { get; } = new();
    public RefusalLog Refusals { get; } = new(options.KeptLinesPerRule);
    public List<string> Notes { get; } = [];

    /// <summary>The rows lie in several files, read one after another: progress is over all of them.</summary>
    public void Expect(IEnumerable<DatasetPart> parts) => _bytes = parts.Sum(p => p.Packed);

    /// <summary>Hands every line of the interactions file to <paramref name="each"/>, counting it.</summary>
    /// <param name="headings">Lines at the beginning that are not rows; handed over all the same.</param>
    public void Interactions(DatasetPart part, LineHandler each, int headings = 0)
    {
        _files.Add(part.Name);
        Lines(part, each, headings);
        _bytesBefore += part.Packed;
    }

    /// <summary>Hands every line of an interactions file to <paramref name="each"/>, which calls <see cref="Counted(string)"/> for each row it finds in it.</summary>
    public void Pieces(DatasetPart part, LineHandler each)
    {
        _files.Add(part.Name);
        Lines(part, each, int.MaxValue);
        _bytesBefore += part.Packed;
    }

    /// <summary>Hands every line of a descriptive file (items, users) to <paramref name="each"/>.</summary>
    public void Lines(DatasetPart part, LineHandler each) => Lines(part, each, int.MaxValue);

    /// <summary>One row of the file that <see cref="Pieces"/> reads.</summary>
    public void Counted(string file)
    {
        if (++_lines % LinesPerReport == 0) Report(_fraction(), file);
    }

    /// <summary>One record of the interactions file was read by other means than <see cref="Interactions"/>.</summary>
    public void Counted(double fraction, string phase)
    {
        if (_lines == 0) _files.Add(phase);
        if (++_lines % LinesPerReport == 0) Report(fraction, phase);
    }

    /// <summary>Stops where somebody asked to.</summary>
    public void Check() => cancellation.ThrowIfCancellationRequested();

    public void Report(double fraction, string phase)
    {
        cancellation.ThrowIfCancellationRequested();
        progress?.Report(new(fraction, phase, _lines));
    }

    /// <summary>Adds a row whose ids and value were parsed already, or refuses it for what every layout refuses.</summary>
    /// <param name="scenario">Where the row came about, UTF-8; empty for not known.</param>
    public void Add(ReadOnlySpan<byte> user, ReadOnlySpan<byte> item, float value, long time, string file, long number, ReadOnlySpan<byte> line, ReadOnlySpan<byte> scenario = default)
    {
        if (Rule(user, item, value, time, scenario) is { } rule) { Refusals.Refuse(rule, file, number, line); return; }
        if (Rows.Count >= options.MostRows) throw new ImportException($"'{file}' has more than {options.MostRows:N0} rows, which is the limit set for an import.");
        var place = scenario.IsEmpty ? -1 : Rows.Scenarios.Add(scenario);
        if (place >= ScenarioColumn.Most) throw new ImportException($"'{file}' names more than {ScenarioColumn.Most:N0} scenarios; choose a column with few different values.");
        Rows.Add(Rows.Users.Add(user), Rows.Items.Add(item), value, time, place);
    }

    /// <summary>The interactions and the report.</summary>
    /// <exception cref="ImportException">Nothing or too little of the file could be read.</exception>
    public ImportResult Finish(string file, Catalogue catalogue, Audience audience)
    {
        if (options.Cleaning.Wrong is { } wrong) throw new ImportException(wrong);
        var accepted = Rows.Count;
        var report = new ImportReport(layout, _lines, accepted, Refusals.Refusals(), Notes) { Steps = OfLines() };
        if (_lines == 0) throw new ImportException($"'{file}' has no rows.") { Report = report };
        if (accepted == 0) throw new ImportException($"None of the {_lines:N0} rows of '{file}' could be read: {Worst(report)}.") { Report = report };
        if (report.Refused > options.MostRefused * _lines)
            throw new ImportException($"{report.Refused:N0} of the {_lines:N0} rows of '{file}' could not be read, more than the {options.MostRefused:P0} allowed: {Worst(report)}.") { Report = report };
        Report(1, "sorting");
        var data = Rows.Build(catalogue, audience);
        if (!options.Cleaning.IsOff) Report(1, "cleaning");
        (data, var steps) = Cleaner.Clean(data, options.Cleaning, cancellation);
        return new(data, report with
        {
            Steps = [.. report.Steps, .. steps],
            Users = data.Users.Count, Items = data.Items.Count, DescribedItems = catalogue.Count, DescribedUsers = audience.Count,
            First = When(data, 0), Last = When(data, ^1),
        });
    }

    private List<CleaningStep> OfLines()
    {
        var steps = new List<CleaningStep>();
        var left = _lines;
        foreach (var (rule, count) in Refusals.Counts(_files))
        {
            steps.Add(new(rule, left, count, left - count));
            left -= count;
        }
        return steps;
    }

    private string? Rule(ReadOnlySpan<byte> user, ReadOnlySpan<byte> item, float value, long time, ReadOnlySpan<byte> scenario) =>
        user.IsEmpty ? "the user id must not be empty"
        : item.IsEmpty ? "the item id must not be empty"
        : user.Length > options.LongestId || item.Length > options.LongestId ? $"an id must not be longer than {options.LongestId} bytes"
        : !Utf8.IsValid(user) || !Utf8.IsValid(item) ? "an id must be valid UTF-8"
        : scenario.Length > options.LongestId || !Utf8.IsValid(scenario) ? $"a scenario must be valid UTF-8 of at most {options.LongestId} bytes"
        : !float.IsFinite(value) ? "the value must be a finite number"
        : time < _earliest ? $"the time must not be before {options.Earliest:yyyy-MM-dd}"
        : time > _latest ? "the time must not lie in the future"
        : null;

    private static string Worst(ImportReport report) =>
        report.Refusals is [{ Lines: [var line, ..] } worst, ..] ? $"{worst.Rule} ({worst.Count:N0} times, first in line {line.Line})" : "no reason was recorded";

    private static DateTimeOffset? When(Interactions data, Index row) =>
        data.Time[^1] == 0 && data.Time[0] == 0 ? null : DateTimeOffset.FromUnixTimeSeconds(data.Time[row]);

    /// <param name="uncounted">Lines at the beginning that are not counted as rows.</param>
    private void Lines(DatasetPart part, LineHandler each, int uncounted)
    {
        var (content, fraction) = part.Open();
        _fraction = _bytes == 0 ? fraction : () => Math.Min(1, (_bytesBefore + fraction() * part.Packed) / _bytes);
        using var reader = new LineReader(content, part.Name);
        while (reader.Read(out var line))
        {
            if (reader.Number > uncounted) Counted(part.Name);
            else if (reader.Number % LinesPerReport == 0) cancellation.ThrowIfCancellationRequested();
            each(line, reader.Number);
        }
    }
}
