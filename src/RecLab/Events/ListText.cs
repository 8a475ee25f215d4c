using System.Globalization;
using System.Text;
using System.Text.Json;

namespace RecLab.Events;

/// <summary>A list's items and propensities as the log stores them, JSON arrays in UTF-8. A list that is shown many times is written once.</summary>
public sealed record ListText(byte[] Items, byte[] Propensities)
{
    public static ListText Of(IReadOnlyList<string> items, IReadOnlyList<double> propensities) => new(JsonSerializer.SerializeToUtf8Bytes(items), Numbers(propensities));

    /// <summary>The shortest digits that read back as the same numbers.</summary>
    private static byte[] Numbers(IReadOnlyList<double> values)
    {
        var text = new StringBuilder("[");
        for (var i = 0; i < values.Count; i++) text.Append(i == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"{values[i]:R}");
        return Encoding.UTF8.GetBytes(text.Append(']').ToString());
    }
}
