using System.IO.Compression;

namespace RecLab.Recommenders.Data.Import;

/// <summary>Unpacks gzip and notices when the end is missing, which <see cref="GZipStream"/> passes over in silence. A last member that
/// holds a random mark is appended to the packed bytes: it comes out at the end only where everything before it was whole.</summary>
internal sealed class WholeGzipStream : ForwardStream
{
    private const int MarkLength = 16;
    private readonly byte[] _mark;
    private readonly byte[] _held = new byte[1 << 16];
    private int _start, _end;
    private bool _atEnd;

    public WholeGzipStream(Stream packed) : this(packed, Guid.NewGuid().ToByteArray()) { }

    private WholeGzipStream(Stream packed, byte[] mark) : base(new GZipStream(new Followed(packed, Packed(mark)), CompressionMode.Decompress)) => _mark = mark;

    private static byte[] Packed(byte[] mark)
    {
        using var member = new MemoryStream();
        using (var gzip = new GZipStream(member, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(mark);
        return member.ToArray();
    }

    /// <exception cref="InvalidDataException">The packed data are damaged or cut short.</exception>
    public override int Read(Span<byte> buffer)
    {
        while (!_atEnd && _end - _start <= MarkLength) Fill();
        if (_atEnd && !_held.AsSpan(_start, _end - _start).EndsWith(_mark)) throw new InvalidDataException("the packed data end too early.");
        var count = Math.Min(buffer.Length, _end - _start - MarkLength);
        _held.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    private void Fill()
    {
        _held.AsSpan(_start, _end - _start).CopyTo(_held);
        (_start, _end) = (0, _end - _start);
        var read = Inner.Read(_held, _end, _held.Length - _end);
        _end += read;
        _atEnd = read == 0;
    }

    /// <summary>A stream, and then some bytes more.</summary>
    private sealed class Followed(Stream first, byte[] then) : ForwardStream(first)
    {
        private int _at = -1;

        public override int Read(Span<byte> buffer)
        {
            if (_at < 0)
            {
                var read = Inner.Read(buffer);
                if (read > 0 || buffer.IsEmpty) return read;
                _at = 0;
            }
            var count = Math.Min(buffer.Length, then.Length - _at);
            then.AsSpan(_at, count).CopyTo(buffer);
            _at += count;
            return count;
        }
    }
}
