namespace RecLab.Recommenders.Data.Import;

/// <summary>Passes unpacked bytes through and stops a file that unpacks to far more than rows of text ever do. Deflate can reach 1,032 to 1; tables of
/// ids and ratings lie between 3 and 30, constant columns near 100.</summary>
/// <param name="packed">Bytes of the packed content.</param>
/// <param name="free">Unpacked bytes up to which no ratio is looked at: small files may be as monotonous as they like.</param>
internal sealed class BombGuard(Stream inner, string name, long packed, long free = 256L << 20) : ForwardStream(inner)
{
    private const int MostTimes = 250;
    private long _count;

    /// <exception cref="ImportException">The content is too large for what it was packed into.</exception>
    public override int Read(Span<byte> buffer)
    {
        var read = Inner.Read(buffer);
        _count += read;
        if (_count > free && _count / MostTimes > packed) throw new ImportException($"'{name}' unpacks to more than {MostTimes} times its size and is refused: rows of data do not pack that well.");
        return read;
    }
}
