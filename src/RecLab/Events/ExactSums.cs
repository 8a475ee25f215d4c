using RecLab.Statistics;

namespace RecLab.Events;

/// <summary>Sums over users that stay exact where a user's square does not leave room for the others. Every number is whole, and a double holds whole numbers up to 2^53; but one user with a value of a
/// million, 10^9 in parts, has a square of 10^18, and whatever is added to that loses its last digits, for good when the user is taken out again. So each product of two numbers of a user is
/// cut at 2^32: its remainder goes to one sum, how often 2^32 is in it to another. Both are whole and small, so they add up and come out again exactly, in any order, up to two million users whose remainders are
/// as large as they can be or a mean square of 2^64 over as many. They are rounded once, where they are read.</summary>
/// <param name="Low">Units, first moments, and the remainders of the products.</param>
/// <param name="High">The rest of the products in parts of <see cref="Part"/>; null where all are below it, as they nearly always are.</param>
internal readonly record struct ExactSums(UnitSums Low, HighSums? High = null)
{
    public const double Part = 4294967296.0; // 2^32

    /// <summary>No product of numbers below it reaches <see cref="Part"/>.</summary>
    private const double Small = 65536;

    /// <summary>The columns of <see cref="High"/>, and how many they are.</summary>
    public const string Columns = "yy_high, yd_high, yx_high, ye_high, dd_high, dx_high, de_high, xx_high, xe_high, ee_high";
    public const int Width = 10;

    /// <summary>The sums of one user.</summary>
    public static ExactSums Of(double y, double d, double x, double e)
    {
        var all = UnitSums.Of(y, d, x, e);
        return Math.Max(Math.Max(Math.Abs(y), Math.Abs(d)), Math.Max(Math.Abs(x), Math.Abs(e))) < Small ? new(all)
            : Cut(all, HighSums.Of(all, q => Math.Truncate(q / Part)));
    }

    public static ExactSums operator +(in ExactSums a, in ExactSums b) => new(a.Low + b.Low, HighSums.Combine(a.High, b.High, (x, y) => x + y));

    public static ExactSums operator -(in ExactSums a, in ExactSums b) => new(a.Low - b.Low, HighSums.Combine(a.High, b.High, (x, y) => x - y));

    /// <summary>Nothing would change if these were added.</summary>
    public bool IsNothing => Low == default && (High is null || High.Sums == default);

    /// <summary>Both parts together, rounded to what a double can hold.</summary>
    public UnitSums Rounded => High is null ? Low : Low + HighSums.Of(High.Sums, q => q * Part).Sums;

    /// <summary>The same without anything from before the first list.</summary>
    public ExactSums WithoutHistory => new(Bare(Low), High is null ? null : new(Bare(High.Sums)));

    private static UnitSums Bare(in UnitSums sums) => sums with { X = 0, E = 0, YX = 0, YE = 0, DX = 0, DE = 0, XX = 0, XE = 0, EE = 0 };

    private static ExactSums Cut(in UnitSums all, HighSums high) => new(all - HighSums.Of(high.Sums, q => q * Part).Sums, high);
}

/// <summary>The products among sums over users, in parts of <see cref="ExactSums.Part"/>.</summary>
internal sealed record HighSums(UnitSums Sums)
{
    public static HighSums Of(in UnitSums s, Func<double, double> product) => new(new UnitSums
    {
        YY = product(s.YY), YD = product(s.YD), YX = product(s.YX), YE = product(s.YE), DD = product(s.DD), DX = product(s.DX), DE = product(s.DE), XX = product(s.XX), XE = product(s.XE), EE = product(s.EE),
    });

    public static HighSums? Combine(HighSums? a, HighSums? b, Func<UnitSums, UnitSums, UnitSums> how) => a is null && b is null ? null : new(how(a?.Sums ?? default, b?.Sums ?? default));
}
