using System.Buffers.Binary;
using System.Text;
using RecLab.Training;
using Xunit;

namespace RecLab.Tests.Training;

public sealed class TensorBoardFileTests
{
    [Fact]
    public void The_checksum_is_that_of_the_standard()
    {
        // RFC 3720, appendix B.4: 32 bytes of zeros, of ones, and counting up.
        Assert.Equal(0x8a9136aau, TensorBoardFile.Crc32C(new byte[32]));
        Assert.Equal(0x62a8ab43u, TensorBoardFile.Crc32C([.. Enumerable.Repeat((byte)0xff, 32)]));
        Assert.Equal(0x46dd794eu, TensorBoardFile.Crc32C([.. Enumerable.Range(0, 32).Select(i => (byte)i)]));
    }

    [Fact]
    public void A_runs_points_come_back_with_their_names_epochs_times_and_values()
    {
        var start = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        RunPoint[] points = [Point("validation ndcg@10", 2, 0.25), Point("loss", 1, 3.5), Point("loss", 300, 0.125)];
        var ends = TensorBoardFile.Ends([Line("Epoch 1: loss 3.5, 2.0 s", start.AddSeconds(2)), Line("Trained in 9 s.", start.AddSeconds(9)), Line("Epoch 2: loss 3.4, 2.0 s", start.AddSeconds(4))]);
        Assert.Equal([1, 2], ends.Keys.Order());

        var events = Read(TensorBoardFile.Write(start, points, ends));
        Assert.Equal("brain.Event:2", events[0].Version);
        Assert.Equal([("loss", 1L, start.AddSeconds(2), 3.5f), ("validation ndcg@10", 2L, start.AddSeconds(4), 0.25f), ("loss", 300L, start, 0.125f)],
            events.Skip(1).Select(e => (e.Tag!, e.Step, e.At, e.Value)));

        static RunPoint Point(string series, int epoch, double value) => new() { Series = series, Epoch = epoch, Value = value };
        static RunLogLine Line(string text, DateTimeOffset at) => new() { At = at, Text = text };
    }

    /// <summary>Reads records as TensorBoard does, and refuses a wrong checksum.</summary>
    private static List<(DateTimeOffset At, long Step, string? Version, string? Tag, float Value)> Read(ReadOnlySpan<byte> file)
    {
        var events = new List<(DateTimeOffset, long, string?, string?, float)>();
        while (file.Length > 0)
        {
            var length = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
            Assert.Equal(Masked(file[..8]), BinaryPrimitives.ReadUInt32LittleEndian(file[8..]));
            var data = file.Slice(12, length);
            Assert.Equal(Masked(data), BinaryPrimitives.ReadUInt32LittleEndian(file[(12 + length)..]));
            file = file[(16 + length)..];
            var (at, step, version, tag, value) = (0.0, 0L, default(string), default(string), 0f);
            while (data.Length > 0)
                switch (data[0])
                {
                    case 1 << 3 | 1: at = BinaryPrimitives.ReadDoubleLittleEndian(data[1..]); data = data[9..]; break;
                    case 2 << 3: data = data[1..]; step = Varint(ref data); break;
                    case 3 << 3 | 2: version = Encoding.UTF8.GetString(Bytes(ref data)); break;
                    case 5 << 3 | 2:
                        var summary = Bytes(ref data);
                        var entry = Bytes(ref summary);
                        tag = Encoding.UTF8.GetString(Bytes(ref entry));
                        Assert.Equal(2 << 3 | 5, entry[0]);
                        value = BinaryPrimitives.ReadSingleLittleEndian(entry[1..]);
                        break;
                    default: Assert.Fail($"field {data[0]}"); break;
                }
            events.Add((DateTimeOffset.FromUnixTimeMilliseconds((long)(1000 * at)), step, version, tag, value));
        }
        return events;
    }

    private static uint Masked(ReadOnlySpan<byte> data)
    {
        var crc = TensorBoardFile.Crc32C(data);
        return ((crc >> 15) | (crc << 17)) + 0xa282ead8;
    }

    private static ReadOnlySpan<byte> Bytes(ref ReadOnlySpan<byte> data)
    {
        data = data[1..];
        var length = (int)Varint(ref data);
        var bytes = data[..length];
        data = data[length..];
        return bytes;
    }

    private static long Varint(ref ReadOnlySpan<byte> data)
    {
        long value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var b = data[0];
            data = data[1..];
            value |= (long)(b & 0x7f) << shift;
            if (b < 0x80) return value;
        }
    }
}
