using RecLab.Recommenders.Data.Cleaning;
using RecLab.Recommenders.Data.Import;
using RecLab.Recommenders.Evaluation;

namespace RecLab.Data;

/// <summary>What somebody wants imported.</summary>
/// <param name="Name">Name of the data set, 1..80 characters, not used by another.</param>
/// <param name="Path">A folder, archive or file this server can read.</param>
public sealed record ImportRequest(string Name, string Path)
{
    /// <summary>Key of the layout, or null to find out.</summary>
    public string? Layout { get; init; }

    /// <summary>Which column means what, for delimited files; null to find out.</summary>
    public ColumnMapping? Columns { get; init; }

    /// <summary>What is dropped or changed before the data set is stored.</summary>
    public CleaningRules Cleaning { get; init; } = CleaningRules.None;

    /// <summary>Share of each user's newest rows kept as hidden truth, 0..0.5.</summary>
    public double HiddenShare { get; init; } = 0.1;

    /// <summary>How the rest is cut into what is learnt and what is asked; its own hidden share is not read.</summary>
    public SplitPlan Cut { get; init; } = new();

    /// <summary>The path is an upload: it is removed when the import is over.</summary>
    public bool IsUpload { get; init; }
}

/// <summary>An import that cannot begin or go on: one clear sentence. No data set was changed.</summary>
public class ImportRefusedException(string message) : Controls.Refusal(message);

/// <summary>So many imports wait, or such large ones, that no other is taken for a while.</summary>
public sealed class ImportsWaitException(string message) : ImportRefusedException(message);

/// <summary>So much was received and not imported yet that nothing more is taken for a while.</summary>
public sealed class UploadsWaitException(string message) : ImportRefusedException(message);

/// <summary>What is being received is larger than an upload may be.</summary>
public sealed class UploadTooLargeException(string message) : ImportRefusedException(message);
