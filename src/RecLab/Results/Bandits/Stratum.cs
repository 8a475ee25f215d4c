using RecLab.Experiments;
using RecLab.Results.Metrics;

namespace RecLab.Results.Bandits;

/// <summary>What one phase of a bandit found; within it the shares were fixed.</summary>
/// <param name="Arms">With the shares of the phase, by position.</param>
/// <param name="Totals">One per arm by position.</param>
public sealed record Stratum(int Phase, DateTimeOffset StartedAt, IReadOnlyList<PhaseArm> Arms, IReadOnlyList<ArmTotals> Totals)
{
    /// <summary>What a phase found that another followed. What is told of days after a list (<see cref="BanditPlan.IsTold"/>) counts up to the last whole day before the next phase: afterwards a user may have another arm, drawn anew, and
    /// what happens then says as much about that one. Counted on, the effect of a weekly phase would come out half as large as it is, and a broken guardrail would seem to hold.</summary>
    /// <param name="nextBegan">The day on which the next phase showed its first list, as <see cref="Step.At"/>; null where it showed none.</param>
    public static IReadOnlyList<ArmTotals> Ended(PhaseTotals found, double? nextBegan)
    {
        if (nextBegan is not { } day) return found.Arms;
        var whole = found.Days.LastOrDefault(d => d.At < day);
        return [.. found.Arms.Select(arm => arm with { Sums = arm.Sums.ToDictionary(s => s.Key, s => BanditPlan.IsTold(AskedMetric.KeyOf(s.Key)) ? whole?.Totals[arm.Arm].Sums.GetValueOrDefault(s.Key) ?? default : s.Value) })];
    }

    /// <summary>The day on which a phase showed its first list.</summary>
    public static double? FirstDay(PhaseTotals found) => found.Days.FirstOrDefault(d => d.Totals.Any(t => t.Units > 0))?.At;
}
