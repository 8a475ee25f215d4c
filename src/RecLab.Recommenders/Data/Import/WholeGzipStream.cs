using System.IO.Compression;

namespace RecLab.Recommenders.Data.Import;

/// <summary>Unpacks gzip and notices when the end is missing, which <see cref="GZipStream"/> passes over in silence. A last member that
/// holds a random mark is appended to the packed bytes: it comes out at the end only where everything before it was whole.</summary>
internal sealed class WholeGzipStream : Stream
{
    private const int MarkLength = 16;
    private readonly byte[] _mark = Guid.NewGuid().ToByteArray();
    private readonly GZipStream _unpacked;
    private readonly byte[] _held = new byte[1 << 16];
    private int _start, _end;
    private bool _atEnd;

    public WholeGzipStream(Stream packed)
    {
        using var member = new MemoryStream();
        using (var gzip = new GZipStream(member, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(_mark);
        _unpacked = new GZipStream(new Followed(packed, member.ToArray()), CompressionMode.Decompress);
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
        var read = _unpacked.Read(_held, _end, _held.Length - _end);
        _end += read;
        _atEnd = read == 0;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    protected override void Dispose(bool disposing) { if (disposing) _unpacked.Dispose(); base.Dispose(disposing); }

    /// <summary>A stream, and then some bytes more.</summary>
    private sealed class Followed(Stream first, byte[] then) : Stream
    {
        private int _at = -1;

        public override int Read(Span<byte> buffer)
        {
            if (_at < 0)
            {
                var read = first.Read(buffer);
                if (read > 0 || buffer.IsEmpty) return read;
                _at = 0;
            }
            var count = Math.Min(buffer.Length, then.Length - _at);
            then.AsSpan(_at, count).CopyTo(buffer);
            _at += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        protected override void Dispose(bool disposing) { if (disposing) first.Dispose(); base.Dispose(disposing); }
    }
}
