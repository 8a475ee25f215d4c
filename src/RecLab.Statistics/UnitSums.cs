namespace RecLab.Statistics;

/// <summary>Sums over the units of one arm, as they are stored: they add up over days and shards, and a unit's old contribution can be taken out again. Y and D are
/// the unit's numerator and denominator, X and E the same two from before its first exposure (0 for units without history). With whole numbers
/// every sum is exact below 2^53.</summary>
public readonly record struct UnitSums
{
    public long Units { get; init; }
    public double Y { get; init; }
    public double D { get; init; }
    public double X { get; init; }
    public double E { get; init; }
    public double YY { get; init; }
    public double YD { get; init; }
    public double YX { get; init; }
    public double YE { get; init; }
    public double DD { get; init; }
    public double DX { get; init; }
    public double DE { get; init; }
    public double XX { get; init; }
    public double XE { get; init; }
    public double EE { get; init; }

    /// <summary>The sums of one unit.</summary>
    public static UnitSums Of(double y, double d = 0, double x = 0, double e = 0) => new()
    {
        Units = 1, Y = y, D = d, X = x, E = e,
        YY = y * y, YD = y * d, YX = y * x, YE = y * e, DD = d * d, DX = d * x, DE = d * e, XX = x * x, XE = x * e, EE = e * e,
    };

    public static UnitSums operator +(in UnitSums a, in UnitSums b) => Combine(a, b, 1);

    public static UnitSums operator -(in UnitSums a, in UnitSums b) => Combine(a, b, -1);

    private static UnitSums Combine(in UnitSums a, in UnitSums b, int sign) => new()
    {
        Units = a.Units + sign * b.Units, Y = a.Y + sign * b.Y, D = a.D + sign * b.D, X = a.X + sign * b.X, E = a.E + sign * b.E,
        YY = a.YY + sign * b.YY, YD = a.YD + sign * b.YD, YX = a.YX + sign * b.YX, YE = a.YE + sign * b.YE, DD = a.DD + sign * b.DD,
        DX = a.DX + sign * b.DX, DE = a.DE + sign * b.DE, XX = a.XX + sign * b.XX, XE = a.XE + sign * b.XE, EE = a.EE + sign * b.EE,
    };
}
