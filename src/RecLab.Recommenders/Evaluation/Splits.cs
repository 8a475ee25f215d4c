using RecLab.Recommenders.Data;
using RecLab.Statistics;
using RecLab.Statistics.Assignment;

namespace RecLab.Recommenders.Evaluation;

/// <summary>The ways to cut interactions. Each is a pure function of the data, its options and the seed. In the temporal ones nothing trained on
/// is later than what it is tested with (within a user, or in the whole). Within a user the order of rows stands for times that are unknown; across users it says nothing, and a cut at one moment is refused.</summary>
public static class Splits
{
    private const byte InTrain = 0, InValidation = 1, InTest = 2, InHidden = 3, InContext = 4;

    /// <summary>Each user's last row tests, the one before validates, the rest trains (Kang and McAuley, "Self-attentive sequential
    /// recommendation", ICDM 2018). A user with two rows gives no validation, with one row nothing but training.</summary>
    /// <param name="validation">Whether to cut a validation row off at all.</param>
    public static Split LeaveOneOut(Interactions data, bool validation = true) => Cut(data, marks => EachUser(data, rows =>
    {
        if (rows.Length >= 2) marks[rows[^1]] = InTest;
        if (rows.Length >= 3 && validation) marks[rows[^2]] = InValidation;
    }));

    /// <summary>Each user's rows in time: the first train, then validation, then test. Sizes are rounded down, but a slice asked for gets one row as
    /// long as one is left to train (test first).</summary>
    /// <param name="validation">Share of a user's rows, 0..1.</param>
    /// <param name="test">Share of a user's rows, 0..1.</param>
    public static Split UserTime(Interactions data, double validation, double test) => FourSlices(data, validation, test, 0);

    /// <summary>Each user's rows in time: train, validation, offline test, hidden truth. What simulated visitors like is read from the last slice
    /// only, so that offline and online are two witnesses.</summary>
    public static Split FourSlices(Interactions data, double validation = 0.1, double test = 0.1, double hidden = 0.1)
    {
        Check(validation, test, hidden);
        return Cut(data, marks => EachUser(data, rows =>
        {
            var sizes = Sizes(rows.Length, validation, test, hidden);
            for (int i = rows.Length - 1, slice = 2; slice >= 0; slice--)
                for (var n = 0; n < sizes[slice]; n++) marks[rows[i--]] = (byte)(slice + 1);
        }));
    }

    /// <summary>Users drawn by their outside id give their newest row: a share of them to validation, another to the test. Everything else trains, so that what
    /// happened last is learnt from. The same people are asked in every later cut of a growing data set: a row one model was asked for was not taught to the one before.</summary>
    /// <param name="validation">Share of users, 0..1.</param>
    /// <param name="test">Share of users, 0..1; a user with one row gives none.</param>
    public static Split NewestOfSome(Interactions data, double validation, double test)
    {
        Check(validation, test);
        return Cut(data, marks => EachUser(data, (user, rows) =>
        {
            var drawn = Bucketing.Hash("newest-of-some", data.Users[user]);
            if (rows.Length >= 2 && drawn < test + validation) marks[rows[^1]] = drawn < test ? InTest : InValidation;
        }));
    }

    /// <summary>One moment for everybody: rows before <paramref name="validationFrom"/> train, from <paramref name="testFrom"/> on they test.</summary>
    /// <param name="validationFrom">Unix seconds; equal to <paramref name="testFrom"/> for no validation.</param>
    /// <param name="testFrom">Unix seconds.</param>
    /// <exception cref="SplitException">Times are unknown.</exception>
    public static Split GlobalTime(Interactions data, long validationFrom, long testFrom)
    {
        if (validationFrom > testFrom) throw new ArgumentException("Validation cannot begin after the test.");
        if (data.Count > 0 && data.Time[^1] == 0) throw new SplitException("A cut at one moment for everybody needs times, and this data set has none: the order of its rows says nothing across users.");
        return Cut(data, marks =>
        {
            for (var r = 0; r < marks.Length; r++) marks[r] = data.Time[r] >= testFrom ? InTest : data.Time[r] >= validationFrom ? InValidation : InTrain;
        });
    }

    /// <summary>As <see cref="GlobalTime(Interactions, long, long)"/>, at the moments that leave about these shares of all rows (rows of one second stay together).</summary>
    /// <exception cref="SplitException">Times are unknown, or no row is before the first of these moments.</exception>
    public static Split GlobalTimeShare(Interactions data, double validation, double test)
    {
        Check(validation, test);
        if (data.Count == 0) return Cut(data, _ => { });
        long At(double share) => share <= 0 ? long.MaxValue : data.Time[Math.Clamp((int)Math.Round(data.Count * (1 - share)), 0, data.Count - 1)];
        var testFrom = At(test);
        var split = GlobalTime(data, Math.Min(testFrom, At(validation + test)), testFrom);
        return split.Train.Count > 0 ? split : throw new SplitException("A cut at one moment for everybody leaves nothing to train on: too many rows lie at the first moment of the data set.");
    }

