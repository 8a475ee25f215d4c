using Microsoft.Data.Sqlite;

namespace RecLab.Events;

/// <summary>The measures of which an experiment's sums are kept, with the numbers they are stored under: those of every experiment, and those this one asked for when it started.</summary>
internal sealed class MeasureBook
{
    /// <summary>Numbers below are those of <see cref="UnitMeasure.Kept"/>.</summary>
    public const int FirstAsked = 100;

    private const string Asked = "SELECT measure, base, name, cap FROM asked WHERE experiment = ?1 AND simulated = ?2 ORDER BY measure";

    private MeasureBook(IEnumerable<(int Number, UnitMeasure Measure)> asked)
    {
        var all = UnitMeasure.Kept.Select((measure, number) => (Number: number, Measure: measure)).Concat(asked).ToArray();
        (Numbers, Measures) = ([.. all.Select(a => a.Number)], [.. all.Select(a => a.Measure)]);
        Kinds = [.. Measures.Select(m => m.Kind).Where(k => k.Length > 0).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Numbers as stored, and the measures at the same places.</summary>
    public IReadOnlyList<int> Numbers { get; }
    public IReadOnlyList<UnitMeasure> Measures { get; }

    /// <summary>The shop's own kinds of events among them.</summary>
    public IReadOnlyList<string> Kinds { get; }

    /// <summary>As it is stored.</summary>
    public static MeasureBook Read(SqliteConnection connection, int experiment, bool simulated)
    {
        using var asked = new Statement(connection, Asked);
        return Read(asked, experiment, simulated);
    }

    /// <summary>The number a measure's sums are stored under; -1 where they are not kept.</summary>
    public int NumberOf(UnitMeasure measure)
    {
        for (var i = 0; i < Measures.Count; i++)
            if (Measures[i].IsLike(measure)) return Numbers[i];
        return -1;
    }

    private static MeasureBook Read(Statement asked, int experiment, bool simulated)
    {
        List<(int, UnitMeasure)> measures = [];
        asked.Set(1, experiment).Set(2, simulated);
        while (asked.Step()) measures.Add((asked.Int(0), UnitMeasure.Stored(asked.Int(1), asked.Text(2), asked.IsNull(3) ? null : asked.Long(3))));
        asked.Reset();
        return new(measures);
    }

    /// <summary>The books of the experiments that the writer meets. Only the writer's thread uses it.</summary>
    internal sealed class Shelf(SqliteConnection connection) : IDisposable
    {
        private readonly Statement _asked = new(connection, Asked);
        private readonly Statement _counted = new(connection, "SELECT EXISTS (SELECT 1 FROM arm WHERE experiment = ?1)");
        private readonly Statement _drop = new(connection, "DELETE FROM asked WHERE experiment = ?1");
        private readonly Statement _add = new(connection, "INSERT INTO asked VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
        private readonly Dictionary<(int, bool), MeasureBook> _books = [];

        public MeasureBook Of(int experiment, bool simulated) =>
            _books.TryGetValue((experiment, simulated), out var book) ? book : _books[(experiment, simulated)] = Read(_asked, experiment, simulated);

        /// <summary>Writes down what an experiment asks for.</summary>
        /// <returns>False, and nothing changed, where users of it are counted already.</returns>
        public bool Write(int experiment, IReadOnlyList<(bool Simulated, UnitMeasure Measure)> asked)
        {
            _counted.Set(1, experiment).Step();
            var counted = _counted.Int(0) == 1;
            _counted.Reset();
            if (counted) return false;
            _drop.Set(1, experiment).Run();
            foreach (var reading in asked.GroupBy(a => a.Simulated))
                foreach (var (i, (_, measure)) in reading.Index())
                    _add.Set(1, experiment).Set(2, reading.Key).Set(3, FirstAsked + i).Set(4, measure.Base).Set(5, measure.Kind).Set(6, measure.Cap).Run();
            Forget();
            return true;
        }

        /// <summary>Reads again when asked next.</summary>
        public void Forget() => _books.Clear();

        public void Dispose()
        {
            foreach (var statement in new[] { _asked, _counted, _drop, _add }) statement.Dispose();
        }
    }
}
