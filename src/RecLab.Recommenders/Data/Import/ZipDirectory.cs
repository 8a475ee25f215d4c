using System.Buffers.Binary;

namespace RecLab.Recommenders.Data.Import;

/// <summary>How many entries a zip archive has, found without making an object of each (PKWARE APPNOTE.TXT 6.3.10, sections 4.3.12 to 4.3.16).</summary>
internal static class ZipDirectory
{
    private const uint Header = 0x02014b50, End64 = 0x06064b50, Locator64 = 0x07064b50;
    private const int EndLength = 22, LongestComment = ushort.MaxValue;

    /// <summary>The number the end record tells or, where the directory holds more than that, the number of headers counted, at most one more than <paramref name="most"/>.
    /// 0 where there is no end record: then it is no archive at all.</summary>
    /// <param name="archive">Can be sought in; left anywhere.</param>
    /// <param name="most">Counting stops beyond it.</param>
    public static long Entries(Stream archive, int most)
    {
        var tail = new byte[(int)Math.Min(archive.Length, EndLength + LongestComment)];
        var tailAt = archive.Length - tail.Length;
        if (!At(archive, tailAt, tail)) return 0;
        var end = tail.Length < EndLength ? -1 : tail.AsSpan(0, tail.Length - EndLength + 4).LastIndexOf("PK\x05\x06"u8);
        if (end < 0) return 0;
        long told = BinaryPrimitives.ReadUInt16LittleEndian(tail.AsSpan(end + 10)), from = BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(end + 16));
        if ((told == ushort.MaxValue || from == uint.MaxValue) && Large(archive, tailAt + end) is var (count, start)) (told, from) = (count, start);
        return told > most ? told : Counted(archive, from, most);
    }

    /// <summary>What the end record of a zip64 archive tells.</summary>
    private static (long Entries, long From)? Large(Stream archive, long end)
    {
        Span<byte> locator = stackalloc byte[20], record = stackalloc byte[56];
        if (!At(archive, end - locator.Length, locator) || BinaryPrimitives.ReadUInt32LittleEndian(locator) != Locator64) return null;
        if (!At(archive, BinaryPrimitives.ReadInt64LittleEndian(locator[8..]), record) || BinaryPrimitives.ReadUInt32LittleEndian(record) != End64) return null;
        var told = BinaryPrimitives.ReadUInt64LittleEndian(record[32..]);
        return (told > long.MaxValue ? long.MaxValue : (long)told, BinaryPrimitives.ReadInt64LittleEndian(record[48..]));
    }

    /// <summary>The end record may lie: the headers one after another do not.</summary>
    private static long Counted(Stream archive, long from, int most)
    {
        Span<byte> header = stackalloc byte[46];
        var count = 0L;
        while (count <= most && At(archive, from, header) && BinaryPrimitives.ReadUInt32LittleEndian(header) == Header)
        {
            count++;
            from += header.Length + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]) + BinaryPrimitives.ReadUInt16LittleEndian(header[30..]) + BinaryPrimitives.ReadUInt16LittleEndian(header[32..]);
        }
        return count;
    }

    private static bool At(Stream archive, long position, Span<byte> bytes)
    {
        if (position < 0 || position > archive.Length - bytes.Length) return false;
        archive.Position = position;
        archive.ReadExactly(bytes);
        return true;
    }
}
