using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace RecLab.Events;

/// <summary>Keeps the sums over users of every arm day by day, so that a results page reads a few rows however many users there are. A user whose totals change is taken out as
/// stored before and put in as stored after; that is exact in any order (<see cref="ExactSums"/>). Only the writer's thread uses it.</summary>
internal sealed class Growth(SqliteConnection connection, MeasureBook.Shelf books) : IDisposable
{
    private readonly record struct Member(int Experiment, int Phase, bool Simulated, int Arm, string Unit);
    private readonly record struct Key(int Experiment, int Phase, bool Simulated, int Arm, int Day);
    private readonly record struct AgeKey(int Experiment, int Phase, bool Simulated, int Arm, int Age);

    private const string Sums = "y, d, x, e, yy, yd, yx, ye, dd, dx, de, xx, xe, ee, " + ExactSums.Columns;
    private const string Counts = UnitTotal.Columns;

    private readonly OwnRows _own = new(connection);
    private readonly Statement _rows = new(connection, $"SELECT day, {UnitTotal.Row} FROM unit_day WHERE experiment = ?1 AND phase = ?2 AND simulated = ?3 AND arm = ?4 AND unit = ?5 ORDER BY day");
    private readonly Statement _before = new(connection, $"SELECT day, {UnitTotal.Row} FROM unit_day WHERE experiment = 0 AND phase = 0 AND simulated = ?1 AND arm = 0 AND unit = ?2 AND day < ?3");
    private readonly Statement _later = new(connection, "SELECT experiment, phase, arm FROM arm WHERE experiment > 0 AND simulated = ?1 AND last_day > ?2");
    private readonly Statement _armsOf = new(connection, """
        SELECT count(*) FROM arm a WHERE a.experiment = ?1 AND a.phase = ?2 AND a.simulated = ?3
          AND EXISTS (SELECT 1 FROM unit_day u WHERE u.experiment = ?1 AND u.phase = ?2 AND u.simulated = ?3 AND u.arm = a.arm AND u.unit = ?4 AND u.lists > 0)
        """);
    private readonly Statement _addMoment = new(connection, $"INSERT INTO moment VALUES ({Places(21 + ExactSums.Width)}) ON CONFLICT DO UPDATE SET {Grow("units, " + Sums)}");
    private readonly Statement _addDay = new(connection, $"INSERT INTO arm_day VALUES ({Places(5 + UnitTotal.Width)}) ON CONFLICT DO UPDATE SET {Grow(Counts)}");
    private readonly Statement _addAge = new(connection, $"INSERT INTO age VALUES ({Places(15)}) ON CONFLICT DO UPDATE SET {Grow("units, y, d, yy, yd, dd, yy_high, yd_high, dd_high")}");
    private readonly Statement _dropAge = new(connection, "DELETE FROM age WHERE experiment = ?1 AND phase = ?2 AND simulated = ?3 AND arm = ?4 AND age = ?5 AND units = 0");
    private readonly Statement _addCrossed = new(connection, "INSERT INTO crossed VALUES (?1, ?2, ?3, 1) ON CONFLICT DO UPDATE SET users = users + 1");

    private readonly HashSet<Member> _touched = [];
    private readonly HashSet<Member> _listed = [];
    private readonly Dictionary<Key, ExactSums[]> _moments = [];
    private readonly Dictionary<Key, UnitTotal> _days = [];
    private readonly Dictionary<AgeKey, ExactSums[]> _ages = [];

    /// <summary>A user's totals of a day are about to change. Outside experiments they are the past of every arm that showed the user something later.</summary>
    public void Touch(int experiment, int phase, bool simulated, int arm, string unit, int day)
    {
        if (experiment > 0) { _touched.Add(new(experiment, phase, simulated, arm, unit)); return; }
        _later.Set(1, simulated).Set(2, day);
        while (_later.Step()) _touched.Add(new(_later.Int(0), _later.Int(1), simulated, _later.Int(2), unit));
        _later.Reset();
    }

    /// <summary>Takes those out who were touched, as they are stored now. Call before their rows are written.</summary>
    public void TakeOut()
    {
        foreach (var member in _touched)
            if (Count(member, takeOut: true)) _listed.Add(member);
    }

