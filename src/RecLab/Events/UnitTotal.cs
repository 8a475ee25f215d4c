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

    public static UnitTotal operator -(in UnitTotal a, in UnitTotal b) => new()
    {
        Lists = a.Lists - b.Lists, Served = a.Served - b.Served, Rendered = a.Rendered - b.Rendered, Viewable = a.Viewable - b.Viewable,
        Clicked = a.Clicked - b.Clicked, Carts = a.Carts - b.Carts, Purchases = a.Purchases - b.Purchases, Revenue = a.Revenue - b.Revenue,
    };

    public static UnitTotal operator +(in UnitTotal a, in UnitTotal b) => new()
    {
        Lists = a.Lists + b.Lists, Served = a.Served + b.Served, Rendered = a.Rendered + b.Rendered, Viewable = a.Viewable + b.Viewable,
        Clicked = a.Clicked + b.Clicked, Carts = a.Carts + b.Carts, Purchases = a.Purchases + b.Purchases, Revenue = a.Revenue + b.Revenue,
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

    /// <summary>The measures whose sums over users are kept day by day in the same transaction as the log, by <see cref="Number"/>.</summary>
    public static IReadOnlyList<UnitMeasure> Kept { get; } = [ClickThrough, Clicks, Clickers, BasketUsers, Buyers, Purchases, Revenue];

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
