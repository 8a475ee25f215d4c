using Microsoft.Data.Sqlite;
using RecLab.Statistics;

namespace RecLab.Events;

/// <summary>Reads the totals per user. Users who behave like machines (more than 2,000 lists or 500 clicked items on one day) are left out and counted apart.</summary>
public sealed class UnitTotals(EventStore store)
{
    private const string From = """
        FROM unit_day WHERE experiment = $experiment AND phase = $phase AND simulated = $simulated AND day <= $day
          AND unit NOT IN (SELECT unit FROM unit_day WHERE experiment = $experiment AND phase = $phase AND simulated = $simulated AND (lists > 2000 OR clicked > 500))
        """;

    /// <summary>All arms, growing day by day, for several measures in one pass.</summary>
    /// <param name="scope">Which users.</param>
    /// <param name="measures">What to add up.</param>
    /// <param name="history">Also read what each user did outside any experiment on the days before the first list here (the X and E of <see cref="UnitSums"/>).</param>
    public IReadOnlyList<ArmGrowth> Read(UnitScope scope, IReadOnlyList<UnitMeasure> measures, bool history = false)
    {
        using var connection = store.OpenReader();
        using var transaction = connection.BeginTransaction(deferred: true);
        var before = history ? Before(connection, scope) : [];
        Dictionary<int, Growth> arms = [];
        using var reader = Command(connection, $"SELECT arm, unit, day, lists, served, rendered, viewable, clicked, carts, purchases, revenue {From} ORDER BY arm, unit, day", scope).ExecuteReader();
        var (arm, unit, soFar) = (-1, "", default(UnitTotal));
        while (reader.Read())
        {
            var name = reader.GetString(1);
            var isNew = reader.GetInt32(0) != arm || name != unit;
            if (isNew) (arm, unit, soFar) = (reader.GetInt32(0), name, default);
            if (!arms.TryGetValue(arm, out var growth)) arms[arm] = growth = new(measures);
            var today = Total(reader, 3);
            growth.Add(reader.GetInt32(2), isNew, soFar, soFar + today, before.GetValueOrDefault(unit));
            soFar += today;
        }
        return [.. arms.OrderBy(a => a.Key).Select(a => a.Value.Build(a.Key))];
    }

    /// <summary>One line per user and arm, for exports and recomputation.</summary>
    public IEnumerable<(int Arm, string Unit, UnitTotal Total)> Units(UnitScope scope)
    {
        using var connection = store.OpenReader();
        using var reader = Command(connection, $"""
            SELECT arm, unit, sum(lists), sum(served), sum(rendered), sum(viewable), sum(clicked), sum(carts), sum(purchases), sum(revenue) {From} GROUP BY arm, unit
            """, scope).ExecuteReader();
        while (reader.Read()) yield return (reader.GetInt32(0), reader.GetString(1), Total(reader, 2));
    }

    /// <summary>Sums over the users of each arm for one measure.</summary>
    public IReadOnlyDictionary<int, UnitSums> ArmMoments(UnitScope scope, UnitMeasure measure) => Read(scope, [measure]).ToDictionary(a => a.Arm, a => a.Last(0));

    /// <summary>How many users are left out because they behave like machines, and how many were shown more than one arm.</summary>
    public (long Machines, long InSeveralArms) Oddities(UnitScope scope)
    {
        using var connection = store.OpenReader();
        using var machines = Command(connection, """
            SELECT count(DISTINCT unit) FROM unit_day WHERE experiment = $experiment AND phase = $phase AND simulated = $simulated AND day <= $day AND (lists > 2000 OR clicked > 500)
            """, scope);
        using var several = Command(connection, $"SELECT count(*) FROM (SELECT unit {From} AND lists > 0 GROUP BY unit HAVING count(DISTINCT arm) > 1)", scope);
        return ((long)machines.ExecuteScalar()!, (long)several.ExecuteScalar()!);
    }

    /// <summary>What users did on the day of their first list in an arm, the day after, and so on: per arm and number of days since then the sums over the users of whom something
    /// was recorded on that day, each with what that day alone added.</summary>
    public IReadOnlyDictionary<(int Arm, int Days), UnitSums> ByAge(UnitScope scope, UnitMeasure measure)
    {
        using var connection = store.OpenReader();
        using var reader = Command(connection, $"SELECT arm, unit, day, lists, served, rendered, viewable, clicked, carts, purchases, revenue {From} ORDER BY arm, unit, day", scope).ExecuteReader();
        Dictionary<(int, int), UnitSums> sums = [];
        var (arm, unit, first) = (-1, "", 0);
        while (reader.Read())
        {
            var name = reader.GetString(1);
            if (reader.GetInt32(0) != arm || name != unit) (arm, unit, first) = (reader.GetInt32(0), name, reader.GetInt32(2));
            System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(sums, (arm, reader.GetInt32(2) - first), out _) += measure.Of(Total(reader, 3), default);
        }
        return sums;
    }

