using Microsoft.Data.Sqlite;
using RecLab.Statistics;

namespace RecLab.Events;

/// <summary>Reads the totals of users divided by an attribute recorded with their first list. One pass over the users of the phase: for a look in depth, not for every look at a page.</summary>
public sealed class UnitSlices(EventStore store)
{
    /// <summary>The attributes recorded in a phase.</summary>
    public IReadOnlyList<string> Names(UnitScope scope)
    {
        using var connection = store.OpenReader();
        using var command = Command(connection, scope, "", """
            WITH RECURSIVE name(n) AS (SELECT min(name) FROM trait WHERE experiment = $experiment AND phase = $phase AND simulated = $simulated
              UNION ALL SELECT (SELECT min(name) FROM trait WHERE experiment = $experiment AND phase = $phase AND simulated = $simulated AND name > n) FROM name WHERE n IS NOT NULL)
            SELECT n FROM name WHERE n IS NOT NULL
            """);
        using var reader = command.ExecuteReader();
        List<string> names = [];
        while (reader.Read()) names.Add(reader.GetString(0));
        return names;
    }

    /// <summary>Sums over users by value of the attribute and arm, one per measure. Who behaves like a machine is left out, and who was never recorded with it too.</summary>
    public IReadOnlyDictionary<(string Value, int Arm), UnitSums[]> Read(UnitScope scope, string name, IReadOnlyList<UnitMeasure> measures)
    {
        using var connection = store.OpenReader();
        using var command = Command(connection, scope, name, $"""
            SELECT u.arm, t.value, t.unit, {UnitTotal.Sum("u.")}
            FROM trait t JOIN unit_day u ON u.experiment = t.experiment AND u.phase = t.phase AND u.simulated = t.simulated AND u.unit = t.unit
            WHERE t.experiment = $experiment AND t.phase = $phase AND t.simulated = $simulated AND t.name = $name
              AND t.unit NOT IN (SELECT unit FROM unit_day WHERE experiment = $experiment AND phase = $phase AND simulated = $simulated AND (lists > 2000 OR clicked > 500))
            GROUP BY u.arm, t.unit HAVING sum(u.lists) > 0
            """);
        using var own = new OwnRows(connection);
        string[] kinds = [.. measures.Select(m => m.Kind).Where(k => k.Length > 0).Distinct()];
        using var reader = command.ExecuteReader();
        Dictionary<(string Value, int Arm), ExactSums[]> cells = [];
        while (reader.Read())
        {
            ref var sums = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(cells, (reader.GetString(1), reader.GetInt32(0)), out _);
            sums ??= new ExactSums[measures.Count];
            var total = own.Attach(UnitTotals.Total(reader, 3), kinds, scope, reader.GetInt32(0), reader.GetString(2));
            for (var m = 0; m < measures.Count; m++) sums[m] += measures[m].Of(total, default);
        }
        return cells.ToDictionary(c => c.Key, c => c.Value.Select(s => s.Rounded).ToArray());
    }

    private static SqliteCommand Command(SqliteConnection connection, UnitScope scope, string name, string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$experiment", scope.Experiment);
        command.Parameters.AddWithValue("$phase", scope.Phase);
        command.Parameters.AddWithValue("$simulated", scope.Simulated ? 1 : 0);
        command.Parameters.AddWithValue("$name", name);
        return command;
    }
}
