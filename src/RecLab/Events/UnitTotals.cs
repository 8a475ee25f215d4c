using Microsoft.Data.Sqlite;
using RecLab.Statistics;

namespace RecLab.Events;

/// <summary>Reads the totals per user. Users who behave like machines (more than 2,000 lists or 500 clicked items on one day) are left out and counted apart.</summary>
public sealed class UnitTotals(EventStore store)
{
    private const string From = """
        FROM unit_day WHERE experiment = $experiment AND phase = $phase AND simulated = $simulated AND day <= $day
          AND unit NOT IN (SELECT unit FROM unit_day WHERE experiment = $experiment AND phase = $phase AND simulated = $simulated AND (lists > 2000 OR clicked > 500))
        """;

    /// <summary>All arms, growing day by day, for several measures in one pass.</summary>
    /// <param name="scope">Which users.</param>
    /// <param name="measures">What to add up.</param>
    /// <param name="history">Also read what each user did outside any experiment on the days before the first list here (the X and E of <see cref="UnitSums"/>).</param>
    public IReadOnlyList<ArmGrowth> Read(UnitScope scope, IReadOnlyList<UnitMeasure> measures, bool history = false) =>
        scope.Experiment > 0 && scope.UpToDay is null && ReadKept(scope, measures, history) is { } kept ? kept : AddUp(scope, measures, history);

    /// <summary>The same, added up from the users' totals: as many rows as users have days.</summary>
    internal IReadOnlyList<ArmGrowth> AddUp(UnitScope scope, IReadOnlyList<UnitMeasure> measures, bool history)
    {
        using var connection = store.OpenReader();
        using var transaction = connection.BeginTransaction(deferred: true);
        Dictionary<int, ArmDays> arms = [];
        using var own = new OwnRows(connection);
        string[] kinds = [.. measures.Select(m => m.Kind).Where(k => k.Length > 0).Distinct()];
        using var reader = Command(connection, $"SELECT arm, unit, day, {UnitTotal.Row} {From} ORDER BY arm, unit, day", scope).ExecuteReader();
        List<(int Day, UnitTotal Total)> rows = [];
        var (arm, unit) = (-1, "");
        while (reader.Read())
        {
            if (reader.GetInt32(0) != arm || reader.GetString(1) != unit) Close(reader.GetInt32(0), reader.GetString(1));
            rows.Add((reader.GetInt32(2), Total(reader, 3)));
        }
        Close(-1, "");
        return [.. arms.OrderBy(a => a.Key).Select(a => a.Value.Build(a.Key, history))];

        void Close(int nextArm, string nextUnit)
        {
            if (rows.Count > 0)
            {
                if (!arms.TryGetValue(arm, out var days)) arms[arm] = days = new(measures);
                own.Attach(rows, kinds, scope, arm, unit);
                days.Add(rows, history ? Before(connection, own, kinds, scope, unit, rows[0].Day) : default, takeOut: false);
            }
            rows.Clear();
            (arm, unit) = (nextArm, nextUnit);
        }
    }

