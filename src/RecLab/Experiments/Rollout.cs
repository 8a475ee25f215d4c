using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RecLab.Experiments;

/// <summary>Where a rollout stands.</summary>
public enum RolloutState
{
    /// <summary>A share of the users has the chosen arm, and the share will grow.</summary>
    Growing,

    /// <summary>The share stays as it is until somebody goes on.</summary>
    Held,

    /// <summary>Everybody has it: the placement serves it.</summary>
    Done,

    /// <summary>The placement serves what it served before.</summary>
    RolledBack,
}

/// <summary>How a decision reaches everybody.</summary>
/// <param name="Steps">Shares of the placement's users in percent, rising, the last 100.</param>
/// <param name="HoursPerStep">Hours after which the next step comes by itself once every guardrail holds; null where a person advances.</param>
/// <param name="RollBackOnBreach">A broken guardrail rolls back; otherwise it holds.</param>
public sealed record RolloutPlan(IReadOnlyList<int> Steps, double? HoursPerStep, bool RollBackOnBreach)
{
    /// <summary>Everybody at once.</summary>
    public static RolloutPlan AtOnce { get; } = new([100], null, true);

    /// <summary>Steps as they are proposed to somebody whose users had the arm with this share.</summary>
    public static IReadOnlyList<int> Proposed(double share) => [.. new[] { 10, 25, 50 }.Where(s => s > share * 100 + 1e-9).Prepend((int)Math.Ceiling(share * 100 - 1e-9)).Where(s => s < 100).Distinct(), 100];

    /// <summary>Reads "10, 25, 50, 100".</summary>
    /// <returns>Null where something in it is no whole number.</returns>
    public static IReadOnlyList<int>? ReadSteps(string text)
    {
        List<int> steps = [];
        foreach (var word in text.Split([',', ' ', ';', '%'], StringSplitOptions.RemoveEmptyEntries))
            if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var step)) steps.Add(step);
            else return null;
        return steps;
    }

    /// <summary>Why it cannot be followed, or null.</summary>
    /// <param name="share">Share of the placement's users who had the arm in the experiment, 0..1.</param>
    public string? Fault(double share)
    {
        if (Steps.Count is 0 or > 10) return "A rollout has 1 to 10 steps.";
        if (Steps.Any(s => s is < 1 or > 100)) return "A step is a share from 1 to 100 percent.";
        if (Steps.Zip(Steps.Skip(1)).Any(p => p.Second <= p.First)) return "Each step must be larger than the one before.";
        if (Steps[^1] != 100) return "The last step must be 100 percent.";
        if (Steps[0] < share * 100 - 1e-9)
            return string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.##}% of the users had this arm in the experiment and keep it, so the first step must be at least that.");
        return HoursPerStep is { } hours && !(hours is > 0 and <= 24 * 90) ? "A step lasts more than 0 hours and at most 90 days." : null;
    }
}

/// <summary>A decided arm on its way to everybody. A user's place on the line [0, 1) is the one of the experiment's last phase, moved so that the chosen arm's users come first: whoever had the arm
/// keeps it, whoever gets it in one step has it in every later one. Each step is a phase of its own in the event log, beyond the phases of the experiment.</summary>
public sealed class Rollout
{
    public int Id { get; set; }
    public int ExperimentId { get; set; }
    public required string ExperimentKey { get; set; }
    public required string Placement { get; set; }

    /// <summary>The variant that is rolled out, and its name when it was decided.</summary>
    public int VariantId { get; set; }
    public required string Name { get; set; }

    /// <summary>What the others get meanwhile.</summary>
    public int BeforeVariantId { get; set; }
    public required string BeforeName { get; set; }

    /// <summary>What the placement had promoted before; null for its fallback chain. A rollback after the end returns to it.</summary>
    public int? BeforeDefaultId { get; set; }

    /// <summary>Seed of the line, and where the chosen arm began on it.</summary>
    public required string Seed { get; set; }
    public double From { get; set; }

    /// <summary>Shares in percent, comma-separated.</summary>
    public required string Steps { get; set; }

    /// <summary>Number of the present step, from 0.</summary>
    public int Step { get; set; }

    /// <summary>The phase under which the present step is counted.</summary>
    public int Phase { get; set; }
    public double? HoursPerStep { get; set; }
    public bool RollBackOnBreach { get; set; }

    /// <summary>Which reading is watched: the one the decision was made on.</summary>
    public bool Simulated { get; set; }
    public RolloutState State { get; set; }
    public DateTimeOffset StartedAt { get; set; }

    /// <summary>When the present step began.</summary>
    public DateTimeOffset StepAt { get; set; }
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Why it stands as it does, and who said so last.</summary>
    public string Why { get; set; } = "";
    public string Who { get; set; } = "";

    public IReadOnlyList<int> StepList => RolloutPlan.ReadSteps(Steps) ?? [];

    /// <summary>Share of the users who have it at the present step, 0..1.</summary>
    public double Share => StepList[Step] / 100.0;

    /// <summary>The share after the present one in percent; null at the last.</summary>
    public int? Next => Step + 1 < StepList.Count ? StepList[Step + 1] : null;

    /// <summary>It decides about requests.</summary>
    public bool IsUnderWay => State is RolloutState.Growing or RolloutState.Held;
}

internal sealed class RolloutTable : IEntityTypeConfiguration<Rollout>
{
    public void Configure(EntityTypeBuilder<Rollout> table)
    {
        table.ToTable("rollouts");
        table.HasIndex(r => r.ExperimentId).IsUnique();
        table.HasIndex(r => new { r.Placement, r.State });
        table.Ignore(r => r.StepList);
        table.Ignore(r => r.Share);
        table.Ignore(r => r.Next);
        table.Ignore(r => r.IsUnderWay);
    }
}