    /// <summary>What was added to an arm on a day.</summary>
    public void Add(int experiment, int phase, bool simulated, int arm, int day, in UnitTotal added) =>
        CollectionsMarshal.GetValueRefOrAddDefault(_days, new(experiment, phase, simulated, arm, day), out _) += added;

    /// <summary>Puts them in as they are stored now, and writes the changes.</summary>
    public void PutIn()
    {
        Dictionary<Member, int> arrived = [];
        foreach (var member in _touched)
            if (Count(member, takeOut: false) && !_listed.Contains(member))
                CollectionsMarshal.GetValueRefOrAddDefault(arrived, member with { Arm = -1 }, out _)++;
        foreach (var (member, arms) in arrived) Cross(member, arms);
        foreach (var (key, sums) in _moments)
        {
            var numbers = books.Of(key.Experiment, key.Simulated).Numbers;
            for (var m = 0; m < sums.Length; m++) Write(key, numbers[m], sums[m]);
        }
        foreach (var (key, t) in _days) t.Bind(_addDay.Set(1, key.Experiment).Set(2, key.Phase).Set(3, key.Simulated).Set(4, key.Arm).Set(5, key.Day), 6).Run();
        foreach (var (key, sums) in _ages) Write(key, sums);
        Forget();
    }

    /// <summary>Drops what was not written.</summary>
    public void Forget()
    {
        _touched.Clear();
        _listed.Clear();
        _moments.Clear();
        _days.Clear();
        _ages.Clear();
    }

    public void Dispose()
    {
        _own.Dispose();
        foreach (var statement in new[] { _rows, _before, _later, _armsOf, _addMoment, _addDay, _addAge, _dropAge, _addCrossed }) statement.Dispose();
    }

    /// <summary>What one user adds to the sums on each day: the new contribution comes, the one of the day before goes.</summary>
    /// <param name="rows">The user's days in an arm, ascending.</param>
    /// <param name="before">What the user did outside any experiment on the days before the first of them.</param>
    /// <param name="changes">The sums of a day, one per measure.</param>
    public static void Contribute(IReadOnlyList<(int Day, UnitTotal Total)> rows, in UnitTotal before, IReadOnlyList<UnitMeasure> measures, bool takeOut, Func<int, ExactSums[]> changes)
    {
        var (soFar, past) = (default(UnitTotal), new ExactSums[measures.Count]);
        foreach (var (day, total) in rows)
        {
            soFar += total;
            var change = changes(day);
            for (var m = 0; m < past.Length; m++)
            {
                var now = measures[m].Of(soFar, before);
                change[m] = takeOut ? change[m] - (now - past[m]) : change[m] + (now - past[m]);
                past[m] = now;
            }
        }
    }

    /// <returns>Whether the user was shown a list there.</returns>
    private bool Count(Member member, bool takeOut)
    {
        var rows = Read(_rows.Set(1, member.Experiment).Set(2, member.Phase).Set(3, member.Simulated).Set(4, member.Arm).Set(5, member.Unit));
        if (rows.Count == 0) return false;
        var book = books.Of(member.Experiment, member.Simulated);
        _own.Attach(rows, book.Kinds, new(member.Experiment, member.Phase, member.Simulated), member.Arm, member.Unit);
        var earlier = Read(_before.Set(1, member.Simulated).Set(2, member.Unit).Set(3, rows[0].Day));
        _own.Attach(earlier, book.Kinds, new(0, 0, member.Simulated), 0, member.Unit);
        var before = earlier.Aggregate(default(UnitTotal), (sum, row) => sum + row.Total);
        Contribute(rows, before, book.Measures, takeOut, day =>
        {
            ref var sums = ref CollectionsMarshal.GetValueRefOrAddDefault(_moments, new(member.Experiment, member.Phase, member.Simulated, member.Arm, day), out _);
            return sums ??= new ExactSums[book.Measures.Count];
        });
        AddAges(rows, book.Measures, takeOut, age =>
        {
            ref var sums = ref CollectionsMarshal.GetValueRefOrAddDefault(_ages, new(member.Experiment, member.Phase, member.Simulated, member.Arm, age), out _);
            return sums ??= new ExactSums[book.Measures.Count];
        });
        return rows.Any(r => r.Total.Lists > 0);
    }

