using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RecLab.Training;

/// <summary>Where a run stands. Lost: its process stopped reporting.</summary>
public enum RunState { Queued, Running, Succeeded, Failed, Cancelled, Lost }

/// <summary>The record of one attempt to train a variant. A success leaves an artifact; a resume continues the same run.</summary>
public sealed class TrainingRun
{
    /// <summary>In the place of a variant: the run is a trial of a search and leaves no model.</summary>
    public const int NoVariant = 0;

    public int Id { get; set; }

    /// <summary>Whose model it makes, or <see cref="NoVariant"/>.</summary>
    public int VariantId { get; set; }
    public int DatasetId { get; set; }

    /// <summary>Version of the variant's model this run makes: 1, 2, ... per variant. Of a trial: the trial's id.</summary>
    public int Version { get; set; }
    public RunState State { get; set; }

    /// <summary>Device slot it wants or has: "cpu", "cuda:0".</summary>
    public string Device { get; set; } = "cpu";
    public int Seed { get; set; }

    /// <summary>The options as they were when the run was asked for, JSON.</summary>
    public required string Options { get; set; }

    /// <summary>Who or what asked: a person's name, "schedule", "demo".</summary>
    public string RequestedBy { get; set; } = "";

    /// <summary>Asked for by a schedule: the promotion margin decides whether it is served. A run that a person asks for is served when it succeeds.</summary>
    public bool Scheduled { get; set; }
    public DateTimeOffset RequestedAt { get; set; }
    public DateTimeOffset? StartedAt { get; set; }
    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>Last sign of life of the training process.</summary>
    public DateTimeOffset? HeartbeatAt { get; set; }
    public int? ProcessId { get; set; }

    /// <summary>Somebody asked to stop it; the process sees it at its next report.</summary>
    public bool CancelRequested { get; set; }

    /// <summary>Done, 0..1.</summary>
    public double Fraction { get; set; }
    public string Phase { get; set; } = "";
    public double? SecondsLeft { get; set; }

    /// <summary>How often its process was started (a resume counts up).</summary>
    public int Attempt { get; set; }
    public string? Error { get; set; }

    /// <summary>Folder below <see cref="Storage.HostPaths.Artifacts"/> with model.safetensors and card.json; empty until succeeded.</summary>
    public string Artifact { get; set; } = "";

    /// <summary>SHA-256 of the artifact, hex.</summary>
    public string ArtifactHash { get; set; } = "";
    public long ArtifactBytes { get; set; }
    public double? TrainSeconds { get; set; }

    /// <summary>NDCG@10 on the validation slice, 0..1; what promotion compares. Null until evaluated.</summary>
    public double? ValidationScore { get; set; }

    /// <summary>Mean time to score all items for one user, microseconds, one user at a time; null until evaluated.</summary>
    public double? ScoringMicroseconds { get; set; }

    /// <summary>Offline evaluation as JSON (RecLab.Recommenders.Evaluation.EvaluationResult), null until evaluated.</summary>
    public string? Evaluation { get; set; }
}

/// <summary>One stage of an attempt, for the stepper: read data, prepare, train, evaluate, publish.</summary>
public sealed class RunStage
{
    public long Id { get; set; }
    public int RunId { get; set; }
    public int Attempt { get; set; }
    public required string Name { get; set; }
    public DateTimeOffset StartedAt { get; set; }
    public DateTimeOffset? FinishedAt { get; set; }
}

/// <summary>One point of a run's curves.</summary>
public sealed class RunPoint
{
    public long Id { get; set; }
    public int RunId { get; set; }

    /// <summary>"loss", "validation ndcg@10", ...</summary>
    public required string Series { get; set; }
    public int Epoch { get; set; }
    public double Value { get; set; }
}

/// <summary>One line of a run's log.</summary>
public sealed class RunLogLine
{
    public long Id { get; set; }
    public int RunId { get; set; }
    public DateTimeOffset At { get; set; }
    public required string Text { get; set; }
}

internal sealed class TrainingRunTable : IEntityTypeConfiguration<TrainingRun>, IEntityTypeConfiguration<RunStage>,
    IEntityTypeConfiguration<RunPoint>, IEntityTypeConfiguration<RunLogLine>
{
    public void Configure(EntityTypeBuilder<RunStage> table)
    {
        table.ToTable("training_stages");
        table.HasIndex(s => new { s.RunId, s.Attempt });
    }

    public void Configure(EntityTypeBuilder<TrainingRun> table)
    {
        table.ToTable("training_runs");
        table.HasIndex(r => new { r.VariantId, r.Version }).IsUnique();
        table.HasIndex(r => r.State);
    }

    public void Configure(EntityTypeBuilder<RunPoint> table)
    {
        table.ToTable("training_points");
        table.HasIndex(p => new { p.RunId, p.Series, p.Epoch });
    }

    public void Configure(EntityTypeBuilder<RunLogLine> table)
    {
        table.ToTable("training_log");
        table.HasIndex(l => new { l.RunId, l.Id });
    }
}
