namespace RecLab.Recommenders.Data.Import;

/// <summary>Makes every run of blanks and tabs one blank and takes those around a line away, so that a table aligned with blanks is a delimited file. What stands in
/// quotes stays as it is.</summary>
internal sealed class BlankRuns(Stream inner) : ForwardStream(inner)
{
    private readonly byte[] _own = new byte[1 << 16];
    private int _at, _end;
    private byte _last = (byte)'\n'; // what was handed out last
    private bool _blank, _quoted;

    public override int Read(Span<byte> buffer)
    {
        var written = 0;
        while (written < buffer.Length)
        {
            if (_at == _end)
            {
                if (written > 0) return written;
                (_at, _end) = (0, Inner.Read(_own));
                if (_end == 0) return 0;
            }
            var value = _own[_at];
            var (begins, ends) = (_last is (byte)'\n' or (byte)'\r', !_quoted && (value is (byte)'\n' or (byte)'\r'));
            if (!_quoted && (value is (byte)' ' or (byte)'\t'))
            {
                _blank = !begins;
                _at++;
                continue;
            }
            if (_blank && !ends) value = (byte)' '; else _at++;
            _blank = false;
            // A quote opens a field only where one begins, or after one that was closed (RFC 4180 writes a quote within quotes twice).
            if (value == '"') _quoted = !_quoted && (begins || _last is (byte)' ' or (byte)'"');
            buffer[written++] = _last = value;
        }
        return written;
    }
}
