namespace RecLab.Recommenders.Data.Import;

/// <summary>How times are written in a delimited file.</summary>
public enum TimeFormat
{
    /// <summary>Judge by the first rows: dates (eight digits like 20240131 in all of them among these), or numbers whose size tells seconds from milliseconds.</summary>
    Detect,
    UnixSeconds,
    UnixMilliseconds,

    /// <summary>A date with or without time, ISO 8601 or as <see cref="ColumnMapping.DatePattern"/> says; without an offset it is UTC.</summary>
    Date,
}

/// <summary>Which column of a delimited file means what. Columns are named by their heading or, without headings, by number from 1.</summary>
public sealed record ColumnMapping
{
    public string User { get; init; } = "user";
    public string Item { get; init; } = "item";

    /// <summary>Rating or weight; null gives every row <see cref="ImplicitWeight"/>.</summary>
    public string? Value { get; init; }

    /// <summary>Null where there are no times: the order of rows stands for it.</summary>
    public string? Time { get; init; }

    /// <summary>Where the row came about (a placement, a device); empty for not known. Null where there is no such column.</summary>
    public string? Scenario { get; init; }

    public TimeFormat TimeFormat { get; init; }

    /// <summary>A .NET date pattern such as <c>dd.MM.yyyy HH:mm</c>; null for ISO 8601.</summary>
    public string? DatePattern { get; init; }

    public bool HasHeader { get; init; } = true;

    /// <summary>The ASCII character that parts the fields; a blank stands for any run of blanks and tabs.</summary>
    public char Delimiter { get; init; } = ',';

    /// <summary>Value of rows without a value column.</summary>
    public float ImplicitWeight { get; init; } = 1;
}
