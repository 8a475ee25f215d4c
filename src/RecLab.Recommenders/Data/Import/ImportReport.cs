using RecLab.Recommenders.Data.Cleaning;

namespace RecLab.Recommenders.Data.Import;

/// <summary>What happened to the lines of an import: read = accepted + refused.</summary>
/// <param name="Layout">Key of the layout: "movielens-1m".</param>
/// <param name="Lines">Lines (records) of the interactions file, a header not counted.</param>
/// <param name="Accepted">Rows that could be read; without cleaning they are the interactions.</param>
/// <param name="Refusals">What was refused in any file, by rule, most frequent first.</param>
/// <param name="Notes">Sentences about what was assumed or left out.</param>
public sealed record ImportReport(string Layout, long Lines, long Accepted, IReadOnlyList<Refusal> Refusals, IReadOnlyList<string> Notes)
{
    /// <summary>Every rule that dropped or changed rows, in the order of application: first those on lines, most frequent first, then those of the cleaning.</summary>
    public IReadOnlyList<CleaningStep> Steps { get; init; } = [];

    public int Users { get; init; }

    /// <summary>Items with at least one interaction.</summary>
    public int Items { get; init; }

    /// <summary>Items and users of which something beyond the id is known.</summary>
    public int DescribedItems { get; init; }
    public int DescribedUsers { get; init; }

    /// <summary>Time of the oldest and newest row; null without times.</summary>
    public DateTimeOffset? First { get; init; }
    public DateTimeOffset? Last { get; init; }

    /// <summary>Lines of the interactions file that were refused.</summary>
    public long Refused => Lines - Accepted;
}

/// <summary>Lines refused for one reason.</summary>
/// <param name="Rule">What a line must be: "four fields".</param>
/// <param name="Count">How many lines, exactly.</param>
/// <param name="Lines">The first of them, by line number.</param>
public sealed record Refusal(string Rule, long Count, IReadOnlyList<RefusedLine> Lines);

/// <summary>One refused line.</summary>
/// <param name="File">Name of the file inside the data set.</param>
/// <param name="Line">1-based.</param>
/// <param name="Text">The line, shortened.</param>
public sealed record RefusedLine(string File, long Line, string Text);
