using RecLab.Results.Metrics;
using RecLab.Statistics;

namespace RecLab.Results;

/// <summary>What is known of one user in one arm, as numbers that can be summed.</summary>
public enum UnitColumn { Served, Rendered, Viewable, Clicked, Carts, Purchases, Revenue, DidClick, DidCart, DidPurchase }

/// <summary>Sums over the users of one arm: each column, and the products of any two. Enough for every metric and its variance.</summary>
/// <param name="Arm">Position; 0 = control.</param>
/// <param name="Units">Users shown at least one list.</param>
/// <param name="Sums">By <see cref="UnitColumn"/>.</param>
/// <param name="Products">Row-major by two columns; symmetric.</param>
public sealed record ArmTotals(int Arm, long Units, double[] Sums, double[] Products)
{
    /// <summary>Number of columns.</summary>
    public static int Width { get; } = Enum.GetValues<UnitColumn>().Length;

    /// <summary>Nobody yet.</summary>
    public static ArmTotals Empty(int arm) => new(arm, 0, new double[Width], new double[Width * Width]);

    /// <summary>Sum of a column over users.</summary>
    public double this[UnitColumn column] => Sums[(int)column];

    /// <summary>Sum over users of the product of two columns.</summary>
    public double this[UnitColumn a, UnitColumn b] => Products[(int)a * Width + (int)b];

    /// <summary>The moments of a metric in this arm.</summary>
    public Moments Of(IOutcomeMetric metric)
    {
        var (y, d) = (metric.Numerator, metric.Denominator);
        return metric.Kind switch
        {
            MetricKind.Mean => Moments.Mean(Units, this[y], this[y, y]),
            MetricKind.Proportion => Moments.Proportion(Units, (long)this[y]),
            _ => Moments.Ratio(Units, this[y], this[y, y], this[d!.Value], this[d.Value, d.Value], this[y, d.Value]),
        };
    }

    /// <summary>Totals of users given one by one; each user's values by <see cref="UnitColumn"/>.</summary>
    public static ArmTotals Of(int arm, IEnumerable<double[]> users)
    {
        var (sums, products, units) = (new double[Width], new double[Width * Width], 0L);
        foreach (var user in users)
        {
            units++;
            for (var a = 0; a < Width; a++)
            {
                sums[a] += user[a];
                for (var b = 0; b < Width; b++) products[a * Width + b] += user[a] * user[b];
            }
        }
        return new(arm, units, sums, products);
    }
}
