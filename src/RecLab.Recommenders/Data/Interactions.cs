using System.Runtime.InteropServices;

namespace RecLab.Recommenders.Data;

/// <summary>Who touched what, oldest first. Columns of equal length, sorted by time and, within one time, by arrival; ids are dense indices
/// into <see cref="Users"/> and <see cref="Items"/>. Immutable and thread-safe.</summary>
public sealed class Interactions
{
    private readonly Lazy<Grouping> _byUser, _byItem;

    /// <param name="users">The users' vocabulary; may hold users without rows.</param>
    /// <param name="items">The items' vocabulary; may hold items without rows.</param>
    /// <param name="user">User index of each row.</param>
    /// <param name="item">Item index of each row.</param>
    /// <param name="value">Rating, weight or 1 for each row; finite.</param>
    /// <param name="time">Unix time in seconds of each row; 0 throughout where times are unknown (the order of rows then stands for it).</param>
    /// <param name="catalogue">What is known of the items beyond their ids.</param>
    /// <param name="audience">What is known of the users beyond their ids.</param>
    /// <param name="scenarios">Where each row came about, or null where nothing is known of it.</param>
    /// <exception cref="ArgumentException">Columns differ in length, an index is out of range or a value is not finite.</exception>
    public Interactions(Vocabulary users, Vocabulary items, int[] user, int[] item, float[] value, long[] time, Catalogue? catalogue = null,
        Audience? audience = null, ScenarioColumn? scenarios = null)
    {
        if (item.Length != user.Length || value.Length != user.Length || time.Length != user.Length)
            throw new ArgumentException($"Columns differ in length: {user.Length} users, {item.Length} items, {value.Length} values, {time.Length} times.");
        if (scenarios is not null && scenarios.OfRow.Length != user.Length) throw new ArgumentException($"There are {scenarios.OfRow.Length} scenarios for {user.Length} rows.");
        for (var i = 0; i < user.Length; i++)
        {
            if ((uint)user[i] >= (uint)users.Count) throw new ArgumentException($"Row {i}: user index {user[i]} is outside 0..{users.Count - 1}.");
            if ((uint)item[i] >= (uint)items.Count) throw new ArgumentException($"Row {i}: item index {item[i]} is outside 0..{items.Count - 1}.");
            if (!float.IsFinite(value[i])) throw new ArgumentException($"Row {i}: the value {value[i]} is not finite.");
        }
        Users = users; Items = items; Catalogue = catalogue ?? Catalogue.Empty; Audience = audience ?? Audience.Empty;
        (User, Item, Value, Time, Scenarios) = InOrder(user, item, value, time, scenarios);
        _byUser = new(() => Grouping.Of(User, Users.Count));
        _byItem = new(() => Grouping.Of(Item, Items.Count));
    }

    public Vocabulary Users { get; }
    public Vocabulary Items { get; }

    /// <summary>User index of each row, oldest row first.</summary>
    public int[] User { get; }

    /// <summary>Item index of each row.</summary>
    public int[] Item { get; }

    /// <summary>Rating or weight of each row.</summary>
    public float[] Value { get; }

    /// <summary>Unix seconds of each row, never decreasing.</summary>
    public long[] Time { get; }

    /// <summary>Where the rows came about, or null where nothing is known of it.</summary>
    public ScenarioColumn? Scenarios { get; }

    /// <summary>Titles, categories, texts and vectors of the items, as far as they are known.</summary>
    public Catalogue Catalogue { get; }

    /// <summary>Attributes of the users, as far as they are known.</summary>
    public Audience Audience { get; }

    /// <summary>How many rows there are.</summary>
    public int Count => User.Length;

    /// <summary>Row numbers of each user, oldest first.</summary>
    public Grouping ByUser => _byUser.Value;

    /// <summary>Row numbers of each item, oldest first.</summary>
    public Grouping ByItem => _byItem.Value;

    /// <summary>The items of one user, oldest first (repeats kept).</summary>
    public int[] History(int user)
    {
        var rows = ByUser[user];
        var history = new int[rows.Length];
        for (var i = 0; i < rows.Length; i++) history[i] = Item[rows[i]];
        return history;
    }

    /// <summary>The rows for which <paramref name="keep"/> holds, with the same vocabularies (so that indices stay comparable).</summary>
    public Interactions Where(Func<int, bool> keep)
    {
        var rows = new List<int>();
        for (var row = 0; row < Count; row++)
            if (keep(row)) rows.Add(row);
        return Rows(CollectionsMarshal.AsSpan(rows));
    }

    /// <summary>The given rows in the given order (sorted by time again), with the same vocabularies.</summary>
    public Interactions Rows(ReadOnlySpan<int> rows) =>
        new(Users, Items, Pick(User, rows), Pick(Item, rows), Pick(Value, rows), Pick(Time, rows), Catalogue, Audience, Scenarios?.Rows(rows));

    /// <summary>The same rows with other descriptions of items and users.</summary>
    public Interactions Describe(Catalogue catalogue, Audience audience) => new(Users, Items, User, Item, Value, Time, catalogue, audience, Scenarios);

    private static (int[], int[], float[], long[], ScenarioColumn?) InOrder(int[] user, int[] item, float[] value, long[] time, ScenarioColumn? scenarios)
    {
        var sorted = true;
        for (var i = 1; i < time.Length && sorted; i++) sorted = time[i - 1] <= time[i];
        if (sorted) return (user, item, value, time, scenarios);
        var order = TimeOrder.Of(time);
        return (Pick(user, order), Pick(item, order), Pick(value, order), Pick(time, order), scenarios?.Rows(order));
    }

    private static T[] Pick<T>(T[] column, ReadOnlySpan<int> rows)
    {
        var picked = new T[rows.Length];
        for (var i = 0; i < picked.Length; i++) picked[i] = column[rows[i]];
        return picked;
    }
}
