using System.Buffers;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Unicode;

namespace RecLab.Doors;

/// <summary>A JSON body, read up to a limit that counts what comes out of gzip, not what goes in.</summary>
internal static class Body
{
    public const int Limit = 1 << 20, BrowserLimit = 64 << 10, LinesLimit = 16 << 20;
    private static readonly JsonDocumentOptions Form = new() { MaxDepth = 16 };

    /// <exception cref="ProblemException">413 too large, 415 not JSON or an unknown encoding, 400 malformed.</exception>
    public static async Task<JsonDocument> ReadAsync(HttpContext http, bool browser)
    {
        var limit = browser ? BrowserLimit : Limit;
        var request = http.Request;
        if (request.ContentLength > limit) throw TooLarge(limit);
        if (request.ContentType is { } type && !Accepted(type)) throw new ProblemException(415, "Send application/json, or text/plain from a beacon.");
        var gzip = request.Headers.ContentEncoding.ToString() switch
        {
            "" or "identity" => false,
            "gzip" => true,
            _ => throw new ProblemException(415, "The content encoding must be gzip or none."),
        };
        var buffer = ArrayPool<byte>.Shared.Rent(16 << 10);
        using var copy = new MemoryStream();
        try
        {
            await using var stream = gzip ? new GZipStream(request.Body, CompressionMode.Decompress) : request.Body;
            for (int read; (read = await stream.ReadAsync(buffer, http.RequestAborted)) > 0;)
            {
                if (copy.Length + read > limit) throw TooLarge(limit);
                copy.Write(buffer, 0, read);
            }
            var bytes = copy.GetBuffer().AsMemory(0, (int)copy.Length).ToArray();
            if (!Utf8.IsValid(bytes)) throw new ProblemException(400, "The body is not UTF-8."); // the parser looks at texts only when they are read
            var document = JsonDocument.Parse(bytes, Form);
            if (!HasHalfNames(bytes)) return document;
            document.Dispose();
            throw new ProblemException(400, "A name in the body holds half a character.");
        }
        catch (JsonException e)
        {
            throw new ProblemException(400, $"The body is not JSON: line {e.LineNumber + 1}, byte {e.BytePositionInLine}.");
        }
        catch (InvalidDataException)
        {
            throw new ProblemException(400, "The body is not gzip.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The lines of an NDJSON body.</summary>
    /// <exception cref="ProblemException">413 too large, 415 not NDJSON or an unknown encoding, 400 not UTF-8.</exception>
    public static async Task<string[]> LinesAsync(HttpContext http)
    {
        var request = http.Request;
        if (request.ContentLength > LinesLimit) throw TooLarge(LinesLimit);
        if (request.ContentType is not { } type || !(type.StartsWith("application/x-ndjson", StringComparison.OrdinalIgnoreCase) || type.StartsWith("application/jsonl", StringComparison.OrdinalIgnoreCase))) throw new ProblemException(415, "Send application/x-ndjson: one JSON object a line.");
        if (http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = LinesLimit;
        var gzip = request.Headers.ContentEncoding.ToString() switch
        {
            "" or "identity" => false,
            "gzip" => true,
            _ => throw new ProblemException(415, "The content encoding must be gzip or none."),
        };
        using var copy = new MemoryStream();
        var buffer = new byte[64 << 10];
        try
        {
            await using var stream = gzip ? new GZipStream(request.Body, CompressionMode.Decompress) : request.Body;
            for (int read; (read = await stream.ReadAsync(buffer, http.RequestAborted)) > 0;)
            {
                if (copy.Length + read > LinesLimit) throw TooLarge(LinesLimit);
                copy.Write(buffer, 0, read);
            }
        }
        catch (InvalidDataException)
        {
            throw new ProblemException(400, "The body is not gzip.");
        }
        var bytes = copy.GetBuffer().AsMemory(0, (int)copy.Length);
        if (!Utf8.IsValid(bytes.Span)) throw new ProblemException(400, "The body is not UTF-8.");
        if (HasHalfNames(bytes.Span)) throw new ProblemException(400, "A name in the body holds half a character.");
        return System.Text.Encoding.UTF8.GetString(bytes.Span).Split('\n');
    }

    /// <summary>Whether a property's name has an escape that is half a character; looking such a name up would throw. Values are judged field by field.</summary>
    private static bool HasHalfNames(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("\\ud"u8) < 0 && json.IndexOf("\\uD"u8) < 0) return false;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Form.MaxDepth, AllowMultipleValues = true });
        while (Reads(ref reader))
        {
            if (reader.TokenType != JsonTokenType.PropertyName || !reader.ValueIsEscaped) continue;
            try
            {
                _ = reader.GetString();
            }
            catch (InvalidOperationException)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>The next token; where the text is no JSON, the parser will say so.</summary>
    private static bool Reads(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool Accepted(string type) =>
        type.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) || type.StartsWith("text/plain", StringComparison.OrdinalIgnoreCase);

    private static ProblemException TooLarge(int limit) => new(413, $"The body is larger than {limit / 1024} KiB.");
}

/// <summary>Reads fields of a JSON object and remembers what is wrong with them, with a pointer to each.</summary>
internal sealed class Fields(JsonElement source, string pointer)
{
    private readonly List<InvalidValue> _faults = [];

    public IReadOnlyList<InvalidValue> Faults => _faults;

    public void Fault(string name, string detail) => _faults.Add(new($"{pointer}/{name}", $"{name} {detail}."));

    /// <summary>An id, or null where absent or null.</summary>
    public string? Id(string name, bool required = false)
    {
        if (!Find(name, out var value))
        {
            if (required) Fault(name, "is missing");
            return null;
        }
        if (Text(name, value) is not { } text) return null;
        if (Texts.Fault(text) is not { } fault) return text;
        Fault(name, fault);
        return null;
    }

    /// <summary>Any text as long as an id may be, or null.</summary>
    public string? Word(string name) => Id(name);

    /// <summary>A text of one or more lines, or null.</summary>
    public string? Text(string name, int longest)
    {
        if (!Find(name, out var value) || Text(name, value) is not { } text) return null;
        if (text.Length > longest) Fault(name, $"must be at most {longest} characters long");
        else if (text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t'))) Fault(name, "must not contain control characters");
        else if (!Whole(text)) Fault(name, "must not contain half a character");
        else return text;
        return null;
    }

    /// <summary>A list of ids, or null where absent.</summary>
    public string[]? Ids(string name, int most)
    {
        if (!Find(name, out var list)) return null;
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > most) { Fault(name, $"must be a list of at most {most} texts"); return null; }
        List<string> ids = [];
        foreach (var element in list.EnumerateArray())
        {
            if (element.ValueKind == JsonValueKind.String && RecommendationsDoor.Safe(element) is { } id && Texts.Fault(id) is null) ids.Add(id);
            else { Fault(name, "holds something that cannot be taken"); return null; }
        }
        return [.. ids];
    }

    /// <summary>The fields of an object inside, or null where absent; what is wrong in it is told once <see cref="Take"/> is given it back.</summary>
    public Fields? Object(string name)
    {
        if (!Find(name, out var value)) return null;
        if (value.ValueKind == JsonValueKind.Object) return new(value, $"{pointer}/{name}");
        Fault(name, "must be an object");
        return null;
    }

    /// <summary>Takes over what is wrong in an object inside.</summary>
    public void Take(Fields inside) => _faults.AddRange(inside.Faults);

    /// <summary>An object of at most so many texts by name, or null where absent.</summary>
    public IReadOnlyDictionary<string, string>? Map(string name, int most)
    {
        if (Object(name) is not { } inside) return null;
        if (inside.Properties().Skip(most).Any())
        {
            Take(inside);
            Fault(name, $"must hold at most {most} texts");
            return null;
        }
        Dictionary<string, string> map = new(StringComparer.Ordinal);
        foreach (var property in inside.Properties())
        {
            if (Texts.Fault(property) is { } fault) Fault(name, $"has a name that {fault}");
            else if (inside.Id(property) is { } value) map[property] = value;
        }
        Take(inside);
        return map;
    }

    private IEnumerable<string> Properties() => source.EnumerateObject().Select(p => p.Name);

    private static bool Whole(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) i++;
            else if (char.IsSurrogate(text[i])) return false;
        }
        return true;
    }

    public double? Number(string name)
    {
        if (!Find(name, out var value)) return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number)) return number;
        Fault(name, "must be a number");
        return null;
    }

    public int? Whole(string name, int least, int most)
    {
        if (!Find(name, out var value)) return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most) return number;
        Fault(name, $"must be a whole number from {least} to {most}");
        return null;
    }

    public bool? Flag(string name)
    {
        if (!Find(name, out var value)) return null;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
        Fault(name, "must be true or false");
        return null;
    }

    /// <summary>Unix milliseconds of an ISO 8601 time with a zone, years 2000 to 2100.</summary>
    public long? Time(string name)
    {
        if (!Find(name, out var value)) return null;
        if (Text(name, value) is not { } text) return null;
        if (Times.Parse(text) is { } time) return time;
        Fault(name, "must be a time such as 2026-01-17T10:00:05Z");
        return null;
    }

    /// <summary>The element itself, or null.</summary>
    public JsonElement? Any(string name) => Find(name, out var value) ? value : null;

    private bool Find(string name, out JsonElement value) => source.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    private string? Text(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String) { Fault(name, "must be a text"); return null; }
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException) // an escape that is half a character
        {
            Fault(name, "must not contain half a character");
            return null;
        }
    }
}

/// <summary>Times as they are sent.</summary>
internal static class Times
{
    private static readonly DateTimeOffset First = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero), Last = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static long? Parse(string text) =>
        text.Length is >= 17 and <= 40 && (text[^1] is 'Z' or 'z' || text.LastIndexOfAny(['+', '-']) > 10)
        && DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.None, out var time) && time >= First && time <= Last
            ? time.ToUnixTimeMilliseconds() : null;
}
