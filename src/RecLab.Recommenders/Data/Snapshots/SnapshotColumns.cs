using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RecLab.Recommenders.Data.Snapshots;

/// <summary>One file of a snapshot and how it is written.</summary>
internal sealed record SnapshotColumn(string Name, Action<Interactions, Stream> Write);

/// <summary>The files of a snapshot: what they hold and how they are read back.</summary>
internal static class SnapshotColumns
{
    private static readonly JsonSerializerOptions Json = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static IReadOnlyList<SnapshotColumn> All { get; } =
    [
        new("user.i32", (data, stream) => Raw<int>(data.User, stream)),
        new("item.i32", (data, stream) => Raw<int>(data.Item, stream)),
        new("value.f32", (data, stream) => Raw<float>(data.Value, stream)),
        new("time.i64", (data, stream) => Raw<long>(data.Time, stream)),
        new("users.ids", (data, stream) => Ids(data.Users, stream)),
        new("items.ids", (data, stream) => Ids(data.Items, stream)),
        new("items.jsonl", (data, stream) => Lines(data.Catalogue.Items.OrderBy(i => i.Id, StringComparer.Ordinal).Select(i => i with { Attributes = Sorted(i.Attributes) }), stream)),
        new("users.jsonl", (data, stream) => Lines(data.Audience.Users.OrderBy(u => u.Id, StringComparer.Ordinal).Select(u => u with { Attributes = Sorted(u.Attributes)! }), stream)),
    ];

    /// <summary>The files of data that know their scenarios, beside the others.</summary>
    public static IReadOnlyList<SnapshotColumn> OfScenarios { get; } =
    [
        new("scenario.i32", (data, stream) => Raw<int>(data.Scenarios!.OfRow, stream)),
        new("scenarios.ids", (data, stream) => Ids(data.Scenarios!.Names, stream)),
    ];

    /// <summary>The files of data whose items stand in a graph, after those.</summary>
    public static IReadOnlyList<SnapshotColumn> OfGraph { get; } =
    [
        new("edge-head.i32", (data, stream) => Raw<int>(data.Catalogue.Graph!.Head, stream)),
        new("edge-relation.i32", (data, stream) => Raw<int>(data.Catalogue.Graph!.Relation, stream)),
        new("edge-tail.i32", (data, stream) => Raw<int>(data.Catalogue.Graph!.Tail, stream)),
        new("entities.ids", (data, stream) => Ids(data.Catalogue.Graph!.Entities, stream)),
        new("relations.ids", (data, stream) => Ids(data.Catalogue.Graph!.Relations, stream)),
        new("linked.ids", (data, stream) => Ids(data.Catalogue.Graph!.Linked, stream)),
        new("linked.i32", (data, stream) => Raw<int>(data.Catalogue.Graph!.EntityOf, stream)),
    ];

    /// <summary>The files these data need, in the order of the manifest.</summary>
    public static IEnumerable<SnapshotColumn> Of(Interactions data) => Of(data.Scenarios is not null, data.Catalogue.Graph is not null);

    /// <summary>The files that must stand beside those a manifest lists.</summary>
    public static IEnumerable<SnapshotColumn> Of(IReadOnlyList<SnapshotFile> listed) => Of(listed.Any(f => f.Name == OfScenarios[0].Name), listed.Any(f => f.Name == OfGraph[0].Name));

    private static IEnumerable<SnapshotColumn> Of(bool scenarios, bool graph) => All.Concat(scenarios ? OfScenarios : []).Concat(graph ? OfGraph : []);

