using RecLab.Recommenders.Data.Cleaning;

namespace RecLab.Recommenders.Data.Import;

/// <summary>How a data set is read.</summary>
public sealed record ImportOptions
{
    /// <summary>Where the columns of a delimited file are; null to find out from the first lines. Layouts with a fixed form ignore it.</summary>
    public ColumnMapping? Columns { get; init; }

    /// <summary>What is dropped or changed once all lines are read.</summary>
    public CleaningRules Cleaning { get; init; } = CleaningRules.None;

    /// <summary>Refused lines kept word for word in the report, per rule. The counts stay exact.</summary>
    public int KeptLinesPerRule { get; init; } = 20;

    /// <summary>Share of lines that may be refused before the whole file is; 0..1.</summary>
    public double MostRefused { get; init; } = 0.1;

    /// <summary>Rows older than this are refused as having an impossible time.</summary>
    public DateTimeOffset Earliest { get; init; } = DateTimeOffset.UnixEpoch;

    /// <summary>Rows later than this are refused; null for one day after now.</summary>
    public DateTimeOffset? Latest { get; init; }

    /// <summary>The largest accepted number of rows.</summary>
    public int MostRows { get; init; } = 500_000_000;

    /// <summary>The longest accepted id in UTF-8 bytes.</summary>
    public int LongestId { get; init; } = 1024;
}

/// <summary>How far an import has come.</summary>
/// <param name="Fraction">Of the bytes of the interactions file, 0..1, never going backwards.</param>
/// <param name="Phase">What is being read now.</param>
/// <param name="Lines">Lines read so far.</param>
public sealed record ImportProgress(double Fraction, string Phase, long Lines);

/// <summary>What an import brought.</summary>
public sealed record ImportResult(Interactions Interactions, ImportReport Report);

/// <summary>The file cannot be imported: one clear sentence for the page. Nothing was changed.</summary>
public sealed class ImportException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What had been refused until then, where lines were read at all.</summary>
    public ImportReport? Report { get; init; }
}
