using Microsoft.Data.Sqlite;

namespace RecLab.Events;

/// <summary>Reads what users did of the shop's own kinds of events, one user and kind after the other.</summary>
internal sealed class OwnRows(SqliteConnection connection) : IDisposable
{
    private readonly Statement _days = new(connection, "SELECT day, count, valued, value FROM own_day WHERE experiment = ?1 AND phase = ?2 AND simulated = ?3 AND name = ?4 AND arm = ?5 AND unit = ?6");

    /// <summary>Gives a user's days what was counted on them of some kinds.</summary>
    public void Attach(List<(int Day, UnitTotal Total)> rows, IReadOnlyList<string> kinds, UnitScope scope, int arm, string unit)
    {
        if (kinds.Count == 0 || rows.TrueForAll(r => r.Total.Own == 0)) return;
        foreach (var kind in kinds)
        {
            _days.Set(1, scope.Experiment).Set(2, scope.Phase).Set(3, scope.Simulated).Set(4, kind).Set(5, arm).Set(6, unit);
            while (_days.Step())
            {
                var (at, own) = (rows.FindIndex(r => r.Day == _days.Int(0)), new OwnTotal(kind, _days.Long(1), _days.Long(2), _days.Long(3)));
                if (at >= 0) rows[at] = (rows[at].Day, rows[at].Total with { Kinds = OwnTotal.Together(rows[at].Total.Kinds, [own]) });
            }
            _days.Reset();
        }
    }

    /// <summary>All days of a user together.</summary>
    /// <param name="total">Without kinds.</param>
    public UnitTotal Attach(in UnitTotal total, IReadOnlyList<string> kinds, UnitScope scope, int arm, string unit, int firstDay = int.MinValue, int lastDay = int.MaxValue)
    {
        if (kinds.Count == 0 || total.Own == 0) return total;
        List<OwnTotal> found = [];
        foreach (var kind in kinds)
        {
            var own = new OwnTotal(kind, 0, 0, 0);
            _days.Set(1, scope.Experiment).Set(2, scope.Phase).Set(3, scope.Simulated).Set(4, kind).Set(5, arm).Set(6, unit);
            while (_days.Step())
                if (_days.Int(0) is var day && day >= firstDay && day <= lastDay) own = new(kind, own.Count + _days.Long(1), own.Valued + _days.Long(2), own.Value + _days.Long(3));
            _days.Reset();
            found.Add(own);
        }
        return total with { Kinds = [.. found] };
    }

    public void Dispose() => _days.Dispose();
}
