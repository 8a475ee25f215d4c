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

    /// <summary>The columns that hold these numbers, in the order of <see cref="Of"/>.</summary>
    internal const string Columns = "lists, served, rendered, viewable, clicked, carts, purchases, revenue, seen, reciprocal, gain, known, head, varied, variety";

    /// <summary>How many columns these are.</summary>
    internal const int Width = 15;

    /// <summary>From a row of <see cref="Columns"/>.</summary>
    /// <param name="column">The number in a column, from 0.</param>
    internal static UnitTotal Of(Func<int, long> column) => new()
    {
        Lists = column(0), Served = column(1), Rendered = column(2), Viewable = column(3), Clicked = column(4), Carts = column(5), Purchases = column(6), Revenue = column(7),
        Seen = column(8), Reciprocal = column(9), Gain = column(10), Known = column(11), Head = column(12), Varied = column(13), Variety = column(14),
    };

    /// <summary>Binds the numbers in the order of <see cref="Columns"/>.</summary>
    /// <param name="at">Number of the first parameter.</param>
    internal Statement Bind(Statement row, int at) =>
        row.Set(at, Lists).Set(at + 1, Served).Set(at + 2, Rendered).Set(at + 3, Viewable).Set(at + 4, Clicked).Set(at + 5, Carts).Set(at + 6, Purchases).Set(at + 7, Revenue)
            .Set(at + 8, Seen).Set(at + 9, Reciprocal).Set(at + 10, Gain).Set(at + 11, Known).Set(at + 12, Head).Set(at + 13, Varied).Set(at + 14, Variety);

    public static UnitTotal operator -(in UnitTotal a, in UnitTotal b) => Combine(a, b, -1);

    public static UnitTotal operator +(in UnitTotal a, in UnitTotal b) => Combine(a, b, 1);

    private static UnitTotal Combine(in UnitTotal a, in UnitTotal b, int sign) => new()
    {
        Lists = a.Lists + sign * b.Lists, Served = a.Served + sign * b.Served, Rendered = a.Rendered + sign * b.Rendered, Viewable = a.Viewable + sign * b.Viewable, Clicked = a.Clicked + sign * b.Clicked,
        Carts = a.Carts + sign * b.Carts, Purchases = a.Purchases + sign * b.Purchases, Revenue = a.Revenue + sign * b.Revenue, Seen = a.Seen + sign * b.Seen, Reciprocal = a.Reciprocal + sign * b.Reciprocal,
        Gain = a.Gain + sign * b.Gain, Known = a.Known + sign * b.Known, Head = a.Head + sign * b.Head, Varied = a.Varied + sign * b.Varied, Variety = a.Variety + sign * b.Variety,
    };
}

/// <summary>Item impressions at one position of an arm's lists.</summary>
/// <param name="Position">From 1.</param>
public readonly record struct SpotTotal(int Arm, int Position, long Rendered, long Viewable, long Clicked);

/// <summary>A metric's two numbers per user. Without a denominator it is a mean per user.</summary>
public sealed record UnitMeasure(Func<UnitTotal, double> Numerator, Func<UnitTotal, double>? Denominator = null)
{
    /// <summary>Clicked over viewable item impressions.</summary>
    public static UnitMeasure ClickThrough { get; } = new(t => t.Clicked, t => t.Viewable) { Number = 0 };

    /// <summary>Counts per user.</summary>
    public static UnitMeasure Clicks { get; } = new(t => t.Clicked) { Number = 1 };
    public static UnitMeasure Purchases { get; } = new(t => t.Purchases) { Number = 5 };
    public static UnitMeasure Revenue { get; } = new(t => t.Revenue) { Number = 6 };

    /// <summary>Whether a user did it at least once.</summary>
    public static UnitMeasure Clickers { get; } = new(t => t.Clicked > 0 ? 1 : 0) { Number = 2 };
    public static UnitMeasure BasketUsers { get; } = new(t => t.Carts > 0 ? 1 : 0) { Number = 3 };
    public static UnitMeasure Buyers { get; } = new(t => t.Purchases > 0 ? 1 : 0) { Number = 4 };

    /// <summary>Ranking quality of seen lists by their clicks; a list without a click has 0.</summary>
    public static UnitMeasure ReciprocalRank { get; } = new(t => t.Reciprocal, t => t.Seen * ListScore.One) { Number = 7 };
    public static UnitMeasure Gain { get; } = new(t => t.Gain, t => t.Seen * ListScore.One) { Number = 8 };

    /// <summary>Share of the short head among shown items, and intra-list diversity of served lists.</summary>
    public static UnitMeasure HeadShare { get; } = new(t => t.Head, t => t.Known) { Number = 9 };
    public static UnitMeasure Variety { get; } = new(t => t.Variety, t => t.Varied * ListScore.One) { Number = 10 };

    /// <summary>The measures whose sums over users are kept day by day in the same transaction as the log, by <see cref="Number"/>.</summary>
    public static IReadOnlyList<UnitMeasure> Kept { get; } = [ClickThrough, Clicks, Clickers, BasketUsers, Buyers, Purchases, Revenue, ReciprocalRank, Gain, HeadShare, Variety];

    /// <summary>Its number among the kept ones, as stored; -1 for one that is added up when asked for.</summary>
    public int Number { get; private init; } = -1;

    internal UnitSums Of(in UnitTotal total, in UnitTotal before) =>
        UnitSums.Of(Numerator(total), Denominator?.Invoke(total) ?? 0, Numerator(before), Denominator?.Invoke(before) ?? 0);
}

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
