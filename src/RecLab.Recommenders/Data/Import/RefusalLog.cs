using System.Text;

namespace RecLab.Recommenders.Data.Import;

/// <summary>Counts refused lines by rule and keeps the first of each.</summary>
internal sealed class RefusalLog(int keptPerRule)
{
    private const int Excerpt = 200;
    private readonly Dictionary<string, (long Count, List<RefusedLine> Lines)> _rules = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Rule, string File), long> _counts = [];

    public bool IsEmpty => _rules.Count == 0;

    public void Refuse(string rule, string file, long line, ReadOnlySpan<byte> text)
    {
        var (count, lines) = Entry(rule);
        if (lines.Count < keptPerRule) lines.Add(new(file, line, Shorten(Encoding.UTF8.GetString(text[..Math.Min(text.Length, 4 * Excerpt)]))));
        _rules[rule] = (count + 1, lines);
        _counts[(rule, file)] = _counts.GetValueOrDefault((rule, file)) + 1;
    }

    /// <summary>How many lines of these files each rule refused, most frequent first.</summary>
    public IReadOnlyList<(string Rule, long Count)> Counts(IReadOnlySet<string> files) =>
        [.. _counts.Where(c => files.Contains(c.Key.File)).GroupBy(c => c.Key.Rule, (rule, c) => (rule, Count: c.Sum(x => x.Value))).OrderByDescending(c => c.Count).ThenBy(c => c.rule, StringComparer.Ordinal)];

    public IReadOnlyList<Refusal> Refusals() =>
        [.. _rules.OrderByDescending(r => r.Value.Count).ThenBy(r => r.Key, StringComparer.Ordinal).Select(r => new Refusal(r.Key, r.Value.Count, r.Value.Lines))];

    private (long Count, List<RefusedLine> Lines) Entry(string rule) => _rules.TryGetValue(rule, out var entry) ? entry : (0, []);

    private static string Shorten(string text) => text.Length <= Excerpt ? text : text[..Excerpt] + "…";
}
