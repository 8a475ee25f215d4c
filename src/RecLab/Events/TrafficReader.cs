namespace RecLab.Events;

/// <summary>What one variant showed at one placement in one hour.</summary>
/// <param name="Hour">Start of the hour, UTC.</param>
/// <param name="Variant">0 where no variant of ours answered.</param>
public sealed record TrafficHour(DateTimeOffset Hour, string Placement, int Variant, long Lists, long Served, long Rendered, long Viewable, long Clicked);

/// <summary>One kind of thing that was set apart or counted on the way: "duplicate", "late", "quarantined:forged", "no-consent"...</summary>
public sealed record Tally(DateOnly Day, string Kind, string Placement, long Count);

/// <summary>One event that was set aside.</summary>
/// <param name="Number">Counts what was set aside; newer ones are larger.</param>
public sealed record Quarantined(int Number, DateTimeOffset ReceivedAt, string Reason, string Type, string? Recommendation, string? Item, string Unit)
{
    private const int Shown = 18;

    /// <summary>What it named as its list, as much as is needed to find it again in a host's own log.</summary>
    public string? ShortList => Recommendation is { Length: > Shown } whole ? whole[..Shown] + "…" : Recommendation;
}

/// <summary>Reads traffic, tallies and the quarantine. Live and simulated are always asked for apart.</summary>
public sealed class TrafficReader(EventStore store)
{
    /// <summary>Traffic per hour, oldest first.</summary>
    public IReadOnlyList<TrafficHour> Hours(bool simulated, DateTimeOffset from, string? placement = null) =>
        Read("""
            SELECT hour, placement, variant, lists, served, rendered, viewable, clicked FROM traffic
            WHERE simulated = $a AND hour >= $b AND ($c IS NULL OR placement = $c) ORDER BY hour, placement, variant
            """, simulated, from.ToUnixTimeMilliseconds() / EventTimes.Hour, placement,
            r => new TrafficHour(DateTimeOffset.FromUnixTimeSeconds(r.GetInt64(0) * 3600), r.GetString(1), r.GetInt32(2), r.GetInt64(3), r.GetInt64(4), r.GetInt64(5), r.GetInt64(6), r.GetInt64(7)));

    /// <summary>What was counted apart, newest day first.</summary>
    public IReadOnlyList<Tally> Tallies(bool simulated, DateTimeOffset from, string? placement = null) =>
        Read("SELECT day, kind, placement, count FROM tally WHERE simulated = $a AND day >= $b AND ($c IS NULL OR placement = $c) ORDER BY day DESC, kind, placement",
            simulated, EventTimes.DayOf(from.ToUnixTimeMilliseconds()), placement,
            r => new Tally(DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays(r.GetInt32(0))), r.GetString(1), r.GetString(2), r.GetInt64(3)));

    /// <summary>The newest events that were set aside.</summary>
    /// <param name="reason">One of <see cref="QuarantineReasons"/>, or null for all.</param>
    /// <param name="before">Only older ones than this number.</param>
    public IReadOnlyList<Quarantined> Quarantine(bool simulated, int count, string? reason = null, int? before = null) =>
        Read(FormattableString.Invariant($"SELECT rowid, received_at, reason, type, recommendation, item, unit FROM quarantine WHERE simulated = $a AND ($c IS NULL OR reason = $c) AND rowid < $b ORDER BY rowid DESC LIMIT {count}"), simulated, before ?? int.MaxValue, reason,
            r => new Quarantined(r.GetInt32(0), DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(1)), r.GetString(2), r.GetString(3), r.IsDBNull(4) ? null : r.GetString(4), r.IsDBNull(5) ? null : r.GetString(5), r.GetString(6)));

    private List<T> Read<T>(string sql, bool simulated, long from, string? placement, Func<Microsoft.Data.Sqlite.SqliteDataReader, T> row)
    {
        using var connection = store.OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$a", simulated ? 1 : 0);
        command.Parameters.AddWithValue("$b", from);
        command.Parameters.AddWithValue("$c", (object?)placement ?? DBNull.Value);
        using var reader = command.ExecuteReader();
        List<T> rows = [];
        while (reader.Read()) rows.Add(row(reader));
        return rows;
    }
}
