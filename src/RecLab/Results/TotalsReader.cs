using RecLab.Events;
using RecLab.Results.Metrics;

namespace RecLab.Results;

/// <summary>Reads a phase's totals for all metrics from the folds of the event log: the sums kept per arm and day, neither users nor events.</summary>
public sealed class TotalsReader(EventStore store, UnitTotals units)
{
    private static readonly CatalogueCoverage Coverage = new();
    private static readonly string[] AsideKinds = ["late", "stale", "future", "outside-window"];

    /// <param name="arms">How many arms the phase has.</param>
    /// <param name="asked">What the experiment measures in this reading.</param>
    /// <param name="items">Count the different items shown too, a row per arm and item.</param>
    public PhaseTotals Read(UnitScope scope, int arms, IReadOnlyList<AskedMetric> asked, bool items = true)
    {
        (string Key, UnitMeasure Measure)[] metrics = [.. asked.Select(a => (a.Metric.Key, a.Measure)), .. asked.Where(a => a.Cap is not null).Select(a => (AskedMetric.Uncapped(a.Metric.Key), a.Metric.Measure))];
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
        foreach (var (arm, spread) in items ? units.ItemsShown(scope).Where(s => s.Key < arms) : [])
            latest[arm] = latest[arm] with { Sums = new Dictionary<string, Statistics.UnitSums>(latest[arm].Sums) { [Coverage.Key] = CatalogueCoverage.Sums(spread, latest[arm].Units) } };
        var (machines, several) = units.Oddities(scope);
        return new() { Arms = latest, Days = days, SeveralArms = several, Machines = machines };
    }

    /// <summary>The newest lists of one phase that its health is told from; what is served elsewhere is none of them.</summary>
    public const int Looked = 5000;

    private const string OfPhase = "FROM recommendation WHERE experiment <> 0 AND experiment = $experiment AND phase = $phase AND simulated = $simulated ORDER BY id DESC LIMIT $looked";

    /// <summary>The newest interleaved lists of a phase, at most <see cref="Looked"/>, and the lists of its placement that lacked an arm meanwhile, at most as many. Ids are in the order of the moment a list was made.</summary>
    public (long Lists, long Missing) Interleaved(UnitScope scope, string placement, DateTimeOffset from, DateTimeOffset to)
    {
        using var connection = store.OpenReader();
        using var command = Command(connection, $"""
            WITH newest AS (SELECT id {OfPhase}), since AS (SELECT CASE WHEN count(*) < $looked THEN $from ELSE min(id) END AS id FROM newest)
            SELECT (SELECT count(*) FROM newest),
              (SELECT count(*) FROM (SELECT 1 FROM recommendation WHERE reason = '{Tallies.TeamMissing}' AND placement = $placement AND simulated = $simulated AND id >= (SELECT id FROM since) AND id < $to LIMIT $looked))
            """, scope);
        foreach (var (name, value) in new (string, object)[] { ("$placement", placement), ("$from", Prefix(from)), ("$to", Prefix(to.AddMilliseconds(1))) }) command.Parameters.AddWithValue(name, value);
        using var row = command.ExecuteReader();
        row.Read();
        return (row.GetInt64(0), row.GetInt64(1));

        static byte[] Prefix(DateTimeOffset at)
        {
            var bytes = new byte[8];
            System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes, at.ToUnixTimeMilliseconds() << 16); // the first 48 bits of a version 7 id (RFC 9562, section 5.7)
            return bytes[..6];
        }
    }

    /// <summary>The newest lists of a phase, at most <see cref="Looked"/>, how many of them a fallback answered, and when the newest was served.</summary>
    public (long Lists, long Fallbacks, DateTimeOffset? LastAt) Newest(UnitScope scope)
    {
        using var connection = store.OpenReader();
        using var command = Command(connection, $"SELECT count(*), count(fallback), max(served_at) FROM (SELECT fallback, served_at {OfPhase})", scope);
        using var row = command.ExecuteReader();
        row.Read();
        return (row.GetInt64(0), row.GetInt64(1), row.IsDBNull(2) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(2)));
    }

    private static Microsoft.Data.Sqlite.SqliteCommand Command(Microsoft.Data.Sqlite.SqliteConnection connection, string sql, UnitScope scope)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in new[] { ("$experiment", scope.Experiment), ("$phase", scope.Phase), ("$simulated", scope.Simulated ? 1 : 0), ("$looked", Looked) }) command.Parameters.AddWithValue(name, value);
        return command;
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
