using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace RecLab.Tests.Doors;

/// <summary>Values and bodies that somebody sends who means no good, drawn from a seed.</summary>
internal sealed class Hostile(Random random)
{
    private static readonly string[] Words =
    [
        "", " ", "0", "-1", "1e308", "99999999999999999999", "-9223372036854775808", "2147483648", "NaN", "Infinity", "null", "undefined", "true", "[]", "{}", "\0", "a\0b", "\u202Eabc", "\uFFFF", "é", "用户", "😀",
        "\u0001\u001F\u007F", "../../../etc/passwd", "..\\..\\windows\\win.ini", "/etc/passwd", "file:///etc/passwd", "http://169.254.169.254/", "' OR 1=1 --", "\"; DROP TABLE event; --", "<script>alert(1)</script>", "{{7*7}}", "${jndi:ldap://x}",
        "%00", "%2e%2e%2f", "%s%n%x", "=cmd|' /C calc'!A0", "\r\nX-Injected: 1", "0199f0c2-0000-7000-8000-000000000000", "0199f0c2-0000-7000-8000-000000000000.AAAAAAAAAAA", "not-a-uuid.zzz", "2026-01-17T10:00:00Z", "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00Z", "2026-13-45T99:99:99Z", "2026-01-17T10:00:00+99:99", "1.5", "0x10", "٣", "1,2,3", ",,,", "home", "live", "simulated",
    ];

    private static readonly byte[] Bomb = Gzip(new byte[50 << 20]);

    public string Word() => random.Next(20) switch
    {
        0 => new string('a', random.Next(200, 3000)),
        1 => string.Concat(Enumerable.Range(0, random.Next(1, 30)).Select(_ => (char)random.Next(1, 0xD7FF))),
        _ => Words[random.Next(Words.Length)],
    };

    /// <summary>A valid body with up to three things wrong in it.</summary>
    public byte[] Body(string valid)
    {
        if (random.Next(6) == 0) return Raw(valid);
        var root = JsonNode.Parse(valid)!;
        for (var n = random.Next(1, 4); n > 0; n--) root = Mutated(root);
        var text = root.ToJsonString();
        return random.Next(8) == 0 ? Raw(text) : Encoding.UTF8.GetBytes(text);
    }

    /// <summary>Content with a type and an encoding that may both be lies.</summary>
    /// <param name="asked">The type that the door asks for.</param>
    public HttpContent Content(byte[] body, string asked)
    {
        var encoding = random.Next(12);
        var bytes = encoding switch { 0 => Gzip(body), 1 => Bomb, 2 => Gzip(body)[..^Math.Min(8, body.Length)], _ => body };
        var content = new ByteArrayContent(bytes);
        if (encoding <= 3) content.Headers.ContentEncoding.Add("gzip"); // 3: says gzip and is not
        else if (encoding == 4) content.Headers.TryAddWithoutValidation("Content-Encoding", random.Next(2) == 0 ? "br" : "gzip, gzip");
        var type = random.Next(10) switch
        {
            0 => null, 1 => "text/plain", 2 => "application/xml", 3 => "multipart/form-data", 4 => "application/x-www-form-urlencoded", 5 => "application/json; charset=utf-16", _ => asked,
        };
        if (type is not null) content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return content;
    }

    private JsonNode Mutated(JsonNode root)
    {
        List<JsonNode> places = [];
        Collect(root, places);
        var target = places[random.Next(places.Count)];
        switch (target)
        {
            case JsonObject o when o.Count > 0 && random.Next(3) > 0:
                var name = o.ElementAt(random.Next(o.Count)).Key;
                if (random.Next(4) == 0) o.Remove(name);
                else o[name] = Value();
                break;
            case JsonObject o:
                o[Word()] = Value();
                break;
            case JsonArray a when random.Next(3) > 0:
                for (var n = random.Next(50) == 0 ? 600 : random.Next(1, 4); n > 0; n--) a.Add(a.Count > 0 && random.Next(2) == 0 ? a[random.Next(a.Count)]?.DeepClone() : Value());
                break;
            default:
                return random.Next(10) == 0 ? Value() ?? JsonValue.Create(0) : root;
        }
        return root;
    }

    private static void Collect(JsonNode node, List<JsonNode> places)
    {
        places.Add(node);
        foreach (var child in node is JsonObject o ? o.Select(p => p.Value) : node is JsonArray a ? a : [])
            if (child is not null) Collect(child, places);
    }

    private JsonNode? Value() => random.Next(12) switch
    {
        0 => null,
        1 => JsonValue.Create(random.Next(2) == 0),
        2 => JsonValue.Create(long.MaxValue),
        3 => JsonValue.Create(-1),
        4 => JsonNode.Parse(random.Next(2) == 0 ? "1e400" : "-0.0000000000000000000000000001"),
        5 => JsonNode.Parse(random.Next(2) == 0 ? "123456789012345678901234567890" : "1.5"),
        6 => new JsonArray(JsonValue.Create(Word()), null, new JsonObject()),
        7 => new JsonObject { [Word()] = Word(), ["properties"] = new JsonObject { ["a"] = new string('x', random.Next(5000)) } },
        8 => Deep(random.Next(2, 14)),
        _ => JsonValue.Create(Word()),
    };

    private static JsonNode Deep(int depth)
    {
        JsonNode node = new JsonArray();
        for (; depth > 0; depth--) node = depth % 2 == 0 ? new JsonArray(node) : new JsonObject { ["a"] = node };
        return node;
    }

    /// <summary>Wrong below the level of JSON: cut off, bytes turned, half characters, names twice, nested without end.</summary>
    private byte[] Raw(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        switch (random.Next(8))
        {
            case 0: return bytes[..random.Next(bytes.Length + 1)];
            case 1:
                for (var n = random.Next(1, 6); n > 0 && bytes.Length > 0; n--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                return bytes;
            case 2 when random.Next(2) == 0: return Encoding.UTF8.GetBytes(text.Replace("\"a\":", "\"\\ud800\":", StringComparison.Ordinal).Replace("\"device\":", "\"\\uDC00x\":", StringComparison.Ordinal).Replace("\"session\":", "\"\\ud800ession\":", StringComparison.Ordinal));
            case 2: return Encoding.UTF8.GetBytes(text.Replace("\"user\":\"", "\"user\":\"\\ud800", StringComparison.Ordinal).Replace("\"eventId\":\"", "\"eventId\":\"\\udc00", StringComparison.Ordinal));
            case 3: return Encoding.UTF8.GetBytes(text.Replace("\"placement\"", "\"placement\":1,\"placement\"", StringComparison.Ordinal).Replace("\"type\"", "\"type\":[],\"type\"", StringComparison.Ordinal));
            case 4: return Encoding.UTF8.GetBytes(new string('[', 20_000));
            case 5: return [0xEF, 0xBB, 0xBF, .. bytes];
            case 6: return Encoding.Unicode.GetBytes(text);
            default: var noise = new byte[random.Next(300)]; random.NextBytes(noise); return noise;
        }
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, CompressionLevel.Optimal)) stream.Write(bytes);
        return packed.ToArray();
    }
}
