using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace RecLab.Events;

/// <summary>Which part of the log is read.</summary>
/// <param name="Simulated">Simulated or live, never both.</param>
/// <param name="Types">Event types.</param>
/// <param name="Placement">Only what names a list of this placement; null for everything.</param>
/// <param name="From">Events that happened from here on, Unix milliseconds.</param>
/// <param name="Until">And before there.</param>
/// <param name="Testers">Units that never count.</param>
public sealed record InteractionRange(bool Simulated, IReadOnlyCollection<string> Types, string? Placement = null, long From = long.MinValue, long Until = long.MaxValue, IReadOnlyCollection<string>? Testers = null);

/// <summary>Why an interaction is not learnt from.</summary>
public enum LeftOut { No, Nobody, NoItem, UnsureTime, Tester, Machine }

/// <summary>One thing somebody did with an item. The same thing done again on the same list is the same act.</summary>
/// <param name="At">When it was last done, Unix milliseconds.</param>
/// <param name="Value">Money or stars, as sent.</param>
/// <param name="Events">How many events reported it.</param>
/// <param name="Placement">Where the list was shown that it followed from, or null.</param>
/// <param name="LeftOut">Why it does not count, or <see cref="LeftOut.No"/>.</param>
public readonly record struct Interaction(string Unit, string Item, string Type, long At, double? Value, long Events, LeftOut LeftOut, string? Placement = null);

/// <summary>How many events of a type the log holds.</summary>
public sealed record TypeCount(string Type, bool Simulated, long Events, DateTimeOffset First, DateTimeOffset Last);

/// <summary>Streams what people did with items out of the log, for training. What was quarantined is not in it; what is in it and should not be learnt from is marked.</summary>
public sealed class InteractionReader(EventStore store)
{
    /// <summary>Types that say something about a person's interest in an item: everything but the drawing of a list, and dismissals, which are no interest.</summary>
    public static bool IsLearnable(string type) => type is not (EventTypes.Rendered or EventTypes.Dismiss) && EventTypes.Find(type) is not null;

    /// <summary>The interactions, oldest first and in one order whatever the order of arrival; one consistent state of the log, read while others write.</summary>
    public IEnumerable<Interaction> Read(InteractionRange range)
    {
        store.Create();
        using var connection = store.OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT e.unit, coalesce(e.item, ''), e.type, max(e.occurred_at) AS at, e.value, count(*),
              CASE WHEN e.unit = '' THEN $nobody WHEN e.item IS NULL THEN $noItem WHEN e.flags & $unsure <> 0 THEN $unsureTime
                WHEN r.reason = 'override' OR e.unit IN (SELECT value FROM json_each($testers)) THEN $tester
                WHEN e.unit IN (SELECT unit FROM unit_day WHERE simulated = $simulated AND (lists > 2000 OR clicked > 500)) THEN $machine ELSE 0 END AS left_out, r.placement
            FROM event AS e LEFT JOIN recommendation AS r ON r.id = e.recommendation
            WHERE e.simulated = $simulated AND e.type IN (SELECT value FROM json_each($types)) AND e.occurred_at >= $from AND e.occurred_at < $until
              AND ($placement IS NULL OR r.placement = $placement)
            GROUP BY coalesce(e.recommendation, e.id), e.unit, e.item, e.type, left_out
            ORDER BY at, e.unit, e.item, e.type, e.value
            """;
        var parameters = command.Parameters;
        foreach (var (name, reason) in new[] { ("$nobody", LeftOut.Nobody), ("$noItem", LeftOut.NoItem), ("$unsureTime", LeftOut.UnsureTime), ("$tester", LeftOut.Tester), ("$machine", LeftOut.Machine) })
            parameters.AddWithValue(name, (int)reason);
        parameters.AddWithValue("$unsure", (int)(EventFlags.Future | EventFlags.Stale | EventFlags.Pending));
        parameters.AddWithValue("$simulated", range.Simulated ? 1 : 0);
        parameters.AddWithValue("$types", JsonSerializer.Serialize(range.Types));
        parameters.AddWithValue("$testers", JsonSerializer.Serialize(range.Testers ?? []));
        parameters.AddWithValue("$from", range.From);
        parameters.AddWithValue("$until", range.Until);
        parameters.AddWithValue("$placement", (object?)range.Placement ?? DBNull.Value);
        using var reader = command.ExecuteReader();
        while (reader.Read())
            yield return new(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetInt64(3), reader.IsDBNull(4) ? null : reader.GetDouble(4), reader.GetInt64(5), (LeftOut)reader.GetInt32(6), reader.IsDBNull(7) ? null : reader.GetString(7));
    }

    /// <summary>What there is to learn from, by type, live and simulated apart.</summary>
    public IReadOnlyList<TypeCount> Count()
    {
        store.Create();
        using var connection = store.OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT type, simulated, count(*), min(occurred_at), max(occurred_at) FROM event WHERE type NOT IN ('rendered', 'dismiss') AND unit <> '' GROUP BY simulated, type ORDER BY simulated, type";
        using var reader = command.ExecuteReader();
        List<TypeCount> counts = [];
        while (reader.Read())
            counts.Add(new(reader.GetString(0), reader.GetInt32(1) == 1, reader.GetInt64(2), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(3)), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(4))));
        return counts;
    }
}
