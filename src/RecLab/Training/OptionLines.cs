using System.Text.Json;
using RecLab.Recommenders.Catalog;
using RecLab.Training.External;

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
        if (familyKey == ExternalFamilies.Endpoint) return External(document.RootElement.Deserialize<EndpointSettings>(JsonSerializerOptions.Web)!);
        return [.. document.RootElement.EnumerateObject().Select(p => (names.GetValueOrDefault(p.Name, p.Name), Written(p.Value)))];
    }

    private static (string, string)[] External(EndpointSettings endpoint) =>
    [
        ("Address", endpoint.Url), ("Secret", endpoint.Secret.Length == 0 ? "none" : $"in the header {endpoint.Header}, kept encrypted"),
        ("Time limit", $"{endpoint.TimeoutMs} ms"), ("Longest answer", $"{endpoint.MaxKilobytes} KiB"),
    ];

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
