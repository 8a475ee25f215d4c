using System.Text.Json;

namespace RecLab.Serving.External;

/// <summary>What a team's service answered: ids, best first. The one form that is taken is <c>{"items":["i1","i2"]}</c> or <c>{"items":[{"id":"i1","score":2.5},...]}</c> with scores that do not rise;
/// anything beside or instead of it is a fault, so that a wrong address is noticed and not served.</summary>
public static class EndpointAnswer
{
    public const int MostItems = 1000, LongestId = 256;
    private static readonly JsonDocumentOptions Form = new() { MaxDepth = 4 };

    /// <exception cref="FormatException">Not that form; one sentence.</exception>
    public static IReadOnlyList<string> Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Form);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || root.EnumerateObject().Any(p => p.Name != "items") || !root.TryGetProperty("items", out var items) || items.ValueKind != JsonValueKind.Array)
                throw new FormatException("The answer must be an object with items alone.");
            if (items.GetArrayLength() > MostItems) throw new FormatException($"The answer names more than {MostItems} items.");
            List<string> ids = new(items.GetArrayLength());
            HashSet<string> seen = new(StringComparer.Ordinal);
            var last = double.PositiveInfinity;
            foreach (var item in items.EnumerateArray())
            {
                var id = item.ValueKind == JsonValueKind.Object ? Scored(item, ref last) : Id(item);
                if (!seen.Add(id)) throw new FormatException("The answer names an item twice.");
                ids.Add(id);
            }
            return ids;
        }
        catch (JsonException)
        {
            throw new FormatException("The answer is not JSON.");
        }
        catch (InvalidOperationException) // an escape that is half a character
        {
            throw new FormatException("An id in the answer holds half a character.");
        }
    }

    private static string Scored(JsonElement item, ref double last)
    {
        if (item.EnumerateObject().Any(p => p.Name is not ("id" or "score")) || !item.TryGetProperty("id", out var id)) throw new FormatException("An item must be a text, or an object with id and score alone.");
        if (!item.TryGetProperty("score", out var score)) return Id(id);
        if (score.ValueKind != JsonValueKind.Number || !score.TryGetDouble(out var value) || !double.IsFinite(value) || value > last) throw new FormatException("Scores must be finite numbers that do not rise.");
        last = value;
        return Id(id);
    }

    private static string Id(JsonElement element) =>
        element.ValueKind == JsonValueKind.String && element.GetString() is { Length: >= 1 and <= LongestId } id ? id : throw new FormatException($"An id must be a text of 1 to {LongestId} characters.");
}
