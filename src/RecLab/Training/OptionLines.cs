using System.Text.Json;

namespace RecLab.Training;

/// <summary>Stored options as lines for reading.</summary>
public static class OptionLines
{
    /// <summary>Name and value of each option, in the stored order.</summary>
    public static IReadOnlyList<(string Name, string Value)> Of(string json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateObject().Select(p => (p.Name, p.Value.ValueKind switch
        {
            JsonValueKind.True => "on",
            JsonValueKind.False => "off",
            JsonValueKind.Null => "not set",
            JsonValueKind.String => p.Value.GetString()!,
            JsonValueKind.Array => string.Join(", ", p.Value.EnumerateArray().Select(v => v.ToString())),
            _ => p.Value.ToString(),
        }))];
    }
}
