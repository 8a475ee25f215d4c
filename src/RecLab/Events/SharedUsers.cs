using RecLab.Statistics;

namespace RecLab.Events;

/// <summary>Reads who was shown lists by two experiments at once. One pass over the users of the first; not for every look at a page.</summary>
public sealed class SharedUsers(EventStore store)
{
    /// <summary>Users counted in both experiments, by arm of the one and arm of the other, with the sums of what they did in the one. Who saw several arms of the other counts
    /// for the first of them.</summary>
    /// <param name="own">The experiment whose totals are added up.</param>
    /// <param name="experiment">The other experiment and its phase.</param>
    public IReadOnlyDictionary<(int Own, int Other), UnitSums> Read(UnitScope own, int experiment, int phase, UnitMeasure measure)
    {
        using var connection = store.OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT o.arm, x.arm, sum(o.lists), sum(o.served), sum(o.rendered), sum(o.viewable), sum(o.clicked), sum(o.carts), sum(o.purchases), sum(o.revenue)
            FROM unit_day o JOIN (SELECT unit, min(arm) AS arm FROM unit_day WHERE experiment = $other AND phase = $otherPhase AND simulated = $simulated AND lists > 0 GROUP BY unit) x ON x.unit = o.unit
            WHERE o.experiment = $experiment AND o.phase = $phase AND o.simulated = $simulated
            GROUP BY o.arm, o.unit HAVING sum(o.lists) > 0
            """;
        command.Parameters.AddWithValue("$experiment", own.Experiment);
        command.Parameters.AddWithValue("$phase", own.Phase);
        command.Parameters.AddWithValue("$simulated", own.Simulated ? 1 : 0);
        command.Parameters.AddWithValue("$other", experiment);
        command.Parameters.AddWithValue("$otherPhase", phase);
        using var reader = command.ExecuteReader();
        Dictionary<(int, int), UnitSums> cells = [];
        while (reader.Read())
            System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(cells, (reader.GetInt32(0), reader.GetInt32(1)), out _) += measure.Of(UnitTotals.Total(reader, 2), default);
        return cells;
    }
}
