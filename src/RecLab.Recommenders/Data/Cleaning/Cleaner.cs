using System.Globalization;
using RecLab.Recommenders.Data.Import;

namespace RecLab.Recommenders.Data.Cleaning;

/// <summary>Applies rules of cleaning one after another and says what each did. Users and items that are left without rows leave the vocabularies; descriptions stay.</summary>
public static class Cleaner
{
    /// <returns>The cleaned data, the same object where no rule is set, and a step for each rule set.</returns>
    /// <exception cref="ImportException">The rules contradict themselves or the data, or leave nothing.</exception>
    public static (Interactions Data, IReadOnlyList<CleaningStep> Steps) Clean(Interactions data, CleaningRules rules, CancellationToken cancellation = default)
    {
        if (rules.Wrong is { } wrong) throw new ImportException(wrong);
        if (rules.IsOff) return (data, []);
        var run = new Run(data, rules, cancellation);
        run.Times();
        run.Repeats();
        run.Positive();
        run.Core();
        run.Weights();
        return (run.Compact(), run.Steps);
    }

    private sealed class Run(Interactions data, CleaningRules rules, CancellationToken cancellation)
    {
        private readonly bool[] _dropped = new bool[data.Count];
        private float[] _value = data.Value;
        private int _left = data.Count;

        public List<CleaningStep> Steps { get; } = [];

        public void Times()
        {
            if (rules.From is null && rules.Before is null) return;
            if (data.Count > 0 && data.Time[^1] == 0) throw new ImportException("Rows cannot be chosen by time: the data set has no times.");
            long from = rules.From?.ToUnixTimeSeconds() ?? long.MinValue, before = rules.Before?.ToUnixTimeSeconds() ?? long.MaxValue;
            var was = _left;
            for (var row = 0; row < data.Count; row++) if (data.Time[row] < from || data.Time[row] >= before) Drop(row);
            Note(string.Join(" and ", new[] { rules.From is { } f ? $"from {Day(f)} on" : null, rules.Before is { } b ? $"before {Day(b)}" : null }.OfType<string>()), was);
        }

        public void Repeats()
        {
            if (rules.Repeats == RepeatRule.Keep) return;
            var was = _left;
            var exact = new HashSet<(int, float, long)>();
            var seen = new int[data.Items.Count]; // 1 + the user whose newest row of the item was passed
            for (var user = 0; user < data.Users.Count; user++)
            {
                cancellation.ThrowIfCancellationRequested();
                var rows = data.ByUser[user];
                exact.Clear();
                for (var i = rows.Length - 1; i >= 0; i--)
                {
                    var row = rows[i];
                    if (_dropped[row]) continue;
                    var item = data.Item[row];
                    var again = rules.Repeats == RepeatRule.KeepNewest ? seen[item] == user + 1 : !exact.Add((item, data.Value[row], data.Time[row]));
                    seen[item] = user + 1;
                    if (again) Drop(row);
                }
            }
            Note(rules.Repeats == RepeatRule.KeepNewest ? "the newest row of each user and item" : "rows alike in user, item, value and time count once", was);
        }

        public void Positive()
        {
            if (rules.PositiveFrom is not { } from) return;
            var was = _left;
            _value = new float[data.Count];
            for (var row = 0; row < data.Count; row++)
            {
                _value[row] = 1;
                if (!_dropped[row] && data.Value[row] < from) Drop(row);
            }
            Note(string.Create(CultureInfo.InvariantCulture, $"a value of at least {from} counts 1"), was);
        }

