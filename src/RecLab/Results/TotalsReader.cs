using RecLab.Events;
using RecLab.Results.Metrics;

namespace RecLab.Results;

/// <summary>Reads a phase's totals for all metrics from the folds of the event log: the sums kept per arm and day, neither users nor events.</summary>
public sealed class TotalsReader(EventStore store, UnitTotals units)
{
    private static readonly CatalogueCoverage Coverage = new();
    private static readonly string[] AsideKinds = ["late", "stale", "future", "outside-window"];

    /// <param name="arms">How many arms the phase has.</param>
    public PhaseTotals Read(UnitScope scope, int arms)
    {
        var metrics = OutcomeMetricCatalog.PerUser;
        var grown = units.Read(scope, [.. metrics.Select(m => m.Measure)], history: true).Where(a => a.Arm < arms).ToArray();
        var latest = Enumerable.Range(0, arms).Select(ArmTotals.Empty).ToArray();
        List<Step> days = [];
        foreach (var day in grown.SelectMany(a => a.Days).Distinct().Order())
        {
            foreach (var arm in grown)
                if (IndexOf(arm.Days, day) is >= 0 and var at)
                    latest[arm.Arm] = latest[arm.Arm] with { Sums = metrics.Select((m, i) => (m.Key, Sums: arm.Sums[i][at])).ToDictionary(s => s.Key, s => s.Sums) };
            days.Add(new(day, [.. latest]));
        }
        foreach (var arm in grown) latest[arm.Arm] = latest[arm.Arm] with { Total = arm.Total };
        foreach (var (arm, spread) in units.ItemsShown(scope).Where(s => s.Key < arms))
            latest[arm] = latest[arm] with { Sums = new Dictionary<string, Statistics.UnitSums>(latest[arm].Sums) { [Coverage.Key] = CatalogueCoverage.Sums(spread, latest[arm].Units) } };
        var (machines, several) = units.Oddities(scope);
        return new() { Arms = latest, Days = days, SeveralArms = several, Machines = machines };
    }

    /// <summary>Of the newest 5,000 lists of the installation those of this phase, how many of them a fallback answered, and when the newest was served.</summary>
    public (long Lists, long Fallbacks, DateTimeOffset? LastAt) Newest(UnitScope scope)
    {
        using var connection = store.OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT count(*), count(fallback), max(served_at) FROM (SELECT experiment, phase, simulated, fallback, served_at FROM recommendation ORDER BY id DESC LIMIT 5000)
            WHERE experiment = $experiment AND phase = $phase AND simulated = $simulated
            """;
        command.Parameters.AddWithValue("$experiment", scope.Experiment);
        command.Parameters.AddWithValue("$phase", scope.Phase);
        command.Parameters.AddWithValue("$simulated", scope.Simulated ? 1 : 0);
        using var row = command.ExecuteReader();
        row.Read();
        return (row.GetInt64(0), row.GetInt64(1), row.IsDBNull(2) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(2)));
    }

    /// <summary>Whether anybody was counted in any phase of an experiment in this reading.</summary>
    public bool Any(int experiment, bool simulated)
    {
        using var connection = store.OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT EXISTS (SELECT 1 FROM arm WHERE experiment = $experiment AND simulated = $simulated)";
        command.Parameters.AddWithValue("$experiment", experiment);
        command.Parameters.AddWithValue("$simulated", simulated ? 1 : 0);
        return (long)command.ExecuteScalar()! == 1;
    }

    /// <summary>Whether a tally counts events that were kept and not counted in totals.</summary>
    public static bool IsAside(Tally tally) => tally.Kind.StartsWith("quarantined:", StringComparison.Ordinal) || AsideKinds.Contains(tally.Kind);

    private static int IndexOf(IReadOnlyList<int> days, int day)
    {
        var (low, high) = (0, days.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (days[middle] == day) return middle;
            if (days[middle] < day) low = middle + 1;
            else high = middle - 1;
        }
        return -1;
    }
}
