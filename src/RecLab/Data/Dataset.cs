using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RecLab.Recommenders.Evaluation;

namespace RecLab.Data;

/// <summary>Where a data set stands.</summary>
public enum DatasetState { Importing, Ready, Failed }

/// <summary>Where a data set's rows come from. Live and simulated logs are never mixed in one.</summary>
public enum DatasetOrigin { Imported, Generated, LiveLog, SimulatedLog }

/// <summary>An immutable snapshot of interactions and its catalogue. The columns lie in a folder of their own; this is its entry in the register.</summary>
public sealed class Dataset
{
    public int Id { get; set; }
    public required string Name { get; set; }

    /// <summary>Layout it was read from: "ml-1m", "csv", "generated", "log".</summary>
    public required string Layout { get; set; }
    public DatasetOrigin Origin { get; set; }
    public DatasetState State { get; set; }

    /// <summary>SHA-256 of the content, hex; empty until ready. Same rows, same hash.</summary>
    public string ContentHash { get; set; } = "";

    /// <summary>Folder below <see cref="Storage.HostPaths.Datasets"/>.</summary>
    public string Folder { get; set; } = "";
    public int Users { get; set; }
    public int Items { get; set; }
    public long Rows { get; set; }
    public DateTimeOffset? FirstAt { get; set; }
    public DateTimeOffset? LastAt { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public string CreatedBy { get; set; } = "";

    /// <summary>Share of each user's newest rows that neither training nor evaluation ever reads, 0..0.5: the simulator's truth. 0 for snapshots of a log.</summary>
    public double HiddenShare { get; set; } = 0.1;

    /// <summary>How the rest is cut, JSON of <see cref="SplitPlan"/> as <see cref="CutWords"/> writes it; null for the usual tenths of each user's time.</summary>
    public string? Cut { get; set; }

    /// <summary>The process that is importing it, so that an import whose process died is noticed; null otherwise.</summary>
    public int? ImporterProcessId { get; set; }

    /// <summary>The import report as JSON: rows read, kept, refused per rule, examples by line.</summary>
    public string Report { get; set; } = "{}";

    /// <summary>How it was cut from the event log, JSON of <see cref="LogCut"/>; null for what was imported or generated.</summary>
    public string? Log { get; set; }

    /// <summary>Why it failed, one sentence; null otherwise.</summary>
    public string? Error { get; set; }

    /// <summary>A cut of the event log.</summary>
    public bool IsOfLog() => Origin is DatasetOrigin.LiveLog or DatasetOrigin.SimulatedLog;

    /// <summary>How it is cut into what is learnt and what is asked. Of a log only the newest row of some users is asked for: the rest of what has just happened is there to be learnt from.</summary>
    public SplitPlan Plan() => IsOfLog() ? new(SplitKind.NewestOfSome) { Validation = 0.2, Test = 0.2, Hidden = 0 } : CutWords.FromJson(Cut) with { Hidden = HiddenShare };
}

internal sealed class DatasetTable : IEntityTypeConfiguration<Dataset>
{
    public void Configure(EntityTypeBuilder<Dataset> table)
    {
        table.ToTable("datasets");
        table.HasIndex(d => d.Name).IsUnique();
    }
}