    /// <summary>From the sums that are kept; who behaves like a machine is taken out again. Null where those of a measure are not kept.</summary>
    private IReadOnlyList<ArmGrowth>? ReadKept(UnitScope scope, IReadOnlyList<UnitMeasure> measures, bool history)
    {
        using var connection = store.OpenReader();
        using var transaction = connection.BeginTransaction(deferred: true);
        var book = MeasureBook.Read(connection, scope.Experiment, scope.Simulated);
        var numbers = measures.Select(book.NumberOf).ToArray();
        if (numbers.Contains(-1)) return null;
        var places = numbers.Index().ToLookup(n => n.Item, n => n.Index);
        Dictionary<int, ArmDays> arms = [];
        using (var reader = Command(connection, $"SELECT arm, day, {UnitTotal.Columns} FROM arm_day WHERE experiment = $experiment AND phase = $phase AND simulated = $simulated", scope).ExecuteReader())
            while (reader.Read())
            {
                if (!arms.TryGetValue(reader.GetInt32(0), out var days)) arms[reader.GetInt32(0)] = days = new(measures);
                days.Totals[reader.GetInt32(1)] = UnitTotal.Of(c => reader.GetInt64(2 + c));
            }
        using (var reader = Command(connection, $"SELECT arm, day, measure, units, y, d, x, e, yy, yd, yx, ye, dd, dx, de, xx, xe, ee, {ExactSums.Columns} FROM moment WHERE experiment = $experiment AND phase = $phase AND simulated = $simulated", scope).ExecuteReader())
            while (reader.Read())
                foreach (var m in places[reader.GetInt32(2)]) arms[reader.GetInt32(0)].At(reader.GetInt32(1))[m] = Sums(reader, 3);
        using var own = new OwnRows(connection);
        foreach (var unit in Machines(connection, scope))
            foreach (var (arm, days) in arms)
                if (Rows(connection, own, book.Kinds, scope, arm, unit) is { Count: > 0 } rows) days.Add(rows, Before(connection, own, book.Kinds, scope, unit, rows[0].Day), takeOut: true);
        return [.. arms.OrderBy(a => a.Key).Select(a => a.Value.Build(a.Key, history)).Where(a => a.Days.Count > 0)];
    }

    /// <summary>One line per user and arm, for exports and recomputation.</summary>
    public IEnumerable<(int Arm, string Unit, UnitTotal Total)> Units(UnitScope scope)
    {
        using var connection = store.OpenReader();
        using var reader = Command(connection, $"""
            SELECT arm, unit, {UnitTotal.Sum()} {From} GROUP BY arm, unit
            """, scope).ExecuteReader();
        while (reader.Read()) yield return (reader.GetInt32(0), reader.GetString(1), Total(reader, 2));
    }

    /// <summary>Sums over the users of each arm for one measure.</summary>
    public IReadOnlyDictionary<int, UnitSums> ArmMoments(UnitScope scope, UnitMeasure measure) => Read(scope, [measure]).ToDictionary(a => a.Arm, a => a.Last(0));

    /// <summary>How many users are left out because they behave like machines, and how many of the others were shown more than one arm.</summary>
    public (long Machines, long InSeveralArms) Oddities(UnitScope scope)
    {
        using var connection = store.OpenReader();
        using var transaction = connection.BeginTransaction(deferred: true);
        var machines = Machines(connection, scope);
        using var several = Command(connection, "SELECT coalesce(sum(users), 0) FROM crossed WHERE experiment = $experiment AND phase = $phase AND simulated = $simulated", scope);
        using var arms = Command(connection, """
            SELECT count(*) FROM arm a WHERE a.experiment = $experiment AND a.phase = $phase AND a.simulated = $simulated AND EXISTS (
              SELECT 1 FROM unit_day u WHERE u.experiment = $experiment AND u.phase = $phase AND u.simulated = $simulated AND u.arm = a.arm AND u.unit = $unit AND u.lists > 0)
            """, scope);
        var unit = arms.Parameters.AddWithValue("$unit", "");
        var crossed = (long)several.ExecuteScalar()!;
        foreach (var machine in machines)
        {
            unit.Value = machine;
            if ((long)arms.ExecuteScalar()! > 1) crossed--;
        }
        return (machines.Count, crossed);
    }

