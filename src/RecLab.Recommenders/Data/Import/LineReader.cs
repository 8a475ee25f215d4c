namespace RecLab.Recommenders.Data.Import;

/// <summary>Reads a stream line by line as UTF-8 bytes without making strings. Ends of lines are LF or CRLF; a byte order mark is skipped.</summary>
internal sealed class LineReader(Stream stream, string name) : IDisposable
{
    /// <summary>A line longer than this means that the file is not made of lines.</summary>
    private const int LongestLine = 16 << 20;

    private byte[] _buffer = new byte[1 << 18];
    private int _start, _end;
    private bool _atEnd;

    /// <summary>1-based number of the line last read.</summary>
    public long Number { get; private set; }

    /// <summary>The next line without its end; valid until the next call.</summary>
    /// <exception cref="ImportException">The file is damaged, binary, or one endless line.</exception>
    public bool Read(out ReadOnlySpan<byte> line)
    {
        for (var searched = 0; ;)
        {
            var found = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (found >= 0)
            {
                line = Trim(_buffer.AsSpan(_start, searched + found));
                _start += searched + found + 1;
                Number++;
                return true;
            }
            searched = _end - _start;
            if (_atEnd)
            {
                line = Trim(_buffer.AsSpan(_start, searched));
                _start = _end;
                if (searched == 0) return false;
                Number++;
                return true;
            }
            Fill();
        }
    }

    public void Dispose() => stream.Dispose();

    private void Fill()
    {
        if (_start > 0) { _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer); _end -= _start; _start = 0; }
        if (_end == _buffer.Length)
        {
            if (_end >= LongestLine) throw new ImportException($"Line {Number + 1} of '{name}' is longer than {LongestLine >> 20} MB: this is not a file of rows.");
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
        int read;
        try
        {
            read = stream.Read(_buffer, _end, _buffer.Length - _end);
        }
        catch (InvalidDataException e)
        {
            throw new ImportException($"'{name}' is damaged after line {Number}: {e.Message}", e);
        }
        if (_buffer.AsSpan(_end, read).Contains((byte)0)) throw new ImportException($"'{name}' is not a text file: there is a zero byte after line {Number}.");
        var first = Number == 0 && _end == 0;
        _end += read;
        _atEnd = read == 0;
        if (first && _buffer.AsSpan(0, _end).StartsWith("\uFEFF"u8)) _start = 3;
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> line) => line is [.., (byte)'\r'] ? line[..^1] : line;
}
