using Microsoft.Data.Sqlite;
using RecLab.Events;

namespace RecLab.Results;

/// <summary>Reads a phase's totals from the fold of the event log: one pass over its users and days, in key order, never over events.</summary>
public sealed class TotalsReader(EventStore store)
{
    private const string Rows = """
        SELECT arm, unit, day, lists, served, rendered, viewable, clicked, carts, purchases, revenue, last_at
        FROM unit_day WHERE experiment = $experiment AND phase = $phase AND simulated = $simulated ORDER BY arm, unit, day
        """;

    private const string NewestLists = """
        SELECT count(*), count(fallback) FROM (SELECT experiment, phase, simulated, fallback FROM recommendation ORDER BY id DESC LIMIT 5000)
        WHERE experiment = $experiment AND phase = $phase AND simulated = $simulated
        """;

    private const string Aside = """
        SELECT coalesce(sum(count), 0) FROM tally WHERE day >= $day AND simulated = $simulated AND placement IN ($placement, '') AND (kind LIKE 'quarantined:%' OR kind IN ('late', 'stale', 'future', 'outside-window'))
        """;

    /// <param name="arms">How many arms the phase has.</param>
    /// <param name="simulated">Which of the two readings; they are never mixed.</param>
    public PhaseTotals Read(int experiment, int phase, int arms, bool simulated, CancellationToken cancellation = default)
    {
        var folder = new TotalsFolder(arms);
        using var connection = store.OpenReader();
        using var command = Command(connection, Rows, experiment, phase, simulated);
        using var rows = command.ExecuteReader();
        Span<long> values = stackalloc long[(int)UnitColumn.Revenue + 1];
        for (var n = 0; rows.Read(); n++)
        {
            if (n % 4096 == 0) cancellation.ThrowIfCancellationRequested();
            for (var c = 0; c < values.Length; c++) values[c] = rows.GetInt64(4 + c);
            folder.Add(rows.GetInt32(0), rows.GetString(1), rows.GetInt32(2), rows.GetInt64(3), values, rows.IsDBNull(11) ? null : rows.GetInt64(11));
        }
        return folder.Build();
    }

    /// <summary>Of the newest 5,000 lists of the installation those of this phase, and how many of them a fallback answered.</summary>
    public (long Lists, long Fallbacks) Newest(int experiment, int phase, bool simulated)
    {
        using var connection = store.OpenReader();
        using var command = Command(connection, NewestLists, experiment, phase, simulated);
        using var row = command.ExecuteReader();
        row.Read();
        return (row.GetInt64(0), row.GetInt64(1));
    }

    /// <summary>Events since a day that were kept and not counted: late, stale, from the future, outside their window, or quarantined.</summary>
    /// <param name="day">UTC day number.</param>
    public long SetAside(string placement, int day, bool simulated)
    {
        using var connection = store.OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText = Aside;
        command.Parameters.AddWithValue("$placement", placement);
        command.Parameters.AddWithValue("$day", day);
        command.Parameters.AddWithValue("$simulated", simulated ? 1 : 0);
        return (long)command.ExecuteScalar()!;
    }

    private static SqliteCommand Command(SqliteConnection connection, string text, int experiment, int phase, bool simulated)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        command.Parameters.AddWithValue("$experiment", experiment);
        command.Parameters.AddWithValue("$phase", phase);
        command.Parameters.AddWithValue("$simulated", simulated ? 1 : 0);
        return command;
    }
}
