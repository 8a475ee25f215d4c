using System.Buffers.Text;
using System.Text;

namespace RecLab.Recommenders.Data.Import;

/// <summary>Cutting a line into fields and reading numbers from UTF-8 without making strings.</summary>
internal static class Fields
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Cuts at every separator.</summary>
    /// <param name="ranges">Receives the fields; a line with more fields than fit gives their true number all the same.</param>
    /// <returns>How many fields the line has.</returns>
    public static int Split(ReadOnlySpan<byte> line, ReadOnlySpan<byte> separator, Span<Range> ranges)
    {
        var count = 0;
        for (var start = 0; ; count++)
        {
            var length = line[start..].IndexOf(separator);
            var end = length < 0 ? line.Length : start + length;
            if (count < ranges.Length) ranges[count] = start..end;
            if (length < 0) return count + 1;
            start = end + separator.Length;
        }
    }

    /// <summary>The whole field is a number that is finite.</summary>
    public static bool TryNumber(ReadOnlySpan<byte> field, out float value)
    {
        if (field is [var digit] && char.IsAsciiDigit((char)digit)) { value = digit - '0'; return true; }
        return Utf8Parser.TryParse(field, out value, out var used) && used == field.Length && float.IsFinite(value);
    }

    /// <summary>The whole field is a whole number.</summary>
    public static bool TryWhole(ReadOnlySpan<byte> field, out long value) => Utf8Parser.TryParse(field, out value, out var used) && used == field.Length;

    /// <summary>A non-empty run of digits.</summary>
    public static bool IsDigits(ReadOnlySpan<byte> field) => !field.IsEmpty && field.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;

    /// <summary>UTF-8 where the bytes are that, else Latin-1: older files do not say which they are.</summary>
    public static string Text(ReadOnlySpan<byte> bytes)
    {
        try { return Strict.GetString(bytes); }
        catch (DecoderFallbackException) { return Encoding.Latin1.GetString(bytes); }
    }
}
