using RecLab.Events;
using RecLab.Experiments;
using RecLab.Results.Metrics;

namespace RecLab.Results;

/// <summary>Finds what a plan can rest on: control of the newest experiment on the placement, live before simulated; else all lists outside experiments.</summary>
public sealed class PastTrafficReader(ExperimentReader experiments, UnitTotals units, TimeProvider clock)
{
    private const int Enough = 100;

    /// <param name="cap">What one user counts for at most, in the whole numbers of the measure; null for no limit.</param>
    /// <returns>Null where fewer than 100 users were seen anywhere.</returns>
    public async Task<PastTraffic?> ReadAsync(string placement, IOutcomeMetric metric, long? cap = null, CancellationToken cancellation = default)
    {
        if (!metric.IsPerUser) return null;
        var past = (await experiments.ListAsync(cancellation)).Where(e => e.Placement == placement && e.StartedAt is not null).ToArray();
        foreach (var simulated in new[] { false, true })
        {
            foreach (var experiment in past)
                for (var phase = experiment.Phase; phase >= 1; phase--)
                {
                    var scope = new UnitScope(experiment.Id, phase, simulated);
                    if (Measure(scope, metric, cap, 0, $"control of {experiment.Name}, {(simulated ? "simulated" : "live")}", experiment.Traffic, experiment.StartedAt!.Value) is { } found) return found;
                }
            if (Measure(new(0, 0, simulated), metric, cap, 0, $"all lists outside experiments, {(simulated ? "simulated" : "live")}", 1, null) is { } outside) return outside;
        }
        return null;
    }

    private PastTraffic? Measure(UnitScope scope, IOutcomeMetric metric, long? cap, int arm, string source, double traffic, DateTimeOffset? since)
    {
        var grown = units.Read(scope, [metric.Measure.CappedAt(cap)]);
        var control = grown.FirstOrDefault(a => a.Arm == arm);
        if (control is null || control.Last(0).Units < Enough) return null;
        var days = scope.Simulated || since is null ? control.Days[^1] - control.Days[0] + 1 : Math.Max(1, Math.Min((clock.GetUtcNow() - since.Value).TotalDays, control.Days[^1] - control.Days[0] + 1));
        return new(Statistics.Moments.Of(metric.Kind, control.Last(0)), control.Last(0).Units, grown.Sum(a => a.Last(0).Units) / days / traffic, source, scope.Simulated)
        {
            NewByWeekday = PastTraffic.Weekdays([.. grown.SelectMany(Arrived).Select(a => (a.Day, a.Users / traffic))]) ?? [.. Enumerable.Repeat(grown.Sum(a => a.Last(0).Units) / days / traffic, 7)],
        };
    }

    /// <summary>Users of an arm on the day of their first list.</summary>
    private static IEnumerable<(int Day, double Users)> Arrived(ArmGrowth arm) => arm.Days.Select((day, i) => (day, (double)(arm.Sums[0][i].Units - (i == 0 ? 0 : arm.Sums[0][i - 1].Units))));
}