    /// <exception cref="ArgumentException">Columns contradict one another.</exception>
    /// <exception cref="InvalidDataException">A file is not what its name says.</exception>
    /// <exception cref="JsonException">A description is malformed.</exception>
    public static Interactions Read(IReadOnlyDictionary<string, byte[]> files, SnapshotManifest manifest)
    {
        var data = new Interactions(Ids(files["users.ids"]), Ids(files["items.ids"]), Column<int>(files["user.i32"]), Column<int>(files["item.i32"]),
            Column<float>(files["value.f32"]), Column<long>(files["time.i64"]), new Catalogue(Lines<ItemInfo>(files["items.jsonl"]), Graph(files)), new Audience(Lines<UserInfo>(files["users.jsonl"])),
            files.TryGetValue("scenario.i32", out var scenarios) ? new(Ids(files["scenarios.ids"]), Column<int>(scenarios)) : null);
        if (data.Count != manifest.Rows || data.Users.Count != manifest.Users || data.Items.Count != manifest.Items) throw new InvalidDataException("its counts differ from its manifest.");
        return data;
    }

    private static KnowledgeGraph? Graph(IReadOnlyDictionary<string, byte[]> files) => !files.TryGetValue("edge-head.i32", out var heads) ? null
        : new(Ids(files["entities.ids"]), Ids(files["relations.ids"]), Column<int>(heads), Column<int>(files["edge-relation.i32"]), Column<int>(files["edge-tail.i32"]),
            Ids(files["linked.ids"]), Column<int>(files["linked.i32"]));

    private static void Raw<T>(T[] column, Stream stream) where T : unmanaged
    {
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("Snapshots are little-endian.");
        const int Block = 1 << 20;
        for (var start = 0; start < column.Length; start += Block)
            stream.Write(MemoryMarshal.AsBytes(column.AsSpan(start, Math.Min(Block, column.Length - start))));
    }

    private static T[] Column<T>(byte[] bytes) where T : unmanaged => MemoryMarshal.Cast<byte, T>(bytes).ToArray();

    /// <summary>The number of ids, then each as its length in bytes and its UTF-8, all numbers 32-bit: ids may hold anything, line ends too.</summary>
    private static void Ids(Vocabulary vocabulary, Stream stream)
    {
        var number = new byte[4];
        Number(vocabulary.Count);
        foreach (var id in vocabulary.Ids)
        {
            var bytes = Encoding.UTF8.GetBytes(id);
            Number(bytes.Length);
            stream.Write(bytes);
        }

        void Number(int value)
        {
            BinaryPrimitives.WriteInt32LittleEndian(number, value);
            stream.Write(number);
        }
    }

    private static Vocabulary Ids(byte[] bytes)
    {
        var at = 0;
        var ids = new string[Math.Clamp(Number(), 0, bytes.Length / 4)];
        for (var i = 0; i < ids.Length; i++)
        {
            var length = Number();
            if (length < 0 || length > bytes.Length - at) throw new InvalidDataException("a list of ids ends in the middle.");
            ids[i] = Encoding.UTF8.GetString(bytes, at, length);
            at += length;
        }
        return at == bytes.Length ? new Vocabulary(ids) : throw new InvalidDataException("a list of ids is longer than it says.");

        int Number()
        {
            if (bytes.Length - at < 4) throw new InvalidDataException("a list of ids ends in the middle.");
            at += 4;
            return BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at - 4));
        }
    }

    private static void Lines<T>(IEnumerable<T> records, Stream stream)
    {
        foreach (var record in records)
        {
            JsonSerializer.Serialize(stream, record, Json);
            stream.WriteByte((byte)'\n');
        }
    }

    private static List<T> Lines<T>(byte[] bytes)
    {
        var records = new List<T>();
        for (var rest = bytes.AsSpan(); !rest.IsEmpty;)
        {
            var end = rest.IndexOf((byte)'\n');
            if (end < 0) throw new InvalidDataException("a list of descriptions ends in the middle.");
            records.Add(JsonSerializer.Deserialize<T>(rest[..end], Json) ?? throw new InvalidDataException("a description is empty."));
            rest = rest[(end + 1)..];
        }
        return records;
    }

    private static SortedDictionary<string, string>? Sorted(IReadOnlyDictionary<string, string>? attributes) =>
        attributes is null ? null : new SortedDictionary<string, string>(attributes.ToDictionary(p => p.Key, p => p.Value), StringComparer.Ordinal);
}