    /// <summary>What users did on the day of their first list in an arm, the day after, and so on: per arm and number of days since then the sums over the users of whom something
    /// was recorded on that day, each with what that day alone added. From the sums that are kept; who behaves like a machine is taken out again.</summary>
    /// <param name="measure">A kept one; of any other there is nothing.</param>
    public IReadOnlyDictionary<(int Arm, int Days), UnitSums> ByAge(UnitScope scope, UnitMeasure measure)
    {
        using var connection = store.OpenReader();
        using var transaction = connection.BeginTransaction(deferred: true);
        var book = MeasureBook.Read(connection, scope.Experiment, scope.Simulated);
        Dictionary<(int Arm, int Days), ExactSums[]> sums = [];
        using (var command = Command(connection, $"SELECT arm, age, {SharedUsers.Columns} FROM age WHERE experiment = $experiment AND phase = $phase AND simulated = $simulated AND measure = $measure", scope))
        {
            command.Parameters.AddWithValue("$measure", book.NumberOf(measure));
            using var reader = command.ExecuteReader();
            while (reader.Read()) sums[(reader.GetInt32(0), reader.GetInt32(1))] = [SharedUsers.Sums(reader, 2)];
        }
        using var own = new OwnRows(connection);
        foreach (var unit in Machines(connection, scope))
            foreach (var arm in sums.Keys.Select(k => k.Arm).Distinct().ToArray())
                if (Rows(connection, own, book.Kinds, scope, arm, unit) is { Count: > 0 } rows) Growth.AddAges(rows, [measure], takeOut: true, age => sums[(arm, age)]);
        return sums.Where(s => s.Value[0].Low.Units > 0).ToDictionary(s => s.Key, s => s.Value[0].Rounded);
    }

    /// <summary>How many different items each arm has shown to its users, machines too, with what is needed for an interval that takes users as the units.</summary>
    public IReadOnlyDictionary<int, ItemSpread> ItemsShown(UnitScope scope)
    {
        using var connection = store.OpenReader();
        using var reader = Command(connection, """
            SELECT arm, count(*), groups FROM shown WHERE experiment = $experiment AND phase = $phase AND simulated = $simulated AND groups & (groups - 1) <> 0 GROUP BY arm
            UNION ALL SELECT arm, count(*), groups FROM shown WHERE experiment = $experiment AND phase = $phase AND simulated = $simulated AND groups & (groups - 1) = 0 GROUP BY arm, groups
            """, scope).ExecuteReader();
        Dictionary<int, ItemSpread> arms = [];
        while (reader.Read())
        {
            var (arm, items, groups) = (reader.GetInt32(0), reader.GetInt64(1), reader.GetInt64(2));
            if (!arms.TryGetValue(arm, out var spread)) arms[arm] = spread = new(0, new long[ShownItems.Groups]);
            if ((groups & (groups - 1)) == 0) ((long[])spread.OfOneGroup)[System.Numerics.BitOperations.TrailingZeroCount(groups)] = items;
            arms[arm] = spread with { Items = spread.Items + items };
        }
        return arms;
    }

    /// <summary>Impressions by arm and position of the item in its list, from 1, of all users, machines too.</summary>
    public IReadOnlyList<SpotTotal> ByPosition(UnitScope scope)
    {
        using var connection = store.OpenReader();
        using var reader = Command(connection, """
            SELECT arm, position, rendered, viewable, clicked FROM spot WHERE experiment = $experiment AND phase = $phase AND simulated = $simulated ORDER BY arm, position
            """, scope).ExecuteReader();
        List<SpotTotal> spots = [];
        while (reader.Read()) spots.Add(new(reader.GetInt32(0), reader.GetInt32(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4)));
        return spots;
    }

    private static List<string> Machines(SqliteConnection connection, UnitScope scope)
    {
        using var command = Command(connection, "SELECT DISTINCT unit FROM unit_day WHERE experiment = $experiment AND phase = $phase AND simulated = $simulated AND (lists > 2000 OR clicked > 500)", scope);
        using var reader = command.ExecuteReader();
        List<string> units = [];
        while (reader.Read()) units.Add(reader.GetString(0));
        return units;
    }

