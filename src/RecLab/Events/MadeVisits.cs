namespace RecLab.Events;

/// <summary>A visit of a simulated visitor.</summary>
/// <param name="At">The simulated moment, Unix milliseconds.</param>
public readonly record struct MadeVisit(string Unit, string Session, long At);

/// <summary>Reads which simulated visits a placement has seen already, so that visitors who were cut off go on where they were.</summary>
public sealed class MadeVisits(EventStore store)
{
    /// <summary>Clicks of each visit to a placement from a simulated moment on.</summary>
    public IReadOnlyDictionary<MadeVisit, int> Read(string placement, long from)
    {
        using var connection = store.OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT r.unit, r.session, r.served_at, coalesce(c.clicks, 0)
            FROM recommendation AS r LEFT JOIN (SELECT recommendation, count(*) AS clicks FROM event WHERE simulated = 1 AND type = 'click' GROUP BY recommendation) AS c ON c.recommendation = r.id
            WHERE r.simulated = 1 AND r.placement = $placement AND r.served_at >= $from
            """;
        command.Parameters.AddWithValue("$placement", placement);
        command.Parameters.AddWithValue("$from", from);
        using var reader = command.ExecuteReader();
        Dictionary<MadeVisit, int> visits = [];
        while (reader.Read()) visits[new(reader.GetString(0), reader.GetString(1), reader.GetInt64(2))] = reader.GetInt32(3);
        return visits;
    }
}
