using System.Globalization;
using System.Text;

namespace RecLab.Controls;

/// <summary>Rows as CSV (RFC 4180, CRLF, invariant numbers). Text that a spreadsheet would run as a formula gets a leading apostrophe (OWASP ASVS 1.2.10); numbers stay numbers.</summary>
public static class CsvText
{
    public static string Write(IReadOnlyList<string> head, IEnumerable<IReadOnlyList<object?>> rows)
    {
        var text = new StringBuilder();
        text.AppendJoin(',', head.Select(Cell)).Append("\r\n");
        foreach (var row in rows) text.AppendJoin(',', row.Select(Cell)).Append("\r\n");
        return text.ToString();
    }

    private static string Cell(object? value) => value switch
    {
        null => "",
        double d => double.IsNaN(d) ? "" : d.ToString("R", CultureInfo.InvariantCulture),
        DateTimeOffset t => t.ToString("O", CultureInfo.InvariantCulture),
        string s => Quote(s is ['=' or '+' or '-' or '@' or '\t' or '\r' or '\0', ..] ? "'" + s : s),
        IFormattable f => Quote(f.ToString(null, CultureInfo.InvariantCulture)),
        _ => Quote(value.ToString() ?? ""),
    };

    private static string Quote(string s) => s.AsSpan().IndexOfAny("\",\r\n") < 0 ? s : "\"" + s.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}
