namespace RecLab.Recommenders.Data.Import;

/// <summary>A stream that is only read, once and forwards: what imports are made of. A derived one says how bytes come. Asking it to seek or to be written is refused with
/// <see cref="NotSupportedException"/>, as the contract of <see cref="Stream"/> asks of a stream whose CanSeek and CanWrite are false.</summary>
/// <param name="inner">The stream beneath, closed with this one.</param>
internal abstract class ForwardStream(Stream inner) : Stream
{
    /// <summary>The stream beneath.</summary>
    protected Stream Inner => inner;

    public abstract override int Read(Span<byte> buffer);
    public sealed override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public sealed override bool CanRead => true;
    public sealed override bool CanSeek => false;
    public sealed override bool CanWrite => false;
    public sealed override long Length => throw new NotSupportedException();
    public sealed override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public sealed override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public sealed override void SetLength(long value) => throw new NotSupportedException();
    public sealed override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public sealed override void Flush() { }

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