    private static List<(int Day, UnitTotal Total)> Rows(SqliteConnection connection, OwnRows own, IReadOnlyList<string> kinds, UnitScope scope, int arm, string unit)
    {
        using var command = Command(connection, $"""
            SELECT day, {UnitTotal.Row} FROM unit_day
            WHERE experiment = $experiment AND phase = $phase AND simulated = $simulated AND arm = $arm AND unit = $unit ORDER BY day
            """, scope);
        command.Parameters.AddWithValue("$arm", arm);
        command.Parameters.AddWithValue("$unit", unit);
        using var reader = command.ExecuteReader();
        List<(int, UnitTotal)> rows = [];
        while (reader.Read()) rows.Add((reader.GetInt32(0), Total(reader, 1)));
        own.Attach(rows, kinds, scope, arm, unit);
        return rows;
    }

    /// <summary>What a user did outside any experiment before a day.</summary>
    private static UnitTotal Before(SqliteConnection connection, OwnRows own, IReadOnlyList<string> kinds, UnitScope scope, string unit, int day) =>
        Rows(connection, own, kinds, new(0, 0, scope.Simulated), 0, unit).Where(r => r.Day < day).Aggregate(default(UnitTotal), (sum, row) => sum + row.Total);

    private static ExactSums Sums(SqliteDataReader r, int at)
    {
        var low = Products(r, at + 5) with { Units = r.GetInt64(at), Y = r.GetDouble(at + 1), D = r.GetDouble(at + 2), X = r.GetDouble(at + 3), E = r.GetDouble(at + 4) };
        var high = Products(r, at + 15);
        return new(low, high == default ? null : new(high));
    }

    private static UnitSums Products(SqliteDataReader r, int at) => new()
    {
        YY = r.GetDouble(at), YD = r.GetDouble(at + 1), YX = r.GetDouble(at + 2), YE = r.GetDouble(at + 3), DD = r.GetDouble(at + 4),
        DX = r.GetDouble(at + 5), DE = r.GetDouble(at + 6), XX = r.GetDouble(at + 7), XE = r.GetDouble(at + 8), EE = r.GetDouble(at + 9),
    };

    private static SqliteCommand Command(SqliteConnection connection, string sql, UnitScope scope)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$experiment", scope.Experiment);
        command.Parameters.AddWithValue("$phase", scope.Phase);
        command.Parameters.AddWithValue("$simulated", scope.Simulated ? 1 : 0);
        command.Parameters.AddWithValue("$day", scope.UpToDay ?? int.MaxValue);
        return command;
    }

    /// <summary>From the columns of <see cref="UnitTotal.Row"/>.</summary>
    internal static UnitTotal Total(SqliteDataReader reader, int at) => UnitTotal.OfUser(c => reader.GetInt64(at + c));

    /// <summary>One arm: what was added on each day, and how the sums over users changed.</summary>
    private sealed class ArmDays(IReadOnlyList<UnitMeasure> measures)
    {
        private readonly SortedDictionary<int, ExactSums[]> _changes = [];

        public Dictionary<int, UnitTotal> Totals { get; } = [];

        public ExactSums[] At(int day)
        {
            if (!_changes.TryGetValue(day, out var change)) _changes[day] = change = new ExactSums[measures.Count];
            return change;
        }

        public void Add(IReadOnlyList<(int Day, UnitTotal Total)> rows, in UnitTotal before, bool takeOut)
        {
            Growth.Contribute(rows, before, measures, takeOut, At);
            foreach (var (day, total) in rows) Totals[day] = takeOut ? Totals.GetValueOrDefault(day) - total : Totals.GetValueOrDefault(day) + total.Counts;
        }

        public ArmGrowth Build(int arm, bool history)
        {
            int[] days = [.. _changes.Keys.Where(d => Totals.GetValueOrDefault(d) != default)];
            var sums = new List<UnitSums>[measures.Count];
            for (var m = 0; m < sums.Length; m++)
            {
                var soFar = default(ExactSums);
                sums[m] = [.. days.Select(day => (soFar += history ? _changes[day][m] : _changes[day][m].WithoutHistory).Rounded)];
            }
            return new(arm, days.Aggregate(default(UnitTotal), (sum, day) => sum + Totals[day]), days, sums);
        }
    }
}
