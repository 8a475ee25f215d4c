using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace RecLab.Events;

/// <summary>Keeps, for every two experiments that share users, the sums over these users by arm of the one and arm of the other, so that a page that asks whether experiments disturb each
/// other reads a few rows. As in <see cref="Growth"/>, a user is taken out as stored before and put in as stored after. Only the writer's thread uses it.</summary>
internal sealed class SharedSums(SqliteConnection connection, MeasureBook.Shelf books) : IDisposable
{
    private readonly record struct Person(bool Simulated, string Unit);
    private readonly record struct Place(int Experiment, int Phase, int Arm);
    private readonly record struct Cell(Place Own, bool Simulated, Place Other);

    private readonly OwnRows _own = new(connection);
    private readonly Statement _places = new(connection, "SELECT experiment, phase, arm FROM member WHERE simulated = ?1 AND unit = ?2 ORDER BY experiment, phase, arm");
    private readonly Statement _join = new(connection, "INSERT OR IGNORE INTO member VALUES (?1, ?2, ?3, ?4, ?5)");
    private readonly Statement _rows = new(connection, $"SELECT {UnitTotal.Row} FROM unit_day WHERE experiment = ?1 AND phase = ?2 AND simulated = ?3 AND arm = ?4 AND unit = ?5");
    private readonly Statement _add = new(connection, $"INSERT INTO pair VALUES ({Growth.Places(17)}) ON CONFLICT DO UPDATE SET {Growth.Grow("units, y, d, yy, yd, dd, yy_high, yd_high, dd_high")}");
    private readonly Statement _drop = new(connection, """
        DELETE FROM pair WHERE experiment = ?1 AND phase = ?2 AND simulated = ?3 AND other = ?4 AND other_phase = ?5 AND arm = ?6 AND other_arm = ?7 AND units = 0
        """);

    /// <summary>Where a person's totals change, and whether a list was shown there now.</summary>
    private readonly Dictionary<Person, Dictionary<Place, bool>> _touched = [];
    private readonly Dictionary<Person, List<Place>> _new = [];
    private readonly Dictionary<Cell, ExactSums[]> _cells = [];

    /// <summary>A user's totals in an arm are about to change.</summary>
    /// <param name="listed">A list was shown.</param>
    public void Touch(int experiment, int phase, bool simulated, int arm, string unit, bool listed)
    {
        ref var places = ref CollectionsMarshal.GetValueRefOrAddDefault(_touched, new(simulated, unit), out _);
        places ??= [];
        var place = new Place(experiment, phase, arm);
        places[place] = places.GetValueOrDefault(place) || listed;
    }

    /// <summary>Takes those out who were touched, as they are stored now. Call before their rows are written.</summary>
    public void TakeOut()
    {
        foreach (var (person, touched) in _touched)
        {
            var places = PlacesOf(person);
            foreach (var (place, listed) in touched)
                if (listed && !places.Contains(place))
                {
                    ref var added = ref CollectionsMarshal.GetValueRefOrAddDefault(_new, person, out _);
                    (added ??= []).Add(place);
                }
            Count(person, places, takeOut: true);
        }
    }

    /// <summary>Puts them in as they are stored now, and writes the changes.</summary>
    public void PutIn()
    {
        foreach (var (person, places) in _new)
            foreach (var place in places) _join.Set(1, person.Simulated).Set(2, person.Unit).Set(3, place.Experiment).Set(4, place.Phase).Set(5, place.Arm).Run();
        foreach (var person in _touched.Keys) Count(person, PlacesOf(person), takeOut: false);
        foreach (var (cell, sums) in _cells) Write(cell, sums);
        Forget();
    }

    /// <summary>Drops what was not written.</summary>
    public void Forget()
    {
        _touched.Clear();
        _new.Clear();
        _cells.Clear();
    }

    public void Dispose()
    {
        _own.Dispose();
        foreach (var statement in new[] { _places, _join, _rows, _add, _drop }) statement.Dispose();
    }

    /// <summary>Only what was touched changes, and what names a place where the person is new.</summary>
    private void Count(Person person, List<Place> places, bool takeOut)
    {
        if (places.Count < 2) return;
        HashSet<(int, int)> fresh = _new.TryGetValue(person, out var added) ? [.. added.Select(p => (p.Experiment, p.Phase))] : [];
        foreach (var own in places)
        {
            var touched = _touched[person].ContainsKey(own);
            if (!places.Any(p => p.Experiment != own.Experiment && (touched || fresh.Contains((p.Experiment, p.Phase))))) continue;
            var total = default(UnitTotal);
            _rows.Set(1, own.Experiment).Set(2, own.Phase).Set(3, person.Simulated).Set(4, own.Arm).Set(5, person.Unit);
            while (_rows.Step()) total += UnitTotal.OfUser(_rows.Long);
            _rows.Reset();
            var book = books.Of(own.Experiment, person.Simulated);
            total = _own.Attach(total, book.Kinds, new(own.Experiment, own.Phase, person.Simulated), own.Arm, person.Unit);
            var (experiment, phase) = (0, 0);
            foreach (var other in places)
            {
                // in order of arms: who saw several of another experiment counts for the first of them
                if (other.Experiment == own.Experiment || (other.Experiment, other.Phase) == (experiment, phase)) continue;
                (experiment, phase) = (other.Experiment, other.Phase);
                if (!touched && !fresh.Contains((experiment, phase))) continue;
                ref var sums = ref CollectionsMarshal.GetValueRefOrAddDefault(_cells, new(own, person.Simulated, other), out _);
                sums ??= new ExactSums[book.Measures.Count];
                for (var m = 0; m < sums.Length; m++) sums[m] = takeOut ? sums[m] - book.Measures[m].Of(total, default) : sums[m] + book.Measures[m].Of(total, default);
            }
        }
    }

    private List<Place> PlacesOf(Person person)
    {
        List<Place> places = [];
        _places.Set(1, person.Simulated).Set(2, person.Unit);
        while (_places.Step()) places.Add(new(_places.Int(0), _places.Int(1), _places.Int(2)));
        _places.Reset();
        return places;
    }

    private void Write(Cell cell, ExactSums[] sums)
    {
        if (sums.All(s => s.IsNothing)) return;
        var numbers = books.Of(cell.Own.Experiment, cell.Simulated).Numbers;
        for (var m = 0; m < sums.Length; m++)
        {
            var (low, high) = (sums[m].Low, sums[m].High?.Sums ?? default);
            Key(_add, cell).Set(8, numbers[m]).Set(9, low.Units).Set(10, (double?)low.Y).Set(11, (double?)low.D).Set(12, (double?)low.YY).Set(13, (double?)low.YD).Set(14, (double?)low.DD)
                .Set(15, (double?)high.YY).Set(16, (double?)high.YD).Set(17, (double?)high.DD).Run();
        }
        if (sums[0].Low.Units < 0) Key(_drop, cell).Run();
    }

    private static Statement Key(Statement row, Cell cell) => row.Set(1, cell.Own.Experiment).Set(2, cell.Own.Phase).Set(3, cell.Simulated).Set(4, cell.Other.Experiment).Set(5, cell.Other.Phase)
        .Set(6, cell.Own.Arm).Set(7, cell.Other.Arm);
}
