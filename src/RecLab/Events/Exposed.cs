using Microsoft.Data.Sqlite;

namespace RecLab.Events;

/// <summary>An arm of a phase of an experiment; experiment 0 stands for lists outside any.</summary>
internal readonly record struct ArmOf(int Experiment, int Phase, int Number);

/// <summary>Which arms have shown a user something lately. Only the writer's thread uses it.</summary>
internal sealed class Exposed(SqliteConnection connection) : IDisposable
{
    private readonly Statement _add = new(connection, """
        INSERT INTO arm (experiment, phase, simulated, arm, first_day, last_day) VALUES (?1, ?2, ?3, ?4, ?5, ?5)
        ON CONFLICT DO UPDATE SET first_day = min(first_day, excluded.first_day), last_day = max(last_day, excluded.last_day)
        """);
    private readonly Statement _arms = new(connection, "SELECT experiment, phase, arm FROM arm WHERE simulated = ?1 AND first_day <= ?2 AND last_day >= ?3");
    private readonly Statement _exposed = new(connection, """
        SELECT 1 FROM unit_day WHERE experiment = ?1 AND phase = ?2 AND simulated = ?3 AND arm = ?4 AND unit = ?5 AND day BETWEEN ?6 AND ?7
          AND lists > 0 AND first_at <= ?8 AND last_at >= ?9 LIMIT 1
        """);
    private readonly Dictionary<(ArmOf, bool), (int First, int Last)> _known = [];

    /// <summary>The arm showed a list to somebody on this day.</summary>
    public void Add(ArmOf arm, bool simulated, int day)
    {
        if (_known.TryGetValue((arm, simulated), out var days) && days.First <= day && day <= days.Last) return;
        _add.Set(1, arm.Experiment).Set(2, arm.Phase).Set(3, simulated).Set(4, arm.Number).Set(5, day).Run();
        _known[(arm, simulated)] = _known.ContainsKey((arm, simulated)) ? (Math.Min(days.First, day), Math.Max(days.Last, day)) : (day, day);
    }

    /// <summary>The arms that served this user a list between seven days before a moment and the moment.</summary>
    /// <remarks>A day's row knows its first and last list. On the days strictly inside the window any list counts; the condition "first list not after the moment
    /// and last list not before the start" is exact there and on the two edge days.</remarks>
    public List<ArmOf> Before(string unit, bool simulated, long moment)
    {
        var start = moment - EventTimes.OutcomeWindow;
        int firstDay = EventTimes.DayOf(start), lastDay = EventTimes.DayOf(moment);
        List<ArmOf> recent = [], exposed = [];
        _arms.Set(1, simulated).Set(2, lastDay).Set(3, firstDay);
        while (_arms.Step()) recent.Add(new(_arms.Int(0), _arms.Int(1), _arms.Int(2)));
        _arms.Reset();
        foreach (var arm in recent)
        {
            _exposed.Set(1, arm.Experiment).Set(2, arm.Phase).Set(3, simulated).Set(4, arm.Number).Set(5, unit).Set(6, firstDay).Set(7, lastDay).Set(8, moment).Set(9, start);
            if (_exposed.Step()) exposed.Add(arm);
            _exposed.Reset();
        }
        return exposed;
    }

    /// <summary>Forgets what it believes to be written.</summary>
    public void Forget() => _known.Clear();

    public void Dispose()
    {
        _add.Dispose();
        _arms.Dispose();
        _exposed.Dispose();
    }
}