    /// <summary>What each of a user's days alone adds to the sums by days since the first of them.</summary>
    /// <param name="changes">The sums of an age, one per measure.</param>
    public static void AddAges(IReadOnlyList<(int Day, UnitTotal Total)> rows, IReadOnlyList<UnitMeasure> measures, bool takeOut, Func<int, ExactSums[]> changes)
    {
        foreach (var (day, total) in rows)
        {
            var change = changes(day - rows[0].Day);
            for (var m = 0; m < change.Length; m++) change[m] = takeOut ? change[m] - measures[m].Of(total, default) : change[m] + measures[m].Of(total, default);
        }
    }

    /// <summary>A user arrived in so many arms of a phase: is it the second one now?</summary>
    private void Cross(Member member, int arrived)
    {
        _armsOf.Set(1, member.Experiment).Set(2, member.Phase).Set(3, member.Simulated).Set(4, member.Unit).Step();
        var arms = _armsOf.Int(0);
        _armsOf.Reset();
        if (arms >= 2 && arms - arrived < 2) _addCrossed.Set(1, member.Experiment).Set(2, member.Phase).Set(3, member.Simulated).Run();
    }

    private void Write(Key key, int measure, in ExactSums sums)
    {
        var (s, h) = (sums.Low, sums.High?.Sums ?? default);
        _addMoment.Set(1, key.Experiment).Set(2, key.Phase).Set(3, key.Simulated).Set(4, key.Arm).Set(5, key.Day).Set(6, measure).Set(7, s.Units)
            .Set(8, (double?)s.Y).Set(9, (double?)s.D).Set(10, (double?)s.X).Set(11, (double?)s.E).Set(12, (double?)s.YY).Set(13, (double?)s.YD).Set(14, (double?)s.YX).Set(15, (double?)s.YE)
            .Set(16, (double?)s.DD).Set(17, (double?)s.DX).Set(18, (double?)s.DE).Set(19, (double?)s.XX).Set(20, (double?)s.XE).Set(21, (double?)s.EE)
            .Set(22, (double?)h.YY).Set(23, (double?)h.YD).Set(24, (double?)h.YX).Set(25, (double?)h.YE).Set(26, (double?)h.DD).Set(27, (double?)h.DX).Set(28, (double?)h.DE).Set(29, (double?)h.XX).Set(30, (double?)h.XE).Set(31, (double?)h.EE).Run();
    }

    /// <summary>A day before the first one known so far moves a user's other days to a higher age; a row that loses its last user goes.</summary>
    private void Write(AgeKey key, ExactSums[] sums)
    {
        if (sums.All(s => s.IsNothing)) return;
        var numbers = books.Of(key.Experiment, key.Simulated).Numbers;
        for (var m = 0; m < sums.Length; m++)
        {
            var (low, high) = (sums[m].Low, sums[m].High?.Sums ?? default);
            _addAge.Set(1, key.Experiment).Set(2, key.Phase).Set(3, key.Simulated).Set(4, key.Arm).Set(5, key.Age).Set(6, numbers[m]).Set(7, low.Units).Set(8, (double?)low.Y).Set(9, (double?)low.D)
                .Set(10, (double?)low.YY).Set(11, (double?)low.YD).Set(12, (double?)low.DD).Set(13, (double?)high.YY).Set(14, (double?)high.YD).Set(15, (double?)high.DD).Run();
        }
        if (sums[0].Low.Units < 0) _dropAge.Set(1, key.Experiment).Set(2, key.Phase).Set(3, key.Simulated).Set(4, key.Arm).Set(5, key.Age).Run();
    }

    private static List<(int Day, UnitTotal Total)> Read(Statement rows)
    {
        List<(int, UnitTotal)> read = [];
        while (rows.Step())
            read.Add((rows.Int(0), UnitTotal.OfUser(c => rows.Long(c + 1))));
        rows.Reset();
        return read;
    }

    internal static string Places(int count) => string.Join(", ", Enumerable.Range(1, count).Select(i => $"?{i}"));

    internal static string Grow(string columns) => string.Join(", ", columns.Split(", ").Select(c => $"{c} = {c} + excluded.{c}"));
}
