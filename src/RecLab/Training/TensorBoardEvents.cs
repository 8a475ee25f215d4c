using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Microsoft.EntityFrameworkCore;
using RecLab.Access;
using RecLab.Storage;

namespace RecLab.Training;

/// <summary>A run's curves as a TensorBoard event file: TFRecord frames (length, its masked CRC-32C, the event, its masked CRC-32C), each holding one <c>tensorflow.Event</c> in protobuf with a scalar summary
/// (tensorflow/core/util/event.proto: wall_time = 1, step = 2, file_version = 3, summary = 5; summary.proto: value = 1, tag = 1, simple_value = 2; the masks: tensorflow/core/lib/hash/crc32c.h).</summary>
public static class TensorBoardEvents
{
    private const uint MaskDelta = 0xa282ead8;

    public static IEndpointRouteBuilder MapTensorBoard(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/training/{id:int}/events.tfevents", async (int id, IDbContextFactory<RecLabDb> database, CancellationToken cancellation) =>
        {
            await using var db = await database.CreateDbContextAsync(cancellation);
            if (await db.Set<TrainingRun>().AsNoTracking().FirstOrDefaultAsync(r => r.Id == id, cancellation) is not { } run) return (IResult)TypedResults.NotFound();
            var points = await db.Set<RunPoint>().AsNoTracking().Where(p => p.RunId == id).OrderBy(p => p.Epoch).ThenBy(p => p.Series).ToListAsync(cancellation);
            return TypedResults.File(Write(run, points), "application/octet-stream", FormattableString.Invariant($"events.out.tfevents.{(run.StartedAt ?? run.RequestedAt).ToUnixTimeSeconds()}.reclab.run-{id}"));
        }).RequireAuthorization(Policies.View);
        return routes;
    }

    /// <summary>The whole file.</summary>
    /// <param name="run">Gives the stretch of time; epochs share it evenly, because points do not say when they were made.</param>
    /// <param name="points">One scalar each; the epoch is the step, the series the tag.</param>
    public static byte[] Write(TrainingRun run, IReadOnlyList<RunPoint> points)
    {
        var begin = (run.StartedAt ?? run.RequestedAt).ToUnixTimeMilliseconds() / 1000.0;
        var end = Math.Max(begin, (run.FinishedAt ?? run.HeartbeatAt ?? run.StartedAt ?? run.RequestedAt).ToUnixTimeMilliseconds() / 1000.0);
        var last = Math.Max(1, points.Select(p => p.Epoch).DefaultIfEmpty(0).Max());
        using var file = new MemoryStream();
        Frame(file, [.. Double(1, begin), .. Bytes(3, "brain.Event:2"u8)]);
        foreach (var point in points)
        {
            byte[] value = [.. Bytes(1, Encoding.UTF8.GetBytes(point.Series.Replace(' ', '/'))), .. Single(2, (float)point.Value)];
            Frame(file, [.. Double(1, begin + (end - begin) * point.Epoch / last), .. Varint(2 << 3), .. Varint((ulong)point.Epoch), .. Bytes(5, Bytes(1, value))]);
        }
        return file.ToArray();
    }

    private static void Frame(MemoryStream file, byte[] record)
    {
        Span<byte> head = stackalloc byte[12], tail = stackalloc byte[4];
        BinaryPrimitives.WriteUInt64LittleEndian(head, (ulong)record.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], Masked(head[..8]));
        BinaryPrimitives.WriteUInt32LittleEndian(tail, Masked(record));
        file.Write(head);
        file.Write(record);
        file.Write(tail);
    }

    /// <summary>CRC-32C (Castagnoli), rotated right by 15 bits and shifted by a constant, so that a sum over sums does not look like one.</summary>
    internal static uint Masked(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes) crc = BitOperations.Crc32C(crc, b);
        return BitOperations.RotateRight(~crc, 15) + MaskDelta;
    }

    private static byte[] Double(int field, double value)
    {
        var bytes = new byte[9];
        bytes[0] = (byte)(field << 3 | 1);
        BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(1), value);
        return bytes;
    }

    private static byte[] Single(int field, float value)
    {
        var bytes = new byte[5];
        bytes[0] = (byte)(field << 3 | 5);
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(1), value);
        return bytes;
    }

    private static byte[] Bytes(int field, ReadOnlySpan<byte> value) => [(byte)(field << 3 | 2), .. Varint((ulong)value.Length), .. value];

    private static byte[] Varint(ulong value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }
}
