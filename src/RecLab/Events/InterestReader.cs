namespace RecLab.Events;

/// <summary>Reads what one person has shown interest in since the models were trained.</summary>
public sealed class InterestReader(EventStore store)
{
    /// <summary>The newest interests of a person, oldest first.</summary>
    /// <param name="unit">The person.</param>
    /// <param name="simulated">Simulated or live, never both.</param>
    /// <param name="count">At most so many, the newest.</param>
    public IReadOnlyList<Interest> Of(string unit, bool simulated, int count)
    {
        using var connection = store.OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT at, item, type FROM interest WHERE unit = $unit AND simulated = $simulated ORDER BY at DESC, item DESC, type DESC LIMIT $count";
        command.Parameters.AddWithValue("$unit", unit);
        command.Parameters.AddWithValue("$simulated", simulated ? 1 : 0);
        command.Parameters.AddWithValue("$count", count);
        using var reader = command.ExecuteReader();
        List<Interest> interests = [];
        while (reader.Read()) interests.Add(new(unit, simulated, reader.GetInt64(0), reader.GetString(1), reader.GetString(2)));
        interests.Reverse();
        return interests;
    }
}
