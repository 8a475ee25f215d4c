using Microsoft.Data.Sqlite;
using RecLab.Statistics;

namespace RecLab.Events;

/// <summary>Reads who was shown lists by two experiments at once, from the sums that the writer keeps.</summary>
public sealed class SharedUsers(EventStore store)
{
    /// <summary>Users counted in both experiments, by arm of the one and arm of the other, with the sums of what they did in the one. Who saw several arms of the other counts
    /// for the first of them.</summary>
    /// <param name="own">The experiment whose totals are added up.</param>
    /// <param name="experiment">The other experiment and its phase.</param>
    /// <param name="measure">A kept one; of any other there are none.</param>
    public IReadOnlyDictionary<(int Own, int Other), UnitSums> Read(UnitScope own, int experiment, int phase, UnitMeasure measure)
    {
        using var connection = store.OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            SELECT arm, other_arm, {Columns} FROM pair
            WHERE experiment = $experiment AND phase = $phase AND simulated = $simulated AND other = $other AND other_phase = $otherPhase AND measure = $measure
            """;
        command.Parameters.AddWithValue("$experiment", own.Experiment);
        command.Parameters.AddWithValue("$phase", own.Phase);
        command.Parameters.AddWithValue("$simulated", own.Simulated ? 1 : 0);
        command.Parameters.AddWithValue("$other", experiment);
        command.Parameters.AddWithValue("$otherPhase", phase);
        command.Parameters.AddWithValue("$measure", MeasureBook.Read(connection, own.Experiment, own.Simulated).NumberOf(measure));
        using var reader = command.ExecuteReader();
        Dictionary<(int, int), UnitSums> cells = [];
        while (reader.Read()) cells[(reader.GetInt32(0), reader.GetInt32(1))] = Sums(reader, 2).Rounded;
        return cells;
    }

    internal const string Columns = "units, y, d, yy, yd, dd, yy_high, yd_high, dd_high";

    /// <summary>From <see cref="Columns"/>.</summary>
    internal static ExactSums Sums(SqliteDataReader r, int at)
    {
        var high = new UnitSums { YY = r.GetDouble(at + 6), YD = r.GetDouble(at + 7), DD = r.GetDouble(at + 8) };
        return new(new() { Units = r.GetInt64(at), Y = r.GetDouble(at + 1), D = r.GetDouble(at + 2), YY = r.GetDouble(at + 3), YD = r.GetDouble(at + 4), DD = r.GetDouble(at + 5) }, high == default ? null : new(high));
    }
}
