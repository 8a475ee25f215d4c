using System.Text;
using System.Text.Json;

namespace RecLab.Recommenders.Data.Import;

/// <summary>Reads the wanted fields of one JSON object after another as UTF-8, without building documents. A name may be a path (<c>user.id</c>); a key that is
/// written with the dot itself counts too. Of a key that occurs twice the last counts.</summary>
/// <param name="names">Up to 32 keys or paths; null for one that is not wanted.</param>
internal sealed class JsonFields(params string?[] names)
{
    private readonly byte[]?[] _whole = [.. names.Select(n => n is null ? null : Encoding.UTF8.GetBytes(n))];
    private readonly byte[][]?[] _paths = [.. names.Select(n => n?.Split('.').Select(Encoding.UTF8.GetBytes).ToArray())];
    private readonly Range?[] _at = new Range?[names.Length];
    private byte[] _values = new byte[1024];
    private int _used;

    /// <summary>Whether the object has the field, with a text, a number or a truth value in it.</summary>
    public bool Has(int field) => _at[field] is not null;

    /// <summary>The value: texts unescaped, numbers as written. Empty where there is none; valid until the next object.</summary>
    public ReadOnlySpan<byte> this[int field] => _at[field] is { } range ? _values.AsSpan(range) : [];

    /// <summary>Reads one object.</summary>
    /// <returns>False where the line is no JSON object and nothing else.</returns>
    public bool Read(ReadOnlySpan<byte> line)
    {
        Array.Clear(_at);
        _used = 0;
        if (_values.Length < line.Length) _values = new byte[2 * line.Length];
        var json = new Utf8JsonReader(line);
        try
        {
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject) return false;
            Object(ref json, 0, uint.MaxValue);
            return !json.Read();
        }
        catch (JsonException)
        {
            return false;
        }
        catch (InvalidOperationException)
        {
            return false; // a text with half a surrogate pair or bytes that are no UTF-8
        }
    }

    private void Object(ref Utf8JsonReader json, int level, uint alive)
    {
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            uint here = 0, deeper = 0;
            for (var i = 0; i < _paths.Length; i++)
            {
                if ((alive >> i & 1) == 0 || _paths[i] is not { } path || path.Length <= level) continue;
                if (level == 0 && json.ValueTextEquals(_whole[i])) here |= 1u << i;
                else if (json.ValueTextEquals(path[level])) { if (path.Length == level + 1) here |= 1u << i; else deeper |= 1u << i; }
            }
            json.Read();
            if (json.TokenType == JsonTokenType.StartObject && deeper != 0) Object(ref json, level + 1, deeper);
            else if (here != 0) Take(ref json, here);
            else json.Skip();
        }
    }

    private void Take(ref Utf8JsonReader json, uint fields)
    {
        Range? at = null;
        if (json.TokenType is JsonTokenType.String or JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False)
        {
            var start = _used;
            if (json.TokenType == JsonTokenType.String) _used += json.CopyString(_values.AsSpan(start));
            else { json.ValueSpan.CopyTo(_values.AsSpan(start)); _used += json.ValueSpan.Length; }
            at = start.._used;
        }
        else
        {
            json.Skip();
        }
        for (var i = 0; i < _at.Length; i++)
            if ((fields >> i & 1) != 0) _at[i] = at;
    }

    /// <summary>The keys of an object and how their values begin, for a first look; null where the line is no object.</summary>
    public static IReadOnlyList<(string Name, string Value)>? Peek(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return null;
            var peeked = new List<(string, string)>();
            foreach (var property in document.RootElement.EnumerateObject())
                if (property.Value.ValueKind == JsonValueKind.Object)
                    foreach (var inner in property.Value.EnumerateObject()) peeked.Add(($"{property.Name}.{inner.Name}", Shown(inner.Value)));
                else peeked.Add((property.Name, Shown(property.Value)));
            return peeked;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Shown(JsonElement value) => value.ToString() is { Length: > 60 } longer ? longer[..60] + "…" : value.ToString();
}
