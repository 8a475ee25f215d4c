using RecLab.Experiments;

namespace RecLab.Results.Bandits;

/// <summary>What one phase of a bandit found; within it the shares were fixed.</summary>
/// <param name="Arms">With the shares of the phase, by position.</param>
/// <param name="Totals">One per arm by position.</param>
public sealed record Stratum(int Phase, DateTimeOffset StartedAt, IReadOnlyList<PhaseArm> Arms, IReadOnlyList<ArmTotals> Totals);
