using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using RecLab.Access;

namespace RecLab.Training;

/// <summary>A run's curves as a TensorBoard event file: records of a length, its checksum, a protocol buffer <c>Event</c> and its checksum (TensorFlow, lib/io/record_writer.h and util/event.proto).</summary>
public static class TensorBoardFile
{
    public static IEndpointRouteBuilder MapTensorBoard(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/training/{id:int}/tensorboard", async (int id, TrainingReader reader, CancellationToken cancellation) =>
        {
            if (await reader.RunAsync(id, cancellation) is not { } view) return (IResult)TypedResults.NotFound();
            var began = (view.Run.StartedAt ?? view.Run.RequestedAt).ToUnixTimeSeconds();
            return TypedResults.File(Write(view.Run.StartedAt ?? view.Run.RequestedAt, view.Points, Ends(view.Log)), "application/octet-stream",
                string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{began}.run{id}"));
        }).RequireAuthorization(Policies.View);
        return routes;
    }

    /// <param name="start">When the run began; the time of points whose epoch has none of its own.</param>
    /// <param name="ends">When each epoch ended, as far as it is known.</param>
    public static byte[] Write(DateTimeOffset start, IEnumerable<RunPoint> points, IReadOnlyDictionary<int, DateTimeOffset> ends)
    {
        using var file = new MemoryStream();
        Record(file, Event(start, 0, message => Bytes(message, 3, "brain.Event:2"u8)));
        foreach (var point in points.OrderBy(p => p.Epoch).ThenBy(p => p.Series, StringComparer.Ordinal))
            Record(file, Event(ends.GetValueOrDefault(point.Epoch, start), point.Epoch, message => Bytes(message, 5, Summary(point))));
        return file.ToArray();
    }

    /// <summary>When the log says that an epoch ended: lines that begin with "Epoch 3:".</summary>
    public static Dictionary<int, DateTimeOffset> Ends(IEnumerable<RunLogLine> log)
    {
        var ends = new Dictionary<int, DateTimeOffset>();
        foreach (var line in log)
            if (line.Text.StartsWith("Epoch ", StringComparison.Ordinal) && line.Text.IndexOf(':') is var colon and > 0
                && int.TryParse(line.Text.AsSpan(6, colon - 6), NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)) ends[epoch] = line.At;
        return ends;
    }

    /// <summary>wall_time = 1 (double), step = 2 (varint), and what it is about.</summary>
    private static byte[] Event(DateTimeOffset at, long step, Action<MemoryStream> what)
    {
        var message = new MemoryStream();
        message.WriteByte(1 << 3 | 1);
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(number, at.ToUnixTimeMilliseconds() / 1000.0);
        message.Write(number);
        message.WriteByte(2 << 3);
        Varint(message, (ulong)step);
        what(message);
        return message.ToArray();
    }

    /// <summary>Summary { value = 1 { tag = 1, simple_value = 2 (float) } }.</summary>
    private static byte[] Summary(RunPoint point)
    {
        var value = new MemoryStream();
        Bytes(value, 1, Encoding.UTF8.GetBytes(point.Series));
        value.WriteByte(2 << 3 | 5);
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(number, (float)point.Value);
        value.Write(number);
        var summary = new MemoryStream();
        Bytes(summary, 1, value.ToArray());
        return summary.ToArray();
    }

    private static void Bytes(MemoryStream message, int field, ReadOnlySpan<byte> bytes)
    {
        message.WriteByte((byte)(field << 3 | 2));
        Varint(message, (ulong)bytes.Length);
        message.Write(bytes);
    }

    private static void Varint(MemoryStream message, ulong value)
    {
        for (; value >= 0x80; value >>= 7) message.WriteByte((byte)(value | 0x80));
        message.WriteByte((byte)value);
    }

    private static void Record(MemoryStream file, byte[] data)
    {
        Span<byte> head = stackalloc byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(head, data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], Masked(head[..8]));
        file.Write(head);
        file.Write(data);
        BinaryPrimitives.WriteUInt32LittleEndian(head, Masked(data));
        file.Write(head[..4]);
    }

    /// <summary>Turned and moved, because a checksum of data that contain checksums is weak.</summary>
    private static uint Masked(ReadOnlySpan<byte> data) => uint.RotateRight(Crc32C(data), 15) + 0xa282ead8;

    /// <summary>CRC-32C (Castagnoli), as in iSCSI (RFC 3720, section 12.1).</summary>
    internal static uint Crc32C(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var b in data) crc = System.Numerics.BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
