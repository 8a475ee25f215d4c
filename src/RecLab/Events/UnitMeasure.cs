using RecLab.Statistics;

namespace RecLab.Events;

/// <summary>What of a shop's own kind of event is measured.</summary>
public enum OwnAspect
{
    /// <summary>Events per user.</summary>
    Count,

    /// <summary>Whether a user had one.</summary>
    Users,

    /// <summary>Mean value of those that came with one.</summary>
    Mean,

    /// <summary>Sum of the values per user.</summary>
    Total,
}

/// <summary>A metric's two numbers per user. Without a denominator it is a mean per user. All numbers are whole, so that their sums are exact in any order of arrival.</summary>
public sealed record UnitMeasure(Func<UnitTotal, double> Numerator, Func<UnitTotal, double>? Denominator = null)
{
    /// <summary>Clicked over viewable item impressions.</summary>
    public static UnitMeasure ClickThrough { get; } = new(t => t.Clicked, t => t.Viewable) { Number = 0 };

    /// <summary>Counts per user.</summary>
    public static UnitMeasure Clicks { get; } = new(t => t.Clicked) { Number = 1 };
    public static UnitMeasure Purchases { get; } = new(t => t.Purchases) { Number = 5 };
    public static UnitMeasure Revenue { get; } = new(t => t.Revenue) { Number = 6 };
    public static UnitMeasure Ratings { get; } = new(t => t.Ratings) { Number = 11 };

    /// <summary>Whether a user did it at least once.</summary>
    public static UnitMeasure Clickers { get; } = new(t => t.Clicked > 0 ? 1 : 0) { Number = 2 };
    public static UnitMeasure BasketUsers { get; } = new(t => t.Carts > 0 ? 1 : 0) { Number = 3 };
    public static UnitMeasure Buyers { get; } = new(t => t.Purchases > 0 ? 1 : 0) { Number = 4 };
    public static UnitMeasure Raters { get; } = new(t => t.Ratings > 0 ? 1 : 0) { Number = 12 };

    /// <summary>Ranking quality of seen lists by their clicks; a list without a click has 0.</summary>
    public static UnitMeasure ReciprocalRank { get; } = new(t => t.Reciprocal, t => t.Seen * ListScore.One) { Number = 7 };
    public static UnitMeasure Gain { get; } = new(t => t.Gain, t => t.Seen * ListScore.One) { Number = 8 };

    /// <summary>Share of the short head among shown items, and intra-list diversity of served lists.</summary>
    public static UnitMeasure HeadShare { get; } = new(t => t.Head, t => t.Known) { Number = 9 };
    public static UnitMeasure Variety { get; } = new(t => t.Variety, t => t.Varied * ListScore.One) { Number = 10 };

    /// <summary>Value of a rating.</summary>
    public static UnitMeasure MeanRating { get; } = new(t => t.Stars, t => t.Ratings * OwnTotal.Parts) { Number = 13, Parts = OwnTotal.Parts };

    /// <summary>How long after the first list a first click still counts.</summary>
    public const long ClickWindow = EventTimes.Day;

    /// <summary>Whole seconds from a user's first list to the first click, of users who click within a day of it.</summary>
    public static UnitMeasure TimeToClick { get; } = new(t => Wait(t) is { } wait ? wait / 1000 : 0, t => Wait(t) is null ? 0 : 1) { Number = 14 };

    /// <summary>The measures whose sums over users are kept of every experiment, day by day in the same transaction as the log, by <see cref="Number"/>.</summary>
    public static IReadOnlyList<UnitMeasure> Kept { get; } =
        [ClickThrough, Clicks, Clickers, BasketUsers, Buyers, Purchases, Revenue, ReciprocalRank, Gain, HeadShare, Variety, Ratings, Raters, MeanRating, TimeToClick];

    /// <summary>Its number among the kept ones, as stored; -1 for one that is kept only of experiments that ask for it, or added up when asked for.</summary>
    public int Number { get; private init; } = -1;

    /// <summary>What of the shop's own events it measures; null for anything else.</summary>
    public OwnAspect? Aspect { get; private init; }

    /// <summary>The name of the shop's own kind of event, without "custom:"; empty for anything else.</summary>
    public string Kind { get; private init; } = "";

    /// <summary>More than this of a user's numerator does not count; null for no limit.</summary>
    public long? Cap { get; private init; }

    /// <summary>How many of the numerator's whole numbers make 1 of what people read.</summary>
    public int Parts { get; private init; } = 1;

    /// <summary>Of a shop's own kind of event.</summary>
    /// <param name="kind">Without "custom:".</param>
    public static UnitMeasure Of(string kind, OwnAspect aspect) => aspect switch
    {
        OwnAspect.Count => new(t => t.Of(kind).Count) { Kind = kind, Aspect = aspect },
        OwnAspect.Users => new(t => t.Of(kind).Count > 0 ? 1 : 0) { Kind = kind, Aspect = aspect },
        OwnAspect.Mean => new(t => t.Of(kind).Value, t => t.Of(kind).Valued * OwnTotal.Parts) { Kind = kind, Aspect = aspect, Parts = OwnTotal.Parts },
        _ => new(t => t.Of(kind).Value, _ => OwnTotal.Parts) { Kind = kind, Aspect = aspect, Parts = OwnTotal.Parts },
    };

    /// <summary>The same with everything above a cap taken for the cap (winsorised), user by user; the past of a user too.</summary>
    /// <param name="cap">In the numerator's whole numbers.</param>
    public UnitMeasure CappedAt(long? cap) => this with { Cap = cap };

    /// <summary>What it measures, whatever the cap: its number, or below 0 the aspect of a shop's own kind.</summary>
    internal int Base => Aspect is { } aspect ? -1 - (int)aspect : Number;

    /// <summary>A measure by what is stored of it.</summary>
    internal static UnitMeasure Stored(int @base, string kind, long? cap) => (@base < 0 ? Of(kind, (OwnAspect)(-1 - @base)) : Kept[@base]).CappedAt(cap);

    /// <summary>Both measure the same.</summary>
    internal bool IsLike(UnitMeasure other) => Base == other.Base && Kind == other.Kind && Cap == other.Cap && (Number >= 0 || Aspect is not null);

    internal ExactSums Of(in UnitTotal total, in UnitTotal before) => ExactSums.Of(Y(total), D(total), Y(before), D(before));

    /// <summary>A user's numerator, the cap applied.</summary>
    internal double Y(in UnitTotal total) => Cap is { } cap ? Math.Min(Numerator(total), cap) : Numerator(total);

    internal double D(in UnitTotal total) => Denominator?.Invoke(total) ?? 0;

    /// <summary>Milliseconds, none below 0: a sender's clock may run a little before ours.</summary>
    private static long? Wait(in UnitTotal t) => t.FirstClickAt - t.FirstAt is { } wait && wait <= ClickWindow ? Math.Max(0, wait) : null;
}