    /// <summary>Rows drawn at random, within each user or from the whole.</summary>
    public static Split AtRandom(Interactions data, double validation, double test, int seed, bool withinUser = true)
    {
        Check(validation, test);
        return Cut(data, marks =>
        {
            void Draw(ReadOnlySpan<int> rows, Dice dice)
            {
                var order = rows.ToArray();
                dice.Shuffle<int>(order);
                var sizes = Sizes(order.Length, validation, test, 0);
                for (var i = 0; i < sizes[1]; i++) marks[order[^(i + 1)]] = InTest;
                for (var i = 0; i < sizes[0]; i++) marks[order[^(sizes[1] + i + 1)]] = InValidation;
            }
            if (withinUser) for (var u = 0; u < data.Users.Count; u++) Draw(data.ByUser[u], Dice.Of(seed).For(u));
            else Draw(Enumerable.Range(0, data.Count).ToArray(), Dice.Of(seed));
        });
    }

    /// <summary>Cross-validation: all rows shuffled and dealt into <paramref name="folds"/> parts whose sizes differ by one at most; fold f tests with part f and trains on the others.</summary>
    public static IReadOnlyList<Split> Folds(Interactions data, int folds, int seed)
    {
        if (folds < 2 || folds > Math.Max(2, data.Count)) throw new ArgumentOutOfRangeException(nameof(folds), $"{data.Count} rows cannot be dealt into {folds} folds.");
        var order = Enumerable.Range(0, data.Count).ToArray();
        Dice.Of(seed).Shuffle<int>(order);
        var fold = new int[data.Count];
        for (var i = 0; i < order.Length; i++) fold[order[i]] = (int)((long)i * folds / order.Length);
        return [.. Enumerable.Range(0, folds).Select(f => Cut(data, marks => { for (var r = 0; r < marks.Length; r++) if (fold[r] == f) marks[r] = InTest; }))];
    }

    /// <summary>A share of the users is unknown to training: what they did first is the context, the last share of it the test.</summary>
    /// <param name="users">Share of users made cold, 0..1.</param>
    /// <param name="test">Share of a cold user's rows, newest, that are asked for.</param>
    public static Split ColdUsers(Interactions data, double users, double test, int seed)
    {
        Check(users);
        Check(test);
        return Cut(data, marks => EachUser(data, (user, rows) =>
        {
            if (Dice.Of(seed).Uniform(user) >= users) return;
            var tested = Sizes(rows.Length, 0, test, 0)[1];
            for (var i = 0; i < rows.Length; i++) marks[rows[i]] = i >= rows.Length - tested ? InTest : InContext;
        }));
    }

    /// <summary>A share of the items is unknown to training: all rows of those items test.</summary>
    public static Split ColdItems(Interactions data, double items, int seed)
    {
        Check(items);
        return Cut(data, marks =>
        {
            for (var r = 0; r < marks.Length; r++) if (Dice.Of(seed).Uniform(data.Item[r]) < items) marks[r] = InTest;
        });
    }

    /// <summary>A cut given row by row, in the order of <see cref="Interactions"/>: 0 trains, 1 validates, 2 tests.</summary>
    public static Split Given(Interactions data, ReadOnlySpan<byte> marks)
    {
        if (marks.Length != data.Count) throw new ArgumentException($"{marks.Length} marks were given for {data.Count} rows.");
        if (marks.IndexOfAnyExceptInRange(InTrain, InTest) is >= 0 and var at) throw new ArgumentException($"Row {at}: the mark {marks[at]} is none of 0, 1, 2.");
        var own = marks.ToArray();
        return Cut(data, into => own.CopyTo(into, 0));
    }

    /// <summary>How many rows validation, test and hidden take of <paramref name="rows"/>: rounded down, a wanted slice at least 1 while more than 1 is left to train, last slice first.</summary>
    private static int[] Sizes(int rows, params ReadOnlySpan<double> shares)
    {
        var sizes = new int[shares.Length];
        for (var s = 0; s < sizes.Length; s++) sizes[s] = (int)(shares[s] * rows + 1e-9); // 0.1 * 30 is a hair below 3
        var left = rows - sizes.Sum();
        for (var s = sizes.Length - 1; s >= 0 && left > 1; s--) if (sizes[s] == 0 && shares[s] > 0) { sizes[s]++; left--; }
        return sizes;
    }

    private static void EachUser(Interactions data, Action<int[]> rows) => EachUser(data, (_, own) => rows(own));

    private static void EachUser(Interactions data, Action<int, int[]> rows)
    {
        for (var u = 0; u < data.Users.Count; u++) rows(u, data.ByUser[u].ToArray());
    }

    private static Split Cut(Interactions data, Action<byte[]> mark)
    {
        var marks = new byte[data.Count];
        mark(marks);
        Interactions Part(byte wanted) => data.Where(r => marks[r] == wanted);
        return new(Part(InTrain), Part(InValidation), Part(InTest), Part(InHidden), Part(InContext));
    }

    private static void Check(params ReadOnlySpan<double> shares)
    {
        double sum = 0;
        foreach (var share in shares)
        {
            if (!(share is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(shares), $"A share of {share} is not within 0..1.");
            sum += share;
        }
        if (sum > 1) throw new ArgumentOutOfRangeException(nameof(shares), $"The shares add up to {sum}, more than all rows.");
    }
}
