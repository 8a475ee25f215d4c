using System.Text.Json;
using RecLab.Recommenders.Catalog;

namespace RecLab.Training;

/// <summary>Stored options as lines for reading.</summary>
public static class OptionLines
{
    /// <summary>Name and value of each option in the stored order, by the names the family's form gives them.</summary>
    public static IReadOnlyList<(string Name, string Value)> Of(string familyKey, string json)
    {
        var family = RecommenderCatalog.All.FirstOrDefault(f => f.Key == familyKey);
        var names = family is null ? [] : OptionField.Of(family).ToDictionary(f => JsonNamingPolicy.CamelCase.ConvertName(f.Key), f => f.Name, StringComparer.Ordinal);
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateObject().Select(p => (names.GetValueOrDefault(p.Name, p.Name), Written(p.Value)))];
    }

    private static string Written(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => "on",
        JsonValueKind.False => "off",
        JsonValueKind.Null => "not set",
        JsonValueKind.String => OptionWords.Spaced(value.GetString()!),
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(v => v.ToString())),
        _ => value.ToString(),
    };
}
