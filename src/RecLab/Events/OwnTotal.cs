namespace RecLab.Events;

/// <summary>What a user did of one of the shop's own kinds of events.</summary>
/// <param name="Kind">Its name, without "custom:".</param>
/// <param name="Count">How often.</param>
/// <param name="Valued">How many of them came with a value.</param>
/// <param name="Value">Sum of these values in <see cref="Parts"/>.</param>
public readonly record struct OwnTotal(string Kind, long Count, long Valued, long Value)
{
    /// <summary>Values are added up in thousandths, so that the order of arrival never matters.</summary>
    public const int Parts = 1000;

    /// <summary>A larger value, either way, is kept in the log and not added up.</summary>
    public const double LargestValue = 1_000_000;

    /// <summary>A value in whole parts, half a part away from zero; null without one that can be added up.</summary>
    public static long? InParts(double? value) => value is { } v && Math.Abs(v) <= LargestValue ? (long)(v * Parts + (v < 0 ? -0.5 : 0.5)) : null;

    /// <summary>Both by kind.</summary>
    internal static OwnTotal[]? Together(OwnTotal[]? a, OwnTotal[]? b)
    {
        if (a is null || b is null) return a ?? b;
        return [.. a.Concat(b).GroupBy(o => o.Kind, StringComparer.Ordinal).Select(g => new OwnTotal(g.Key, g.Sum(o => o.Count), g.Sum(o => o.Valued), g.Sum(o => o.Value)))];
    }
}
