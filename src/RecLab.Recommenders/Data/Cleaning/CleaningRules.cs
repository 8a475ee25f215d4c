using System.Globalization;

namespace RecLab.Recommenders.Data.Cleaning;

/// <summary>What happens to rows of one user and one item that occur more than once.</summary>
public enum RepeatRule
{
    /// <summary>All stay: hearing a song twice is two events.</summary>
    Keep,

    /// <summary>Of rows alike in user, item, value and time one stays: the log was written twice.</summary>
    DropExact,

    /// <summary>Of each pair of user and item the newest row stays: a rating that was changed.</summary>
    KeepNewest,
}

/// <summary>How values are brought to one scale.</summary>
public enum WeightScale
{
    AsIs,

    /// <summary>v / max v: 0..1 where no value is negative.</summary>
    Maximum,

    /// <summary>v / the user's mean v: every user weighs the same per row.</summary>
    UserMean,

    /// <summary>ln(1 + v): for counts (Hu, Koren, Volinsky 2008, eq. 6, with epsilon 1).</summary>
    Logarithm,
}

/// <summary>What is taken out of a data set, or changed in it, before it is stored; applied in the order of the members. Nothing by default.</summary>
public sealed record CleaningRules
{
    public static CleaningRules None { get; } = new();

    /// <summary>Rows before this are dropped; null for none.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Rows at or after this are dropped; null for none.</summary>
    public DateTimeOffset? Before { get; init; }

    public RepeatRule Repeats { get; init; }

    /// <summary>Rows with a value below this are dropped and the rest counts 1 (ratings become positive feedback); null leaves values alone.</summary>
    public float? PositiveFrom { get; init; }

    /// <summary>Users keep at least this many rows, 1 to 1,000,000; with <see cref="MinPerItem"/> iterated until nothing changes (the k-core).</summary>
    public int MinPerUser { get; init; } = 1;

    /// <summary>Items keep at least this many rows, 1 to 1,000,000.</summary>
    public int MinPerItem { get; init; } = 1;

    public WeightScale Weights { get; init; }

    /// <summary>Nothing is dropped or changed.</summary>
    public bool IsOff => this == None;

    /// <summary>What is wrong with the rules, one sentence, or null.</summary>
    public string? Wrong =>
        MinPerUser is < 1 or > 1_000_000 || MinPerItem is < 1 or > 1_000_000 ? "The least number of rows per user and per item must lie between 1 and 1,000,000."
        : PositiveFrom is { } from && !float.IsFinite(from) ? "The least value that counts as positive must be a finite number."
        : From >= Before ? string.Create(CultureInfo.InvariantCulture, $"The first day kept ({From:yyyy-MM-dd}) must lie before the first day dropped ({Before:yyyy-MM-dd}).")
        : !Enum.IsDefined(Repeats) || !Enum.IsDefined(Weights) ? "There is no such rule for repeats or weights."
        : null;
}

/// <summary>What one rule did: before = dropped + after.</summary>
/// <param name="Rule">What rows must be, or what was done to them.</param>
/// <param name="Detail">More about it, a sentence; null for nothing to add.</param>
public sealed record CleaningStep(string Rule, long Before, long Dropped, long After, string? Detail = null);
