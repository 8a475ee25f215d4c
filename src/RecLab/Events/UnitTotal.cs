using System.Text.Json.Serialization;
using RecLab.Statistics;

namespace RecLab.Events;

/// <summary>What one user did in one arm, over some days. Impressions are distinct pairs of list and item.</summary>
public readonly record struct UnitTotal
{
    /// <summary>Lists served.</summary>
    public long Lists { get; init; }

    /// <summary>Item impressions: served, drawn on the page, seen, clicked.</summary>
    public long Served { get; init; }
    public long Rendered { get; init; }
    public long Viewable { get; init; }
    public long Clicked { get; init; }

    /// <summary>Times something was put into the basket, and purchases, within seven days after a list.</summary>
    public long Carts { get; init; }
    public long Purchases { get; init; }

    /// <summary>Minor units of the installation's currency.</summary>
    public long Revenue { get; init; }

    /// <summary>Lists of which an item was seen.</summary>
    public long Seen { get; init; }

    /// <summary>Reciprocal ranks of the topmost clicked items, and NDCG with clicks as gains, summed over lists in parts of <see cref="ListScore.One"/>.</summary>
    public long Reciprocal { get; init; }
    public long Gain { get; init; }

    /// <summary>Items shown whose popularity is known, and how many of them belong to the short head.</summary>
    public long Known { get; init; }
    public long Head { get; init; }

    /// <summary>Lists whose intra-list diversity is known, and its sum over them in parts of <see cref="ListScore.One"/>.</summary>
    public long Varied { get; init; }
    public long Variety { get; init; }

    /// <summary>Ratings within seven days after a list, and their sum in parts of <see cref="OwnTotal.Parts"/>.</summary>
    public long Ratings { get; init; }
    public long Stars { get; init; }

    /// <summary>Events of the shop's own kinds within seven days after a list.</summary>
    public long Own { get; init; }

    /// <summary>When the first list was served and the first click happened, Unix milliseconds; null for none. Known of users, not of arms.</summary>
    [JsonIgnore]
    public long? FirstAt { get; init; }
    [JsonIgnore]
    public long? FirstClickAt { get; init; }

    /// <summary>The events of <see cref="Own"/> by kind, those kinds alone that were asked for; null for none.</summary>
    [JsonIgnore]
    internal OwnTotal[]? Kinds { get; init; }

    /// <summary>What adds up over users too.</summary>
    internal UnitTotal Counts => this with { FirstAt = null, FirstClickAt = null, Kinds = null };

    /// <summary>What was counted of one of the shop's own kinds of events.</summary>
    /// <param name="kind">Without "custom:".</param>
    public OwnTotal Of(string kind)
    {
        foreach (var own in Kinds ?? [])
            if (own.Kind == kind) return own;
        return new(kind, 0, 0, 0);
    }

    /// <summary>The columns that hold the counts, in the order of <see cref="Of(Func{int, long})"/>.</summary>
    internal const string Columns = "lists, served, rendered, viewable, clicked, carts, purchases, revenue, seen, reciprocal, gain, known, head, varied, variety, ratings, stars, own";

    /// <summary>How many columns these are.</summary>
    internal const int Width = 18;

    /// <summary>The counts and the two times of a row; a time that is not known as <see cref="NoTime"/>.</summary>
    internal static readonly string Row = $"{Columns}, coalesce(first_at, {NoTime}), coalesce(first_click_at, {NoTime})";

    /// <summary>The same over several rows.</summary>
    /// <param name="from">Prefix of the columns, such as "u.".</param>
    internal static string Sum(string from = "") =>
        $"{string.Join(", ", Columns.Split(", ").Select(c => $"sum({from}{c})"))}, coalesce(min({from}first_at), {NoTime}), coalesce(min({from}first_click_at), {NoTime})";

    private const long NoTime = long.MaxValue;

    /// <summary>From a row of <see cref="Columns"/>.</summary>
    /// <param name="column">The number in a column, from 0.</param>
    internal static UnitTotal Of(Func<int, long> column) => new()
    {
        Lists = column(0), Served = column(1), Rendered = column(2), Viewable = column(3), Clicked = column(4), Carts = column(5), Purchases = column(6), Revenue = column(7),
        Seen = column(8), Reciprocal = column(9), Gain = column(10), Known = column(11), Head = column(12), Varied = column(13), Variety = column(14), Ratings = column(15), Stars = column(16), Own = column(17),
    };

    /// <summary>From a row of <see cref="Row"/> or <see cref="Sum"/>.</summary>
    internal static UnitTotal OfUser(Func<int, long> column) => Of(column) with { FirstAt = Time(column(Width)), FirstClickAt = Time(column(Width + 1)) };

    private static long? Time(long stored) => stored == NoTime ? null : stored;

    /// <summary>Binds the numbers in the order of <see cref="Columns"/>.</summary>
    /// <param name="at">Number of the first parameter.</param>
    internal Statement Bind(Statement row, int at) =>
        row.Set(at, Lists).Set(at + 1, Served).Set(at + 2, Rendered).Set(at + 3, Viewable).Set(at + 4, Clicked).Set(at + 5, Carts).Set(at + 6, Purchases).Set(at + 7, Revenue)
            .Set(at + 8, Seen).Set(at + 9, Reciprocal).Set(at + 10, Gain).Set(at + 11, Known).Set(at + 12, Head).Set(at + 13, Varied).Set(at + 14, Variety).Set(at + 15, Ratings).Set(at + 16, Stars).Set(at + 17, Own);

    /// <summary>Takes the counts out again; what does not add up over users is gone.</summary>
    public static UnitTotal operator -(in UnitTotal a, in UnitTotal b) => Combine(a.Counts, b.Counts, -1);

    public static UnitTotal operator +(in UnitTotal a, in UnitTotal b) => Combine(a, b, 1);

    private static UnitTotal Combine(in UnitTotal a, in UnitTotal b, int sign) => new()
    {
        Lists = a.Lists + sign * b.Lists, Served = a.Served + sign * b.Served, Rendered = a.Rendered + sign * b.Rendered, Viewable = a.Viewable + sign * b.Viewable, Clicked = a.Clicked + sign * b.Clicked,
        Carts = a.Carts + sign * b.Carts, Purchases = a.Purchases + sign * b.Purchases, Revenue = a.Revenue + sign * b.Revenue, Seen = a.Seen + sign * b.Seen, Reciprocal = a.Reciprocal + sign * b.Reciprocal,
        Gain = a.Gain + sign * b.Gain, Known = a.Known + sign * b.Known, Head = a.Head + sign * b.Head, Varied = a.Varied + sign * b.Varied, Variety = a.Variety + sign * b.Variety,
        Ratings = a.Ratings + sign * b.Ratings, Stars = a.Stars + sign * b.Stars, Own = a.Own + sign * b.Own,
        FirstAt = Earlier(a.FirstAt, b.FirstAt), FirstClickAt = Earlier(a.FirstClickAt, b.FirstClickAt), Kinds = OwnTotal.Together(a.Kinds, b.Kinds),
    };

    private static long? Earlier(long? a, long? b) => a is { } x && b is { } y ? Math.Min(x, y) : a ?? b;
}

/// <summary>Item impressions at one position of an arm's lists.</summary>
/// <param name="Position">From 1.</param>
public readonly record struct SpotTotal(int Arm, int Position, long Rendered, long Viewable, long Clicked);

/// <summary>Which users a reading is about.</summary>
/// <param name="Simulated">Simulated or live, never both.</param>
/// <param name="UpToDay">Last UTC day that counts (days since 1970-01-01), or null for all.</param>
public readonly record struct UnitScope(int Experiment, int Phase, bool Simulated, int? UpToDay = null);

/// <summary>One arm as it grew.</summary>
/// <param name="Arm">Position; 0 is control.</param>
/// <param name="Total">Everything all its users did.</param>
/// <param name="Days">UTC days on which something changed, ascending.</param>
/// <param name="Sums">Per measure and day: sums over users of their totals up to and including that day.</param>
public sealed record ArmGrowth(int Arm, UnitTotal Total, IReadOnlyList<int> Days, IReadOnlyList<IReadOnlyList<UnitSums>> Sums)
{
    /// <summary>The sums of a measure at the end; empty where the arm has no user.</summary>
    public UnitSums Last(int measure) => Sums[measure].Count > 0 ? Sums[measure][^1] : default;
}
