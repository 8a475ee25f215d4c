using Microsoft.Data.Sqlite;

namespace RecLab.Events;

/// <summary>A stretch of days whose users tell what a user usually does: one arm of an experiment, or lists outside any.</summary>
/// <param name="Placement">Only users shown a list at this placement; null for all.</param>
public readonly record struct PastScope(UnitScope Scope, int Arm, int FirstDay, int LastDay, string? Placement = null);

/// <summary>Reads users one by one from some days of the past. One pass over these users: for what is settled once, not for a look at a page. Who behaves like a machine is left out.</summary>
public sealed class PastUsers(EventStore store)
{
    private const string At = "experiment = $experiment AND phase = $phase AND simulated = $simulated";

    /// <summary>Whether so many users were shown a list, and the first and last day of them; null where fewer were.</summary>
    public (int First, int Last)? Days(UnitScope scope, int arm, int users, string? placement = null)
    {
        using var connection = store.OpenReader();
        if (placement is not null)
        {
            // hours and not users are asked first: a placement of which little was shown must not cost a look at the whole log
            if (Number(Command(connection, scope, arm, placement, "SELECT coalesce(sum(lists), 0) FROM traffic WHERE simulated = $simulated AND placement = $placement")) < users) return null;
            if (Number(Command(connection, scope, arm, placement, $"SELECT count(*) FROM (SELECT DISTINCT unit FROM recommendation WHERE placement = $placement AND experiment = 0 AND simulated = $simulated AND unit <> '' LIMIT {users})")) < users) return null;
        }
        else if (Number(Command(connection, scope, arm, placement, $"SELECT count(*) FROM (SELECT DISTINCT unit FROM unit_day WHERE {At} AND arm = $arm AND lists > 0 LIMIT {users})")) < users) return null;
        using var days = Command(connection, scope, arm, placement, $"SELECT first_day, last_day FROM arm WHERE {At} AND arm = $arm").ExecuteReader();
        return days.Read() ? (days.GetInt32(0), days.GetInt32(1)) : null;
    }

    /// <summary>What each user came to in a measure, over the days together; of users whose denominator is above 0 where there is one.</summary>
    public IReadOnlyList<double> Values(in PastScope past, UnitMeasure measure)
    {
        using var connection = store.OpenReader();
        using var own = new OwnRows(connection);
        using var command = Command(connection, past.Scope, past.Arm, past.Placement, $"""
            SELECT unit, {UnitTotal.Sum()} FROM unit_day WHERE {At} AND arm = $arm AND day BETWEEN $first AND $last
              AND unit NOT IN (SELECT unit FROM unit_day WHERE {At} AND (lists > 2000 OR clicked > 500))
              {(past.Placement is null ? "" : "AND unit IN (SELECT unit FROM recommendation WHERE placement = $placement AND experiment = 0 AND simulated = $simulated AND served_at >= $from)")}
            GROUP BY unit HAVING sum(lists) > 0
            """);
        command.Parameters.AddWithValue("$first", past.FirstDay);
        command.Parameters.AddWithValue("$last", past.LastDay);
        command.Parameters.AddWithValue("$from", past.FirstDay * EventTimes.Day);
        using var reader = command.ExecuteReader();
        List<double> values = [];
        while (reader.Read())
        {
            var total = own.Attach(UnitTotals.Total(reader, 1), measure.Kind.Length > 0 ? [measure.Kind] : [], past.Scope, past.Arm, reader.GetString(0), past.FirstDay, past.LastDay);
            if (measure.Denominator is null || measure.D(total) > 0) values.Add(measure.Y(total));
        }
        return values;
    }

    /// <summary>The shop's own kinds of events that were counted outside experiments, at most so many, by name.</summary>
    public IReadOnlyList<string> Kinds(int most)
    {
        using var connection = store.OpenReader();
        SortedSet<string> kinds = new(StringComparer.Ordinal);
        foreach (var simulated in new[] { false, true })
        {
            using var command = Command(connection, new(0, 0, simulated), 0, null, $"""
                WITH RECURSIVE kind(n) AS (SELECT min(name) FROM own_day WHERE {At}
                  UNION ALL SELECT (SELECT min(name) FROM own_day WHERE {At} AND name > n) FROM kind WHERE n IS NOT NULL)
                SELECT n FROM kind WHERE n IS NOT NULL LIMIT {most}
                """);
            using var reader = command.ExecuteReader();
            while (reader.Read()) kinds.Add(reader.GetString(0));
        }
        return [.. kinds.Take(most)];
    }

    private static long Number(SqliteCommand command)
    {
        using (command) return (long)command.ExecuteScalar()!;
    }

    private static SqliteCommand Command(SqliteConnection connection, UnitScope scope, int arm, string? placement, string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$experiment", scope.Experiment);
        command.Parameters.AddWithValue("$phase", scope.Phase);
        command.Parameters.AddWithValue("$simulated", scope.Simulated ? 1 : 0);
        command.Parameters.AddWithValue("$arm", arm);
        command.Parameters.AddWithValue("$placement", (object?)placement ?? DBNull.Value);
        return command;
    }
}
