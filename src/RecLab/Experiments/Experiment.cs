using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RecLab.Experiments;

/// <summary>Where an experiment stands; named verbs move it, illegal moves are refused with a sentence.</summary>
public enum ExperimentState { Draft, Training, Ready, Running, Paused, Review, Decided, Archived }

/// <summary>What is asked: which of two to ten variants serves a placement best, by which goal metric, for whom.</summary>
public sealed class Experiment
{
    public int Id { get; set; }

    /// <summary>Lower-case key; with the phase it is the hash seed of the assignment, so it never changes.</summary>
    public required string Key { get; set; }
    public required string Name { get; set; }
    public string Hypothesis { get; set; } = "";
    public string Owner { get; set; } = "";
    public string Tags { get; set; } = "";
    public string Notes { get; set; } = "";

    /// <summary>Key of the placement whose traffic it takes.</summary>
    public required string Placement { get; set; }
    public ExperimentState State { get; set; }

    /// <summary>Starts at 1; a change of weights or of the model behind an arm starts the next, with a new hash seed.</summary>
    public int Phase { get; set; } = 1;

    /// <summary>Share of the placement's users that takes part, 0..1.</summary>
    public double Traffic { get; set; } = 1;

    /// <summary>Everything else that is settled before the start (guardrails, targeting, layer, holdout, plan), JSON of ExperimentSettings.</summary>
    public string Settings { get; set; } = "{}";

    /// <summary>Key of the goal metric in the outcome metric catalogue.</summary>
    public string GoalMetric { get; set; } = "ctr";
    public double Alpha { get; set; } = 0.05;
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset? StartedAt { get; set; }
    public DateTimeOffset? StoppedAt { get; set; }

    /// <summary>The frozen numbers of a decided experiment, JSON; null before.</summary>
    public string? Snapshot { get; set; }

    /// <summary>How it was decided; null before.</summary>
    public ExperimentOutcome? Outcome { get; set; }

    /// <summary>Position of the arm that was chosen; null before the decision and when none was.</summary>
    public int? ChosenArm { get; set; }
    public DateTimeOffset? DecidedAt { get; set; }

    /// <summary>Arms by position; position 0 is control (arm A).</summary>
    public List<ExperimentArm> Arms { get; set; } = [];

    /// <summary>The hash seed of the present phase.</summary>
    public string HashSeed => $"{Key}:{Phase}";

    /// <summary>Gives it these arms, the first as control.</summary>
    internal void Arrange(IReadOnlyList<ArmDraft> arms) =>
        Arms = [.. arms.Select((arm, position) => new ExperimentArm { Position = position, VariantId = arm.VariantId, Name = arm.Name, Weight = arm.Weight })];
}

/// <summary>One arm: a variant with its share of the experiment's users.</summary>
public sealed class ExperimentArm
{
    public int Id { get; set; }
    public int ExperimentId { get; set; }

    /// <summary>0 = control = A, 1 = B, ...</summary>
    public int Position { get; set; }
    public int VariantId { get; set; }

    /// <summary>The variant's name when the arm was drafted.</summary>
    public required string Name { get; set; }

    /// <summary>Share of the experiment's users, 0..1; the arms' weights sum to 1.</summary>
    public double Weight { get; set; }

    /// <summary>A, B, C, ... by position.</summary>
    public string Letter => ((char)('A' + Position)).ToString();
}

/// <summary>How an experiment ended: an arm serves from now on, control stays, or nothing was learnt that changes anything.</summary>
public enum ExperimentOutcome { Ship, KeepControl, NoDecision }

/// <summary>A stretch of an experiment in which neither weights nor models changed. Numbers of two phases are never added up.</summary>
public sealed class ExperimentPhase
{
    public int Id { get; set; }
    public int ExperimentId { get; set; }

    /// <summary>1, 2, ...; part of the hash seed.</summary>
    public int Number { get; set; }
    public DateTimeOffset StartedAt { get; set; }

    /// <summary>When the next phase began or the experiment stopped; null while it runs.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Share of the placement's users that takes part, 0..1.</summary>
    public double Traffic { get; set; }

    /// <summary>Why this phase began: "start", "change weights", "new model of ALS".</summary>
    public string Why { get; set; } = "";
    public string Who { get; set; } = "";

    /// <summary>The arms as they are in this phase, JSON of <see cref="PhaseArm"/>.</summary>
    public required string Arms { get; set; }
}

/// <summary>An arm as it was in one phase.</summary>
/// <param name="Position">0 = control.</param>
/// <param name="RunId">The training run whose model answered when the phase began; null where the variant needs no run.</param>
public sealed record PhaseArm(int Position, int VariantId, string Name, double Weight, int? RunId);

/// <summary>One logged move: who, when, why.</summary>
public sealed class ExperimentMove
{
    public int Id { get; set; }
    public int ExperimentId { get; set; }
    public ExperimentState From { get; set; }
    public ExperimentState To { get; set; }

    /// <summary>"start", "pause", "change weights", ...</summary>
    public required string Verb { get; set; }
    public string Who { get; set; } = "";
    public string Why { get; set; } = "";
    public DateTimeOffset At { get; set; }
}

internal sealed class ExperimentTable : IEntityTypeConfiguration<Experiment>, IEntityTypeConfiguration<ExperimentArm>, IEntityTypeConfiguration<ExperimentMove>,
    IEntityTypeConfiguration<ExperimentPhase>
{
    public void Configure(EntityTypeBuilder<Experiment> table)
    {
        table.ToTable("experiments");
        table.HasIndex(e => e.Key).IsUnique();
        table.HasIndex(e => new { e.Placement, e.State });
        table.HasMany(e => e.Arms).WithOne().HasForeignKey(a => a.ExperimentId).OnDelete(DeleteBehavior.Cascade);
        table.Ignore(e => e.HashSeed);
    }

    public void Configure(EntityTypeBuilder<ExperimentArm> table)
    {
        table.ToTable("experiment_arms");
        table.HasIndex(a => new { a.ExperimentId, a.Position }).IsUnique();
        table.Ignore(a => a.Letter);
    }

    public void Configure(EntityTypeBuilder<ExperimentMove> table)
    {
        table.ToTable("experiment_moves");
        table.HasIndex(m => m.ExperimentId);
    }

    public void Configure(EntityTypeBuilder<ExperimentPhase> table)
    {
        table.ToTable("experiment_phases");
        table.HasIndex(p => new { p.ExperimentId, p.Number }).IsUnique();
    }
}