        /// <summary>Peels users and items with too few rows until none is left: each is looked at once when it falls below, so that long chains cost no more than short ones.</summary>
        public void Core()
        {
            if (rules.MinPerUser <= 1 && rules.MinPerItem <= 1) return;
            var was = _left;
            int[] perUser = new int[data.Users.Count], perItem = new int[data.Items.Count];
            for (var row = 0; row < data.Count; row++) if (!_dropped[row]) { perUser[data.User[row]]++; perItem[data.Item[row]]++; }
            int users = perUser.Count(n => n > 0), items = perItem.Count(n => n > 0);
            var falling = new Queue<(bool User, int Index)>();
            for (var u = 0; u < perUser.Length; u++) if (perUser[u] > 0 && perUser[u] < rules.MinPerUser) falling.Enqueue((true, u));
            for (var i = 0; i < perItem.Length; i++) if (perItem[i] > 0 && perItem[i] < rules.MinPerItem) falling.Enqueue((false, i));
            for (var looked = 0; falling.TryDequeue(out var next); looked++)
            {
                if (looked % 4096 == 0) cancellation.ThrowIfCancellationRequested();
                foreach (var row in next.User ? data.ByUser[next.Index] : data.ByItem[next.Index])
                {
                    if (_dropped[row]) continue;
                    Drop(row);
                    if (perUser[data.User[row]]-- == rules.MinPerUser) falling.Enqueue((true, data.User[row]));
                    if (perItem[data.Item[row]]-- == rules.MinPerItem) falling.Enqueue((false, data.Item[row]));
                }
            }
            Note(string.Create(CultureInfo.InvariantCulture, $"users with at least {rules.MinPerUser:N0} and items with at least {rules.MinPerItem:N0} rows, until nothing changes"), was,
                string.Create(CultureInfo.InvariantCulture, $"{perUser.Count(n => n > 0):N0} of {users:N0} users and {perItem.Count(n => n > 0):N0} of {items:N0} items stay."));
        }

        public void Weights()
        {
            if (rules.Weights == WeightScale.AsIs) return;
            var scaled = new float[data.Count];
            switch (rules.Weights)
            {
                case WeightScale.Maximum:
                    var most = Left().Select(row => _value[row]).DefaultIfEmpty(1).Max();
                    if (most <= 0) throw new ImportException("Values cannot be divided by the largest: none is above 0.");
                    foreach (var row in Left()) scaled[row] = _value[row] / most;
                    break;
                case WeightScale.Logarithm:
                    foreach (var row in Left()) scaled[row] = _value[row] >= 0 ? MathF.Log(1 + _value[row]) : throw new ImportException("The logarithm of weights needs values of at least 0; there are negative ones.");
                    break;
                default:
                    var (sum, count) = (new double[data.Users.Count], new int[data.Users.Count]);
                    foreach (var row in Left()) { sum[data.User[row]] += _value[row]; count[data.User[row]]++; }
                    foreach (var row in Left())
                    {
                        var user = data.User[row];
                        if (sum[user] <= 0) throw new ImportException($"Values cannot be divided by the mean of their user: that of '{data.Users[user]}' is not above 0.");
                        scaled[row] = (float)(_value[row] * count[user] / sum[user]);
                    }
                    break;
            }
            _value = scaled;
            Note(rules.Weights switch { WeightScale.Maximum => "values divided by the largest", WeightScale.Logarithm => "values become ln(1 + value)", _ => "values divided by the mean of their user" }, _left);
        }

        public Interactions Compact()
        {
            var rows = Left().ToArray();
            var (users, user) = Used(data.Users, data.User, rows);
            var (items, item) = Used(data.Items, data.Item, rows);
            return new(users, items, user, item, [.. rows.Select(r => _value[r])], [.. rows.Select(r => data.Time[r])], data.Catalogue, data.Audience, data.Scenarios?.Rows(rows));
        }

        private IEnumerable<int> Left() => Enumerable.Range(0, data.Count).Where(row => !_dropped[row]);

        private void Drop(int row)
        {
            if (_dropped[row]) return;
            _dropped[row] = true;
            _left--;
        }

        private void Note(string rule, int before, string? detail = null)
        {
            Steps.Add(new(rule, before, before - _left, _left, detail));
            if (_left == 0) throw new ImportException(string.Create(CultureInfo.InvariantCulture, $"Cleaning leaves nothing: none of the {before:N0} rows is left by the rule '{rule}'."));
        }

        /// <summary>The ids that still occur, in their old order, and the rows' new indices.</summary>
        private static (Vocabulary, int[]) Used(Vocabulary vocabulary, int[] column, int[] rows)
        {
            var used = new bool[vocabulary.Count];
            foreach (var row in rows) used[column[row]] = true;
            var (index, ids) = (new int[vocabulary.Count], new List<string>());
            for (var i = 0; i < used.Length; i++)
                if (used[i]) { index[i] = ids.Count; ids.Add(vocabulary[i]); }
            return (ids.Count == vocabulary.Count ? vocabulary : new Vocabulary(ids), [.. rows.Select(r => index[column[r]])]);
        }

        private static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    }
}
