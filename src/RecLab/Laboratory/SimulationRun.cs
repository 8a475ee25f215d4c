using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RecLab.Laboratory;

/// <summary>Where a simulation stands.</summary>
public enum SimulationState { Queued, Running, Finished, Failed, Cancelled }

/// <summary>The record of one run of simulated visitors through the HTTP doors.</summary>
public sealed class SimulationRun
{
    public int Id { get; set; }

    /// <summary>Placement whose lists the visitors ask for.</summary>
    public required string Placement { get; set; }

    /// <summary>Key of the experiment whose simulated results they feed, and its phase then; null where only the placement was named.</summary>
    public string? Experiment { get; set; }
    public int? Phase { get; set; }

    /// <summary>Position of the arm with a planted effect, or null for none.</summary>
    public int? PlantedArm { get; set; }

    /// <summary>The planted relative difference of that arm's chance to click what is seen against all other arms: 0.1 is +10 %.</summary>
    public double PlantedLift { get; set; }

    /// <summary>Data set whose hidden slice is what the visitors like.</summary>
    public int DatasetId { get; set; }

    /// <summary>A name of <see cref="RecLab.Simulation.Worlds.World.Names"/>; "structureless" is an A/A test, whatever the variants.</summary>
    public required string World { get; set; }

    /// <summary>A name of <see cref="RecLab.Simulation.Clicks.ClickModel.Names"/>.</summary>
    public required string Clicks { get; set; }
    public int Seed { get; set; }
    public int People { get; set; }
    public int Days { get; set; }
    public double SessionsEach { get; set; }

    /// <summary>Items asked for per visit.</summary>
    public int ListLength { get; set; } = 10;

    /// <summary>Midnight of the first simulated day.</summary>
    public DateTimeOffset FirstDay { get; set; }
    public SimulationState State { get; set; }
    public double Fraction { get; set; }
    public double? SecondsLeft { get; set; }
    public int Visits { get; set; }
    public int Viewable { get; set; }
    public int Clicked { get; set; }
    public string? Error { get; set; }

    /// <summary>The process that carries it out, as <see cref="ProcessMark"/> writes it.</summary>
    public string Process { get; set; } = "";
    public string RequestedBy { get; set; } = "";
    public DateTimeOffset RequestedAt { get; set; }
    public DateTimeOffset? FinishedAt { get; set; }
}

internal sealed class SimulationRunTable : IEntityTypeConfiguration<SimulationRun>
{
    public void Configure(EntityTypeBuilder<SimulationRun> table)
    {
        table.ToTable("simulations");
        table.HasIndex(s => s.State);
    }
}