    /// <summary>Impressions by arm and position of the item in its list, from 1, of all users, machines too.</summary>
    public IReadOnlyList<SpotTotal> ByPosition(UnitScope scope)
    {
        using var connection = store.OpenReader();
        using var reader = Command(connection, """
            SELECT arm, position, rendered, viewable, clicked FROM spot WHERE experiment = $experiment AND phase = $phase AND simulated = $simulated ORDER BY arm, position
            """, scope).ExecuteReader();
        List<SpotTotal> spots = [];
        while (reader.Read()) spots.Add(new(reader.GetInt32(0), reader.GetInt32(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4)));
        return spots;
    }

    private static Dictionary<string, UnitTotal> Before(SqliteConnection connection, UnitScope scope)
    {
        using var command = Command(connection, """
            SELECT first.unit, sum(o.lists), sum(o.served), sum(o.rendered), sum(o.viewable), sum(o.clicked), sum(o.carts), sum(o.purchases), sum(o.revenue)
            FROM (SELECT unit, min(day) AS day FROM unit_day WHERE experiment = $experiment AND phase = $phase AND simulated = $simulated AND day <= $day GROUP BY unit) AS first
            CROSS JOIN unit_day AS o ON o.experiment = 0 AND o.phase = 0 AND o.simulated = $simulated AND o.arm = 0 AND o.unit = first.unit AND o.day < first.day
            GROUP BY first.unit
            """, scope);
        using var reader = command.ExecuteReader();
        Dictionary<string, UnitTotal> totals = new(StringComparer.Ordinal);
        while (reader.Read()) totals[reader.GetString(0)] = Total(reader, 1);
        return totals;
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, UnitScope scope)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$experiment", scope.Experiment);
        command.Parameters.AddWithValue("$phase", scope.Phase);
        command.Parameters.AddWithValue("$simulated", scope.Simulated ? 1 : 0);
        command.Parameters.AddWithValue("$day", scope.UpToDay ?? int.MaxValue);
        return command;
    }

    internal static UnitTotal Total(SqliteDataReader reader, int at) => new()
    {
        Lists = reader.GetInt64(at), Served = reader.GetInt64(at + 1), Rendered = reader.GetInt64(at + 2), Viewable = reader.GetInt64(at + 3),
        Clicked = reader.GetInt64(at + 4), Carts = reader.GetInt64(at + 5), Purchases = reader.GetInt64(at + 6), Revenue = reader.GetInt64(at + 7),
    };

    /// <summary>What changes on each day: a user's new contribution comes, the old one goes.</summary>
    private sealed class Growth(IReadOnlyList<UnitMeasure> measures)
    {
        private readonly SortedDictionary<int, UnitSums[]> _changes = [];
        private UnitTotal _total;

        public void Add(int day, bool isNew, in UnitTotal old, in UnitTotal now, in UnitTotal before)
        {
            if (!_changes.TryGetValue(day, out var change)) _changes[day] = change = new UnitSums[measures.Count];
            for (var m = 0; m < measures.Count; m++)
                change[m] += isNew ? measures[m].Of(now, before) : measures[m].Of(now, before) - measures[m].Of(old, before);
            _total = Minus(_total + now, old);
        }

        public ArmGrowth Build(int arm)
        {
            var sums = new List<UnitSums>[measures.Count];
            for (var m = 0; m < sums.Length; m++)
            {
                var soFar = default(UnitSums);
                sums[m] = [.. _changes.Values.Select(change => soFar += change[m])];
            }
            return new(arm, _total, [.. _changes.Keys], sums);
        }

        private static UnitTotal Minus(in UnitTotal a, in UnitTotal b) => new()
        {
            Lists = a.Lists - b.Lists, Served = a.Served - b.Served, Rendered = a.Rendered - b.Rendered, Viewable = a.Viewable - b.Viewable,
            Clicked = a.Clicked - b.Clicked, Carts = a.Carts - b.Carts, Purchases = a.Purchases - b.Purchases, Revenue = a.Revenue - b.Revenue,
        };
    }
}
