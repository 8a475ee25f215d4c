using Microsoft.Data.Sqlite;

namespace RecLab.Events;

/// <summary>A stretch of days whose users tell what a user usually does: one arm of an experiment, or lists outside any.</summary>
/// <param name="Placement">Only users shown a list at this placement; null for all.</param>
public readonly record struct PastScope(UnitScope Scope, int Arm, int FirstDay, int LastDay, string? Placement = null);

/// <summary>Reads users one by one from some days of the past. One pass over these users: for what is settled once, not for a look at a page. Who behaves like a machine is left out.</summary>
public sealed class PastUsers(EventStore store)
{
    private const string At = "experiment = $experiment AND phase = $phase AND simulated = $simulated";

    /// <summary>Users outside experiments by placement: the words of the index, so that only the stretch that is asked for is read.</summary>
    private const string Outside = "FROM recommendation WHERE placement = $placement AND simulated = $simulated AND experiment = 0 AND unit <> ''";

    /// <summary>Those who were shown a list there in some time.</summary>
    internal const string ShownBetween = $"SELECT DISTINCT unit {Outside} AND served_at >= $from AND served_at < $to";

    /// <summary>First and last day of an arm that showed a list to so many users; null where it showed one to fewer.</summary>
    public (int First, int Last)? Days(UnitScope scope, int arm, int users)
    {
        using var connection = store.OpenReader();
        if (Number(Command(connection, scope, arm, null, $"SELECT count(*) FROM (SELECT DISTINCT unit FROM unit_day WHERE {At} AND arm = $arm AND lists > 0 LIMIT {users})")) < users) return null;
        using var command = Command(connection, scope, arm, null, $"SELECT first_day, last_day FROM arm WHERE {At} AND arm = $arm");
        using var days = command.ExecuteReader();
        return days.Read() ? (days.GetInt32(0), days.GetInt32(1)) : null;
    }

    /// <summary>First and last of the last so many days on which a placement showed lists outside experiments; null where fewer than so many users were shown one in them.</summary>
    /// <param name="until">Later days do not count.</param>
    public (int First, int Last)? DaysOutside(string placement, bool simulated, int days, int users, int until = int.MaxValue)
    {
        using var connection = store.OpenReader();
        if (Edge("served_at") is not { } from || Edge("served_at DESC") is not { } to) return null;
        var last = Math.Min(EventTimes.DayOf(to), until);
        var first = Math.Max(EventTimes.DayOf(from), last - days + 1);
        var count = Command(connection, new(0, 0, simulated), 0, placement, $"SELECT count(*) FROM ({ShownBetween} LIMIT {users})");
        return Number(Between(count, first, last)) < users ? null : (first, last);

        long? Edge(string order)
        {
            using var command = Command(connection, new(0, 0, simulated), 0, placement, $"SELECT served_at {Outside} ORDER BY {order} LIMIT 1");
            return command.ExecuteScalar() as long?;
        }
    }

    /// <summary>What each user came to in a measure, over the days together; of users whose denominator is above 0 where there is one.</summary>
    public IReadOnlyList<double> Values(in PastScope past, UnitMeasure measure)
    {
        using var connection = store.OpenReader();
        using var own = new OwnRows(connection);
        using var command = Command(connection, past.Scope, past.Arm, past.Placement, $"""
            SELECT unit, {UnitTotal.Sum()} FROM unit_day WHERE {At} AND arm = $arm AND day BETWEEN $first AND $last
              AND unit NOT IN (SELECT unit FROM unit_day WHERE {At} AND (lists > 2000 OR clicked > 500))
              {(past.Placement is null ? "" : $"AND unit IN ({ShownBetween})")}
            GROUP BY unit HAVING sum(lists) > 0
            """);
        command.Parameters.AddWithValue("$first", past.FirstDay);
        command.Parameters.AddWithValue("$last", past.LastDay);
        using var reader = Between(command, past.FirstDay, past.LastDay).ExecuteReader();
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

    /// <summary>Whole days as served_at counts them.</summary>
    private static SqliteCommand Between(SqliteCommand command, int first, int last)
    {
        command.Parameters.AddWithValue("$from", first * EventTimes.Day);
        command.Parameters.AddWithValue("$to", (last + 1) * EventTimes.Day);
        return command;
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
