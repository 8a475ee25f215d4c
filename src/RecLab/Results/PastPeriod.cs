using RecLab.Controls;
using RecLab.Events;
using RecLab.Experiments;
using RecLab.Results.Metrics;

namespace RecLab.Results;

/// <summary>Where a cap comes from, or why there is none.</summary>
/// <param name="Fixed">Null where the past cannot say.</param>
/// <param name="Why">One sentence where it cannot.</param>
public sealed record CapAnswer(FixedCap? Fixed, string? Why);

/// <summary>Finds what one user may count for at most in the past of a placement: control of the newest experiment there that ran as many days as are asked for, else the longest of those and of the lists outside experiments of the users it was shown to, live and simulated apart.</summary>
public sealed class PastPeriod(ExperimentReader experiments, PastUsers past, TimeProvider clock)
{
    /// <summary>Fewer users say nothing about the rarest of them.</summary>
    public const int FewestUsers = 100;

    /// <summary>Days that are looked at where no plan says how many an experiment takes.</summary>
    public const int UsualDays = 28;

    /// <summary>The stretch of the past that a cap would rest on; null where fewer than 100 users were seen.</summary>
    /// <param name="days">How many days at most; the last ones there are.</param>
    /// <param name="without">An experiment that does not count: the one that asks.</param>
    public async Task<(PastScope Scope, string Source)?> FindAsync(string placement, bool simulated, int days, int without = 0, CancellationToken cancellation = default)
    {
        var word = simulated ? "simulated" : "live";
        (PastScope Scope, string Source)? longest = null;
        var most = 0; // days: a shorter stretch gives its users less time than those of the experiment will have
        foreach (var experiment in (await experiments.ListAsync(cancellation)).Where(e => e.Placement == placement && e.StartedAt is not null && e.Id != without))
            for (var phase = experiment.Phase; phase >= 1; phase--)
            {
                var scope = new UnitScope(experiment.Id, phase, simulated);
                if (past.Days(scope, 0, FewestUsers) is not { } seen || seen.Last - seen.First + 1 <= most) continue;
                (most, longest) = (seen.Last - seen.First + 1, (new(scope, 0, Math.Max(seen.First, seen.Last - days + 1), seen.Last), $"control of {experiment.Name}, {word}"));
                if (most >= days) return longest;
            }
        var outside = new UnitScope(0, 0, simulated);
        if (past.Days(outside, 0, FewestUsers, placement) is not { } all || all.Last - all.First + 1 <= most) return longest;
        var last = simulated ? all.Last : Math.Min(all.Last, EventTimes.DayOf(clock.GetUtcNow().ToUnixTimeMilliseconds()));
        return (new(outside, 0, Math.Max(all.First, last - days + 1), last, placement), $"lists outside experiments of its users, {word}");
    }

    /// <summary>What a rule comes to now.</summary>
    public async Task<CapAnswer> FixAsync(CapRule rule, IOutcomeMetric metric, string placement, bool simulated, int days, int without = 0, CancellationToken cancellation = default)
    {
        if (rule.Value is { } given)
        {
            var parts = (long)Math.Round(given * metric.Measure.Parts);
            return parts > 0 ? new(new(rule.Metric, simulated, (double)parts / metric.Measure.Parts, parts, "as given"), null) : new(null, $"The cap of {metric.Noun} is too small to be counted.");
        }
        if (await FindAsync(placement, simulated, days, without, cancellation) is not { } found)
            return new(null, $"Nothing was measured here of {FewestUsers} {(simulated ? "simulated visitors" : "live users")} yet, so no cap of {metric.Noun} can be taken from it; give one.");
        var values = await Task.Run(() => past.Values(found.Scope, metric.Measure).Order().ToArray(), cancellation);
        var at = values.Length == 0 ? 0 : (long)values[Rank(values.Length, rule.Percentile) - 1];
        var where = $"{Ordinal(rule.Percentile)} percentile of {Figures.Count(values.Length)} users over {found.Scope.LastDay - found.Scope.FirstDay + 1} days: {found.Source}";
        return at > 0 ? new(new(rule.Metric, simulated, (double)at / metric.Measure.Parts, at, where), null)
            : new(null, $"The {where} has no {metric.Noun}: such a cap would leave nothing; give one.");
    }

    /// <summary>Nearest rank: the smallest value that at least this share of the users does not exceed.</summary>
    internal static int Rank(int count, double percentile) => Math.Clamp((int)Math.Ceiling(percentile * count - 1e-9), 1, count);

    private static string Ordinal(double percentile) => FormattableString.Invariant($"{percentile * 100:0.###}th");
}
