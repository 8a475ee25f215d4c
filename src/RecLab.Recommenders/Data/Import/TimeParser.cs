using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace RecLab.Recommenders.Data.Import;

/// <summary>Reads the times of one column; where the format is to be detected, the first value that can be read decides for all.</summary>
/// <param name="first">Times of the first rows. Where each of them is a calendar day of eight digits (20240131), the column holds days; as unix seconds they would
/// all lie in 1970.</param>
internal sealed class TimeParser(ColumnMapping columns, IReadOnlyCollection<string> first)
{
    private const string Day = "yyyyMMdd";

    /// <summary>How many rows are looked at before the first is read.</summary>
    public const int Looked = 100;

    /// <summary>Seconds reach this number in the year 5138, milliseconds passed it in 1973.</summary>
    private const double SecondsEnd = 1e11;

    private readonly string? _pattern = columns.DatePattern ?? (columns.TimeFormat == TimeFormat.Detect && first.Count > 0 && first.All(IsDay) ? Day : null);
    private TimeFormat _format = columns.TimeFormat;

    /// <summary>What a time must be, for the report.</summary>
    public string Expected => _format switch
    {
        TimeFormat.UnixSeconds => "unix seconds",
        TimeFormat.UnixMilliseconds => "unix milliseconds",
        _ => _pattern is { } pattern ? $"a date like {pattern}" : "a date in ISO 8601 or a unix time",
    };

    public bool TrySeconds(ReadOnlySpan<byte> field, out long seconds)
    {
        seconds = 0;
        if (_format == TimeFormat.Detect)
            _format = _pattern is null && Number(field, out var n) ? Math.Abs(n) >= SecondsEnd ? TimeFormat.UnixMilliseconds : TimeFormat.UnixSeconds
                : Date(field, out _) ? TimeFormat.Date : TimeFormat.Detect;
        switch (_format)
        {
            case TimeFormat.UnixSeconds when Utf8Parser.TryParse(field, out seconds, out var used) && used == field.Length:
                return true;
            case TimeFormat.UnixSeconds or TimeFormat.UnixMilliseconds:
                if (!Number(field, out var number)) return false;
                seconds = (long)Math.Floor(_format == TimeFormat.UnixSeconds ? number : number / 1000);
                return true;
            case TimeFormat.Date when Date(field, out var date):
                seconds = date.ToUnixTimeSeconds();
                return true;
            default:
                return false;
        }
    }

    /// <summary>Eight digits that are a day of the years 1900 to 2100.</summary>
    public static bool IsDay(string text) => text.Length == 8 && text.All(char.IsAsciiDigit)
        && DateOnly.TryParseExact(text, Day, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= 1900 and <= 2100;

    private static bool Number(ReadOnlySpan<byte> field, out double number) =>
        double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && Math.Abs(number) < 1e17;

    private bool Date(ReadOnlySpan<byte> field, out DateTimeOffset date)
    {
        const DateTimeStyles Styles = DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowWhiteSpaces;
        var text = Encoding.UTF8.GetString(field);
        return _pattern is { } pattern
            ? DateTimeOffset.TryParseExact(text, pattern, CultureInfo.InvariantCulture, Styles, out date)
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Styles, out date);
    }
}
