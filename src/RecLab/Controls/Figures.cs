using System.Globalization;

namespace RecLab.Controls;

/// <summary>How numbers are written, in one place: separators of the current culture, a true minus (U+2212), and no zero that stands for "unknown".</summary>
public static class Figures
{
    private const char Minus = '\u2212';

    /// <summary>A share 0..1 as a rate: two decimals below 10 %, one above. 0.0482 is "4.82%", 0.382 is "38.2%".</summary>
    public static string Rate(double share) => !double.IsFinite(share) ? None : Math.Round(share * 100, 2) < 10 ? Fixed(share * 100, 2) + "%" : Fixed(share * 100, 1) + "%";

    /// <summary>The counts under a rate: "22,480 / 466,380".</summary>
    public static string Counts(long numerator, long denominator) => $"{Count(numerator)} / {Count(denominator)}";

    /// <summary>A whole percentage of progress or a split: 0.333 is "33%".</summary>
    public static string Percent(double share) => Fixed(Math.Floor(share * 100 + 1e-9), 0) + "%";

    /// <summary>The level of an interval: "95 %", "97.5 %".</summary>
    public static string Level(double level) => (level * 100).ToString("0.#", Culture) + " %";

    /// <summary>A relative change: 0.064 is "+6.4%", -0.003 is "−0.3%", and what rounds to nothing is "0.0%".</summary>
    public static string Change(double relative) => Signed(relative * 100, 1) + "%";

    /// <summary>An absolute change of a rate, never in percent: 0.0031 is "+0.31 pp".</summary>
    public static string Points(double difference) => Signed(difference * 100, 2) + " pp";

    /// <summary>A relative interval, low to high: "+3.8 to +9.1".</summary>
    public static string Interval(double low, double high, int decimals = 1) => $"{Signed(low * 100, decimals)} to {Signed(high * 100, decimals)}";

    /// <summary>A p value: two decimals, three below 0.1, bounds at the ends; never 0 and never 1.</summary>
    public static string P(double p) => p switch
    {
        < 0.001 => "p < " + Fixed(0.001, 3),
        > 0.9 => "p > " + Fixed(0.9, 1),
        _ when Math.Round(p, 3) < 0.1 => "p = " + Fixed(p, 3),
        _ => "p = " + Fixed(p, 2),
    };

    /// <summary>A count with thousands separators: "123,648".</summary>
    public static string Count(long count) => True(count.ToString("N0", Culture));

    /// <summary>A count on an axis: 1,200,000 is "1.2 M".</summary>
    public static string AxisCount(double count) => Math.Abs(count) >= 1e6 ? True((count / 1e6).ToString("#,0.##", Culture)) + " M" : True(count.ToString("#,0.##", Culture));

    /// <summary>A ranking metric, four decimals; diversity takes three.</summary>
    public static string Metric(double value, int decimals = 4) => double.IsFinite(value) ? Fixed(value, decimals) : None;

    /// <summary>An average of seconds: one decimal below a hundred ("12.4 s"), two units from there on.</summary>
    public static string Seconds(double seconds) => !double.IsFinite(seconds) ? None : Math.Abs(seconds) < 99.95 ? Fixed(seconds, 1) + " s" : Duration(TimeSpan.FromSeconds(seconds));

    /// <summary>The two largest units: "9 min 40 s", "38 s"; below a second in ms, with one decimal below 100 ms.</summary>
    public static string Duration(TimeSpan span)
    {
        if (span < TimeSpan.Zero) return Minus + Duration(-span);
        if (span.TotalMilliseconds < 99.95) return Fixed(span.TotalMilliseconds, 1) + " ms";
        if (span.TotalMilliseconds < 999.5) return Fixed(span.TotalMilliseconds, 0) + " ms";
        var seconds = (long)Math.Round(span.TotalSeconds);
        var (days, hours, minutes) = (seconds / 86400, seconds / 3600 % 24, seconds / 60 % 60);
        if (days > 0) return Two(days, "d", hours, "h");
        if (hours > 0) return Two(hours, "h", minutes, "min");
        return minutes > 0 ? Two(minutes, "min", seconds % 60, "s") : $"{seconds} s";

        static string Two(long large, string largeUnit, long small, string smallUnit) =>
            small == 0 ? $"{Count(large)} {largeUnit}" : $"{Count(large)} {largeUnit} {small} {smallUnit}";
    }

    /// <summary>A moment with its zone: "14:32:05 UTC, 17 Jan 2026".</summary>
    public static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("HH:mm:ss 'UTC', d MMM yyyy", Culture);

    /// <summary>A moment's day: "17 Jan 2026".</summary>
    public static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("d MMM yyyy", Culture);

    /// <summary>How long ago: "3 s ago"; what lies ahead by a clock's difference is "now".</summary>
    public static string Ago(DateTimeOffset at, DateTimeOffset now) => now - at < TimeSpan.FromSeconds(1) ? "now" : Duration(now - at) + " ago";

    /// <summary>Money from minor units: symbol first, two decimals: "€1.94".</summary>
    /// <param name="minor">Cents; may be a fraction, as in revenue per user.</param>
    /// <param name="currency">ISO 4217 code; an unknown one is written out.</param>
    public static string Money(double minor, string currency = "EUR")
    {
        if (!double.IsFinite(minor)) return None;
        var symbol = currency switch { "EUR" => "€", "USD" => "$", "GBP" => "£", "JPY" => "¥", _ => currency + " " };
        return (minor < -0.5 ? Minus.ToString() : "") + symbol + Math.Abs(minor / 100).ToString("N2", Culture);
    }

    /// <summary>A size in bytes: 1,536 is "1.5 kB" (1,024-based, one decimal).</summary>
    public static string Bytes(long bytes)
    {
        string[] units = ["B", "kB", "MB", "GB", "TB"];
        var (value, unit) = ((double)bytes, 0);
        while (value >= 1023.95 && unit < units.Length - 1) (value, unit) = (value / 1024, unit + 1);
        return (unit == 0 ? Count(bytes) : Fixed(value, 1)) + " " + units[unit];
    }

    /// <summary>A number with a sign, a true minus, and no sign when it rounds to zero.</summary>
    public static string Signed(double value, int decimals)
    {
        var rounded = Math.Round(value, decimals, MidpointRounding.AwayFromZero);
        return rounded == 0 ? Fixed(0, decimals) : (rounded > 0 ? "+" : Minus.ToString()) + Math.Abs(rounded).ToString("N" + decimals, Culture);
    }

    /// <summary>For a value that does not exist, such as the average of nobody.</summary>
    private const string None = "–";

    private static CultureInfo Culture => CultureInfo.CurrentCulture;
    private static string Fixed(double value, int decimals) => True(Math.Round(value, decimals, MidpointRounding.AwayFromZero).ToString("N" + decimals, Culture));
    private static string True(string text) => text.Replace(Culture.NumberFormat.NegativeSign, Minus.ToString(), StringComparison.Ordinal);
}
