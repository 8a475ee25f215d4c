using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RecLab.Recommenders;

/// <summary>One named array: raw little-endian bytes with a type and a shape.</summary>
/// <param name="Type">safetensors dtype: F32, I32, I64, ...</param>
public sealed record NamedArray(string Type, long[] Shape, byte[] Bytes)
{
    public static NamedArray Of(ReadOnlySpan<float> values, params long[] shape) => new("F32", shape.Length == 0 ? [values.Length] : shape, MemoryMarshal.AsBytes(values).ToArray());
    public static NamedArray Of(ReadOnlySpan<int> values, params long[] shape) => new("I32", shape.Length == 0 ? [values.Length] : shape, MemoryMarshal.AsBytes(values).ToArray());
    public static NamedArray Of(ReadOnlySpan<long> values, params long[] shape) => new("I64", shape.Length == 0 ? [values.Length] : shape, MemoryMarshal.AsBytes(values).ToArray());
}

/// <summary>A set of named arrays in the safetensors layout: 8-byte little-endian header length, JSON header, data
/// (https://huggingface.co/docs/safetensors). Shapes, types and bounds are checked on reading; nothing executable is ever read.</summary>
public sealed class SafeTensors : Dictionary<string, NamedArray>
{
    private const long MaxHeader = 100_000_000;

    /// <summary>Free text kept in the header.</summary>
    public Dictionary<string, string> Metadata { get; } = [];

    public SafeTensors() : base(StringComparer.Ordinal) { }

    public void Write(Stream stream)
    {
        var header = new JsonObject();
        if (Metadata.Count > 0) header["__metadata__"] = new JsonObject(Metadata.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value)));
        long offset = 0;
        var names = Keys.Order(StringComparer.Ordinal).ToArray();
        foreach (var name in names)
        {
            var array = this[name];
            header[name] = new JsonObject
            {
                ["dtype"] = array.Type,
                ["shape"] = new JsonArray([.. array.Shape.Select(d => (JsonNode?)d)]),
                ["data_offsets"] = new JsonArray(offset, offset + array.Bytes.Length),
            };
            offset += array.Bytes.Length;
        }
        var json = Encoding.UTF8.GetBytes(header.ToJsonString());
        var padded = (json.Length + 7) / 8 * 8; // data starts on an 8-byte boundary, spaces fill the header
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, padded);
        stream.Write(length);
        stream.Write(json);
        for (var i = json.Length; i < padded; i++) stream.WriteByte((byte)' ');
        foreach (var name in names) stream.Write(this[name].Bytes);
    }

    /// <exception cref="InvalidDataException">The stream is not a well-formed safetensors file.</exception>
    public static SafeTensors Read(Stream stream)
    {
        if (stream.CanSeek && stream.Length > Array.MaxLength) throw new InvalidDataException($"The artifact is {stream.Length:N0} bytes long, more than {Array.MaxLength:N0} are not read.");
        using var buffer = new MemoryStream();
        stream.CopyTo(buffer);
        var bytes = buffer.GetBuffer().AsSpan(0, (int)buffer.Length);
        if (bytes.Length < 8) throw new InvalidDataException("The artifact is shorter than its header length.");
        var headerLength = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        if (headerLength is < 2 or > MaxHeader || headerLength > bytes.Length - 8) throw new InvalidDataException($"The artifact's header length {headerLength} is out of bounds.");
        var data = bytes[(8 + (int)headerLength)..];
        try
        {
            using var header = JsonDocument.Parse(buffer.GetBuffer().AsMemory(8, (int)headerLength));
            var result = new SafeTensors();
            foreach (var entry in header.RootElement.EnumerateObject())
            {
                if (entry.Name == "__metadata__") { foreach (var pair in entry.Value.EnumerateObject()) result.Metadata[pair.Name] = pair.Value.GetString() ?? ""; continue; }
                result.Add(entry.Name, Entry(entry, data));
            }
            RefuseOverlaps(header.RootElement, data.Length);
            return result;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"The artifact's header is malformed: {e.Message}", e);
        }
    }

    /// <summary>A float array of a known number of elements.</summary>
    public float[] Floats(string name, long expected = -1) => MemoryMarshal.Cast<byte, float>(Checked(name, "F32", expected)).ToArray();
    public int[] Ints(string name, long expected = -1) => MemoryMarshal.Cast<byte, int>(Checked(name, "I32", expected)).ToArray();
    public long[] Longs(string name, long expected = -1) => MemoryMarshal.Cast<byte, long>(Checked(name, "I64", expected)).ToArray();

    private byte[] Checked(string name, string type, long expected)
    {
        if (!TryGetValue(name, out var array)) throw new InvalidDataException($"The artifact has no array '{name}'.");
        if (array.Type != type) throw new InvalidDataException($"The array '{name}' is {array.Type}, expected {type}.");
        var count = array.Bytes.Length / Width(type);
        if (expected >= 0 && count != expected) throw new InvalidDataException($"The array '{name}' has {count} elements, expected {expected}.");
        return array.Bytes;
    }

    private static NamedArray Entry(JsonProperty entry, ReadOnlySpan<byte> data)
    {
        var type = entry.Value.GetProperty("dtype").GetString()!;
        var shape = entry.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64()).ToArray();
        var offsets = entry.Value.GetProperty("data_offsets");
        if (offsets.GetArrayLength() != 2) throw new InvalidDataException($"The array '{entry.Name}' needs two offsets.");
        long start = offsets[0].GetInt64(), end = offsets[1].GetInt64();
        if (start < 0 || end < start || end > data.Length) throw new InvalidDataException($"The array '{entry.Name}' lies outside the file.");
        long elements = 1;
        foreach (var d in shape) { if (d < 0) throw new InvalidDataException($"The array '{entry.Name}' has a negative dimension."); elements = checked(elements * d); }
        if (checked(elements * Width(type)) != end - start) throw new InvalidDataException($"The array '{entry.Name}' has {end - start} bytes, its shape says {elements} elements of {type}.");
        return new(type, shape, data[(int)start..(int)end].ToArray());
    }

    private static void RefuseOverlaps(JsonElement header, long dataLength)
    {
        var at = 0L;
        foreach (var (start, end) in header.EnumerateObject().Where(e => e.Name != "__metadata__")
                     .Select(e => (e.Value.GetProperty("data_offsets")[0].GetInt64(), e.Value.GetProperty("data_offsets")[1].GetInt64())).Order())
        {
            if (start != at) throw new InvalidDataException("The artifact's arrays overlap or leave gaps.");
            at = end;
        }
        if (at != dataLength) throw new InvalidDataException("The artifact has bytes that belong to no array.");
    }

    private static int Width(string type) => type switch
    {
        "F64" or "I64" or "U64" => 8, "F32" or "I32" or "U32" => 4, "F16" or "BF16" or "I16" or "U16" => 2, "I8" or "U8" or "BOOL" => 1,
        _ => throw new InvalidDataException($"The type {type} is unknown."),
    };
}
