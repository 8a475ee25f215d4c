using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace RecLab.Events;

/// <summary>What the log counts of one user.</summary>
/// <param name="FirstAt">When the first list was served; null where none was.</param>
public sealed record UserCounts(long Lists, long Viewable, long Clicked, long Carts, long Purchases, DateTimeOffset? FirstAt, DateTimeOffset? LastAt);

/// <summary>A list that was served to the user.</summary>
public sealed record UserList(string Id, DateTimeOffset ServedAt, string Placement, int Experiment, int Arm, string Session, IReadOnlyList<string> Items, string Reason);

/// <summary>Something the user did.</summary>
public sealed record UserAct(string EventId, string Type, string? List, string? Item, int? Position, string Session, DateTimeOffset OccurredAt, double? Value, string? Currency, string? Properties);

/// <summary>A user of an experiment and what was shown in which arm.</summary>
/// <param name="Arm">0 for control.</param>
public sealed record ExposedUser(int Arm, string User, DateTimeOffset FirstAt, DateTimeOffset LastAt, long Lists, long Viewable, long Clicked);

/// <summary>Reads the log by user. Live and simulated are always asked for apart.</summary>
public sealed class UserLog(EventStore store)
{
    /// <summary>Counts of one user, from the folds.</summary>
    public UserCounts Count(string unit, bool simulated) => Read("""
        SELECT coalesce(sum(d.lists), 0), coalesce(sum(d.viewable), 0), coalesce(sum(d.clicked), 0), coalesce(sum(d.carts), 0), coalesce(sum(d.purchases), 0), min(d.first_at), max(d.last_at)
        FROM arm a CROSS JOIN unit_day d ON d.experiment = a.experiment AND d.phase = a.phase AND d.simulated = a.simulated AND d.arm = a.arm AND d.unit = $unit WHERE a.simulated = $simulated
        """, r => new UserCounts(r.GetInt64(0), r.GetInt64(1), r.GetInt64(2), r.GetInt64(3), r.GetInt64(4), At(r, 5), At(r, 6)), default, ("$unit", unit), ("$simulated", simulated ? 1 : 0))[0];

    /// <summary>Lists served to one user, oldest first. The log has no index by user, so it is read from end to end, or until cancelled.</summary>
    public IReadOnlyList<UserList> Lists(string unit, bool simulated, int most, CancellationToken cancellation = default) => Read(
        "SELECT id, served_at, placement, experiment, arm, session, items, reason FROM recommendation WHERE unit = $unit AND simulated = $simulated ORDER BY served_at, id LIMIT $most",
        r => new UserList(Id(r, 0)!, At(r, 1)!.Value, r.GetString(2), r.GetInt32(3), r.GetInt32(4), r.GetString(5), JsonSerializer.Deserialize<string[]>(r.GetString(6))!, r.GetString(7)), cancellation, ("$unit", unit), ("$simulated", simulated ? 1 : 0), ("$most", most));

    /// <summary>What one user did, oldest first; read as the lists are.</summary>
    public IReadOnlyList<UserAct> Acts(string unit, bool simulated, int most, CancellationToken cancellation = default) => Read(
        "SELECT id, type, recommendation, item, position, session, occurred_at, value, currency, properties FROM event WHERE unit = $unit AND simulated = $simulated ORDER BY occurred_at, id LIMIT $most",
        r => new UserAct(Id(r, 0)!, r.GetString(1), Id(r, 2), Text(r, 3), r.IsDBNull(4) ? null : r.GetInt32(4), r.GetString(5), At(r, 6)!.Value, r.IsDBNull(7) ? null : r.GetDouble(7), Text(r, 8), Text(r, 9)), cancellation, ("$unit", unit), ("$simulated", simulated ? 1 : 0), ("$most", most));

    /// <summary>Users of a phase in the order of arm and id, after one of them.</summary>
    public IReadOnlyList<ExposedUser> Exposed(int experiment, int phase, bool simulated, (int Arm, string User)? after, int count) => Read("""
        SELECT arm, unit, min(first_at), max(last_at), sum(lists), sum(viewable), sum(clicked) FROM unit_day
        WHERE experiment = $experiment AND phase = $phase AND simulated = $simulated AND (arm, unit) > ($arm, $unit) GROUP BY arm, unit HAVING sum(lists) > 0 ORDER BY arm, unit LIMIT $count
        """, r => new ExposedUser(r.GetInt32(0), r.GetString(1), At(r, 2)!.Value, At(r, 3)!.Value, r.GetInt64(4), r.GetInt64(5), r.GetInt64(6)),
        default, ("$experiment", experiment), ("$phase", phase), ("$simulated", simulated ? 1 : 0), ("$arm", after?.Arm ?? -1), ("$unit", after?.User ?? ""), ("$count", count));

    private List<T> Read<T>(string sql, Func<SqliteDataReader, T> row, CancellationToken cancellation, params (string Name, object Value)[] values)
    {
        using var connection = store.OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values) command.Parameters.AddWithValue(name, value);
        return Interruptible.Read(connection, cancellation, () =>
        {
            using var reader = command.ExecuteReader();
            List<T> rows = [];
            while (reader.Read()) rows.Add(row(reader));
            return rows;
        });
    }

    private static DateTimeOffset? At(SqliteDataReader r, int column) => r.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(column));
    private static string? Text(SqliteDataReader r, int column) => r.IsDBNull(column) ? null : r.GetString(column);
    private static string? Id(SqliteDataReader r, int column) => r.IsDBNull(column) ? null : new Guid(r.GetFieldValue<byte[]>(column), bigEndian: true).ToString();
}
