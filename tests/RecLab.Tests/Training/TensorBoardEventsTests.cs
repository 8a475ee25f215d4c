using System.Buffers.Binary;
using System.Text;
using RecLab.Training;
using Xunit;

namespace RecLab.Tests.Training;

public sealed class TensorBoardEventsTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Check_sums_are_masked_as_the_format_says()
    {
        // CRC-32C of "123456789" is 0xE3069283 (RFC 3720, appendix B.4 and Castagnoli's catalogue); masked: (crc >> 15 | crc << 17) + 0xa282ead8 without carry.
        const uint Crc = 0xE3069283;
        Assert.Equal(unchecked((Crc >> 15 | Crc << 17) + 0xa282ead8), TensorBoardEvents.Masked("123456789"u8));
    }

    [Fact]
    public void A_runs_curves_are_read_back_frame_by_frame()
    {
        var run = new TrainingRun { Options = "{}", StartedAt = Start, FinishedAt = Start.AddSeconds(100), RequestedAt = Start };
        RunPoint[] points = [.. Enumerable.Range(1, 200).Select(e => new RunPoint { Series = "loss", Epoch = e, Value = 1.0 / e }), new() { Series = "validation ndcg@10", Epoch = 200, Value = 0.25 }];
        var file = TensorBoardEvents.Write(run, points);
        var events = Read(file);
        Assert.Equal(202, events.Count);
        Assert.Equal("brain.Event:2", events[0].Version);
        Assert.Equal(Start.ToUnixTimeSeconds(), events[0].Wall);
        Assert.Equal(points.Select(p => (p.Series.Replace(' ', '/'), (long)p.Epoch, (float)p.Value)), events.Skip(1).Select(e => (e.Tag!, e.Step, e.Value)));
        Assert.Equal(Start.ToUnixTimeSeconds() + 50, events[100].Wall); // epoch 100 of 200 in 100 seconds
    }

    /// <summary>A reader of its own: what it cannot read, TensorBoard could not either.</summary>
    private static List<(double Wall, long Step, string? Version, string? Tag, float Value)> Read(ReadOnlySpan<byte> file)
    {
        List<(double, long, string?, string?, float)> events = [];
        while (file.Length > 0)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
            Assert.Equal(TensorBoardEvents.Masked(file[..8]), BinaryPrimitives.ReadUInt32LittleEndian(file[8..]));
            var record = file.Slice(12, length);
            Assert.Equal(TensorBoardEvents.Masked(record), BinaryPrimitives.ReadUInt32LittleEndian(file[(12 + length)..]));
            file = file[(16 + length)..];
            var (wall, step, version, tag, value) = (0.0, 0L, (string?)null, (string?)null, 0f);
            while (record.Length > 0)
            {
                var key = Varint(ref record);
                switch (key)
                {
                    case 1 << 3 | 1: wall = BinaryPrimitives.ReadDoubleLittleEndian(record); record = record[8..]; break;
                    case 2 << 3: step = (long)Varint(ref record); break;
                    case 3 << 3 | 2: version = Encoding.UTF8.GetString(Part(ref record)); break;
                    case 5 << 3 | 2:
                        var summary = Part(ref record);
                        Assert.Equal(1u << 3 | 2, Varint(ref summary));
                        var scalar = Part(ref summary);
                        Assert.Equal(1u << 3 | 2, Varint(ref scalar));
                        tag = Encoding.UTF8.GetString(Part(ref scalar));
                        Assert.Equal(2u << 3 | 5, Varint(ref scalar));
                        value = BinaryPrimitives.ReadSingleLittleEndian(scalar);
                        Assert.Equal((4, 0), (scalar.Length, summary.Length));
                        break;
                    default: Assert.Fail($"The key {key} is none of an event's."); break;
                }
            }
            events.Add((wall, step, version, tag, value));
        }
        return events;
    }

    private static ReadOnlySpan<byte> Part(ref ReadOnlySpan<byte> bytes)
    {
        var length = (int)Varint(ref bytes);
        var part = bytes[..length];
        bytes = bytes[length..];
        return part;
    }

    private static ulong Varint(ref ReadOnlySpan<byte> bytes)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var b = bytes[0];
            bytes = bytes[1..];
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80) return value;
        }
    }
}
