using System.Text.Json;

namespace RecLab.Recommenders.Data.Import;

/// <summary>A row of named texts whose known columns are taken out one after another; what remains becomes attributes.</summary>
/// <param name="names">Lower case.</param>
internal sealed class DescribedRow(string[] names, string[] fields)
{
    /// <summary>An attribute longer than this is a text of its own and not kept.</summary>
    private const int LongestAttribute = 2000;
    private readonly bool[] _taken = new bool[names.Length];

    /// <summary>The first column with one of these names; null where there is none.</summary>
    public string? Take(params ReadOnlySpan<string> wanted)
    {
        foreach (var name in wanted)
        {
            var at = Array.IndexOf(names, name);
            if (at < 0) continue;
            _taken[at] = true;
            return fields[at].Trim();
        }
        return null;
    }

    /// <summary>The columns not taken that hold something; null for none.</summary>
    public Dictionary<string, string>? Rest()
    {
        var rest = new Dictionary<string, string>();
        for (var i = 0; i < names.Length; i++)
            if (!_taken[i] && names[i].Length > 0 && fields[i].Trim() is { Length: > 0 and <= LongestAttribute } value) rest[names[i]] = value;
        return rest.Count > 0 ? rest : null;
    }

    /// <summary>A JSON object as such a row: lists of texts or numbers parted by |, what lies deeper left out; null where the line is no object.</summary>
    public static DescribedRow? OfJson(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return null;
            var row = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var property in document.RootElement.EnumerateObject())
                if (Text(property.Value) is { Length: > 0 } text) row[property.Name.Trim().ToLowerInvariant()] = text;
            return new([.. row.Keys], [.. row.Values]);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        JsonValueKind.Array => string.Join('|', value.EnumerateArray().Select(Text).Where(t => !string.IsNullOrEmpty(t))),
        _ => null,
    };
}
