namespace RecLab.Results;

/// <summary>Everything recorded about one phase of an experiment in one reading (live or simulated), folded per arm.</summary>
public sealed record PhaseTotals
{
    /// <summary>One per arm by position.</summary>
    public required IReadOnlyList<ArmTotals> Arms { get; init; }

    /// <summary>The totals as they stood at the end of each UTC day on which something happened, oldest first; <see cref="Step.At"/> is the day number.</summary>
    public required IReadOnlyList<Step> Days { get; init; }

    /// <summary>What users did on their first day, second day, ...; <see cref="Step.At"/> is the number of days since a user's first list. Not cumulative.</summary>
    public required IReadOnlyList<Step> SinceExposure { get; init; }

    /// <summary>Users shown lists by more than one arm.</summary>
    public required long SeveralArms { get; init; }

    /// <summary>When the newest list was served, Unix milliseconds; by the simulated clock for simulated visitors. Null without any.</summary>
    public long? LastAt { get; init; }
}

/// <summary>Folds rows of users and days into sums, in the order arm, user, day. A user's products are those of the user's own totals so far, so each row adds
/// the difference between after and before.</summary>
public sealed class TotalsFolder(int arms)
{
    private static readonly int Width = ArmTotals.Width;
    private readonly SortedDictionary<int, Sheet> _days = [];
    private readonly SortedDictionary<int, Sheet> _ages = [];
    private readonly Dictionary<ulong, int> _armOf = [];
    private readonly double[] _user = new double[Width], _before = new double[Width];
    private readonly HashSet<ulong> _several = [];
    private string? _unit;
    private int _arm = -1, _firstDay;
    private bool _counted;
    private long _lastAt = long.MinValue;

    /// <summary>Adds one user's day. Users without a list in this arm are not counted.</summary>
    /// <param name="values">The day's counts up to <see cref="UnitColumn.Revenue"/>.</param>
    /// <param name="lists">Lists shown to the user on this day.</param>
    public void Add(int arm, string unit, int day, long lists, ReadOnlySpan<long> values, long? lastAt)
    {
        if (arm >= arms) return;
        if (arm != _arm || unit != _unit) Begin(arm, unit);
        if (!_counted && lists == 0) return;
        var sheet = SheetOf(_days, day);
        if (!_counted)
        {
            (_counted, _firstDay) = (true, day);
            sheet.Units[arm]++;
            Meet(arm, unit);
        }
        _user.CopyTo(_before, 0);
        for (var c = 0; c < values.Length; c++) _user[c] += values[c];
        _user[(int)UnitColumn.DidClick] = _user[(int)UnitColumn.Clicked] > 0 ? 1 : 0;
        _user[(int)UnitColumn.DidCart] = _user[(int)UnitColumn.Carts] > 0 ? 1 : 0;
        _user[(int)UnitColumn.DidPurchase] = _user[(int)UnitColumn.Purchases] > 0 ? 1 : 0;
        sheet.Add(arm, _before, _user);
        Age(arm, day - _firstDay, values);
        if (lastAt is { } at) _lastAt = Math.Max(_lastAt, at);
    }

    /// <summary>What was added so far.</summary>
    public PhaseTotals Build()
    {
        var running = new Sheet(arms);
        List<Step> days = [];
        foreach (var (day, sheet) in _days)
        {
            running.Add(sheet);
            days.Add(new(day, running.Totals()));
        }
        return new()
        {
            Arms = running.Totals(), Days = days, SinceExposure = [.. _ages.Select(a => new Step(a.Key, a.Value.Totals()))], SeveralArms = _several.Count,
            LastAt = _lastAt == long.MinValue ? null : _lastAt,
        };
    }

    private void Begin(int arm, string unit)
    {
        (_arm, _unit, _counted) = (arm, unit, false);
        Array.Clear(_user);
    }

    /// <summary>On one day of age a user is one unit with that day's counts.</summary>
    private void Age(int arm, int age, ReadOnlySpan<long> values)
    {
        var sheet = SheetOf(_ages, age);
        sheet.Units[arm]++;
        Span<double> day = stackalloc double[Width];
        for (var c = 0; c < values.Length; c++) day[c] = values[c];
        day[(int)UnitColumn.DidClick] = day[(int)UnitColumn.Clicked] > 0 ? 1 : 0;
        day[(int)UnitColumn.DidCart] = day[(int)UnitColumn.Carts] > 0 ? 1 : 0;
        day[(int)UnitColumn.DidPurchase] = day[(int)UnitColumn.Purchases] > 0 ? 1 : 0;
        Span<double> nothing = stackalloc double[Width];
        nothing.Clear();
        sheet.Add(arm, nothing, day);
    }

    private void Meet(int arm, string unit)
    {
        var hash = 14695981039346656037UL; // FNV-1a, 64 bit: two users in a million collide with probability 3e-8
        foreach (var c in unit) hash = (hash ^ c) * 1099511628211UL;
        if (!_armOf.TryAdd(hash, arm) && _armOf[hash] != arm) _several.Add(hash);
    }

    private Sheet SheetOf(SortedDictionary<int, Sheet> sheets, int key)
    {
        if (!sheets.TryGetValue(key, out var sheet)) sheets[key] = sheet = new(arms);
        return sheet;
    }

    /// <summary>Sums and products of all arms.</summary>
    private sealed class Sheet(int arms)
    {
        public readonly long[] Units = new long[arms];
        private readonly double[][] _sums = [.. Enumerable.Range(0, arms).Select(_ => new double[Width])];
        private readonly double[][] _products = [.. Enumerable.Range(0, arms).Select(_ => new double[Width * Width])];

        public void Add(int arm, ReadOnlySpan<double> before, ReadOnlySpan<double> after)
        {
            var (sums, products) = (_sums[arm], _products[arm]);
            for (var a = 0; a < Width; a++)
            {
                sums[a] += after[a] - before[a];
                for (var b = a; b < Width; b++) products[a * Width + b] += after[a] * after[b] - before[a] * before[b];
            }
        }

        public void Add(Sheet other)
        {
            for (var arm = 0; arm < arms; arm++)
            {
                Units[arm] += other.Units[arm];
                for (var i = 0; i < Width; i++) _sums[arm][i] += other._sums[arm][i];
                for (var i = 0; i < Width * Width; i++) _products[arm][i] += other._products[arm][i];
            }
        }

        public IReadOnlyList<ArmTotals> Totals() => [.. Enumerable.Range(0, arms).Select(arm => new ArmTotals(arm, Units[arm], [.. _sums[arm]], Mirror(_products[arm])))];

        private static double[] Mirror(double[] half)
        {
            var whole = (double[])half.Clone();
            for (var a = 0; a < Width; a++)
                for (var b = 0; b < a; b++) whole[a * Width + b] = half[b * Width + a];
            return whole;
        }
    }
}
