using System.Text;
using CsvHelper;

namespace RecLab.Recommenders.Data.Import;

/// <summary>The records of a delimited file one after another, as UTF-8 spans; quoted fields may hold delimiters and line ends (RFC 4180).</summary>
internal sealed class DelimitedRows : IDisposable
{
    /// <summary>A record longer than this has lost its closing quote.</summary>
    private const int LongestRecord = 4 << 20;

    private readonly CsvReader _reader;
    private readonly Func<double> _fraction;
    private readonly string _name;

    private DelimitedRows(DatasetPart part, char delimiter)
    {
        _name = part.Name;
        (var content, _fraction) = part.Open();
        if (delimiter == ' ') content = new BlankRuns(content);
        _reader = CsvReader.Create(content, new CsvReaderOptions
        {
            Separator = delimiter, HasHeader = false, TrimWhitespace = true, TrackLineNumbers = true, MaxRecordSize = LongestRecord, BufferSize = 1 << 18,
            OnMalformedRecord = bad => { Broken = true; Endless |= bad.Reason == CsvMalformedReason.UnterminatedQuote; },
        }, false);
    }

    public static DelimitedRows Open(DatasetPart part, char delimiter) => new(part, delimiter);

    /// <summary>Number of fields of the record.</summary>
    public int Count => _reader.FieldCount;

    /// <summary>One field without its quotes; valid until the next record.</summary>
    public ReadOnlySpan<byte> this[int field] => _reader.GetSpan(field);

    /// <summary>All fields as text.</summary>
    public string[] Texts()
    {
        var texts = new string[Count];
        for (var i = 0; i < texts.Length; i++) texts[i] = Fields.Text(this[i]);
        return texts;
    }

    /// <summary>1-based line on which the record starts.</summary>
    public long Line => _reader.LineNumber;

    /// <summary>The record breaks the rules of quoting.</summary>
    public bool Broken { get; private set; }

    private bool Endless { get; set; }

    /// <summary>How much of the packed file has been read, 0..1.</summary>
    public double Fraction => _fraction();

    /// <summary>The record as it stands in the file.</summary>
    public ReadOnlySpan<byte> Raw => _reader.RawRecord;

    /// <exception cref="ImportException">The file is damaged, or a quote is never closed.</exception>
    public bool Next()
    {
        Broken = false;
        try
        {
            if (!_reader.Read()) return false;
        }
        catch (CsvFormatException e)
        {
            throw new ImportException($"'{_name}' cannot be read near line {e.LineNumber}: a record is longer than {LongestRecord >> 20} MB, so a closing quote is missing.", e);
        }
        catch (InvalidDataException e)
        {
            throw new ImportException($"'{_name}' is damaged after line {_reader.LineNumber}: {e.Message}", e);
        }
        if (Endless) throw new ImportException($"In '{_name}' a quote that opens in the record of line {Line} is never closed.");
        if (Raw.Contains((byte)0)) throw new ImportException($"'{_name}' is not a text file: there is a zero byte in line {Line}.");
        return true;
    }

    public void Dispose() => _reader.Dispose();
}
