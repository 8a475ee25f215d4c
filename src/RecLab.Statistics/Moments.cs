namespace RecLab.Statistics;

/// <summary>What one arm has to say: how many units, the means of their numbers, and how these vary together. Moments of disjoint units add up. Held about the mean,
/// so that a large common offset costs no digits; made from stored sums, or from raw values through <see cref="MomentsBuilder"/>.</summary>
public sealed class Moments
{
    private readonly double[] _means;      // by Quantity
    private readonly double[] _rests;      // what rounding left out of each mean
    private readonly double[] _deviations; // sum over units of (a - mean a)(b - mean b), row-major 4 x 4, upper half

    internal Moments(MetricKind kind, long units, double[] means, double[] rests, double[] deviations)
    {
        if (units < 0) throw new ArgumentOutOfRangeException(nameof(units), units, "A number of units cannot be negative.");
        (Kind, Units, _means, _rests, _deviations) = (kind, units, means, rests, deviations);
    }

    public MetricKind Kind { get; }

    /// <summary>n, the number of units (users); never impressions.</summary>
    public long Units { get; }

    /// <summary>No unit yet.</summary>
    public static Moments Empty(MetricKind kind) => new(kind, 0, new double[4], new double[4], new double[16]);

    /// <summary>From stored sums.</summary>
    public static Moments Of(MetricKind kind, in UnitSums s)
    {
        double[] sums = [s.Y, s.D, s.X, s.E];
        double[] products = [s.YY, s.YD, s.YX, s.YE, 0, s.DD, s.DX, s.DE, 0, 0, s.XX, s.XE, 0, 0, 0, s.EE];
        var (means, rests, deviations) = (new double[4], new double[4], new double[16]);
        for (var a = 0; a < 4 && s.Units > 0; a++)
        {
            means[a] = sums[a] / s.Units;
            rests[a] = Math.FusedMultiplyAdd(-means[a], s.Units, sums[a]) / s.Units;
            for (var b = a; b < 4; b++) deviations[a * 4 + b] = Deviation(products[a * 4 + b], sums[a], sums[b], s.Units);
        }
        return new(kind, s.Units, means, rests, deviations);
    }

    /// <summary>A mean metric from its sums.</summary>
    public static Moments Mean(long units, double sum, double sumSquares) => Of(MetricKind.Mean, new() { Units = units, Y = sum, YY = sumSquares });

    /// <summary>A proportion: how many units did it.</summary>
    public static Moments Proportion(long units, long successes)
    {
        if (successes < 0 || successes > units) throw new ArgumentOutOfRangeException(nameof(successes), successes, $"Of {units} units between 0 and {units} can succeed.");
        return Of(MetricKind.Proportion, new() { Units = units, Y = successes, YY = successes });
    }

    /// <summary>A ratio metric from its sums over units.</summary>
    public static Moments Ratio(long units, double numerator, double numeratorSquares, double denominator, double denominatorSquares, double products) =>
        Of(MetricKind.Ratio, new() { Units = units, Y = numerator, YY = numeratorSquares, D = denominator, DD = denominatorSquares, YD = products });

    /// <summary>A mean metric from raw values, one per unit.</summary>
    public static Moments OfValues(ReadOnlySpan<double> values)
    {
        var builder = new MomentsBuilder(MetricKind.Mean);
        foreach (var value in values) builder.Add(value);
        return builder.Build();
    }

    /// <summary>Average of a quantity over units; 0 without units.</summary>
    public double Average(Quantity quantity) => _means[(int)quantity];

    /// <summary>Sum of a quantity over units.</summary>
    public double Sum(Quantity quantity) => _means[(int)quantity] * Units;

    /// <summary>Covariance between two quantities of a unit, divisor n - 1; for proportions divisor n.</summary>
    public double Covariance(Quantity a, Quantity b)
    {
        var (low, high) = a <= b ? ((int)a, (int)b) : ((int)b, (int)a);
        var divisor = Kind == MetricKind.Proportion ? Units : Units - 1;
        return divisor <= 0 ? 0 : _deviations[low * 4 + high] / divisor;
    }

    /// <summary>Variance of a quantity between units.</summary>
    public double Variance(Quantity quantity) => Covariance(quantity, quantity);

    /// <summary>The metric itself: mean, share, or sum over sum. NaN for a ratio whose denominators sum to 0.</summary>
    public double Value => Kind == MetricKind.Ratio ? Average(Quantity.Numerator) / Average(Quantity.Denominator) : Average(Quantity.Numerator);

    /// <summary>This arm's value less the other's, with the digits that a large common offset would swallow.</summary>
    internal double Minus(Moments other) =>
        Kind == MetricKind.Ratio ? Value - other.Value : _means[0] - other._means[0] + (_rests[0] - other._rests[0]);

    /// <summary>v, the variance a single unit contributes: <see cref="Value"/> has variance v/n. For ratios (vM - 2 R cov + R^2 vD)/mD^2 (delta method; Deng,
    /// Knoblich, Lu, KDD 2018), 0 where mD = 0.</summary>
    public double UnitVariance
    {
        get
        {
            if (Kind == MetricKind.Proportion) return Average(Quantity.Numerator) * (1 - Average(Quantity.Numerator));
            if (Kind == MetricKind.Mean) return Variance(Quantity.Numerator);
            var denominator = Average(Quantity.Denominator);
            if (denominator == 0) return 0;
            var r = Value;
            var (own, other) = (Variance(Quantity.Numerator), r * r * Variance(Quantity.Denominator));
            return Settled(own - 2 * r * Covariance(Quantity.Numerator, Quantity.Denominator) + other, own + other) / (denominator * denominator);
        }
    }

    /// <summary>The metric of this arm alone, with its standard error and n - 1 degrees of freedom.</summary>
    public Answer<Estimate> Estimate() =>
        Units == 0 ? NotComputable.NoUnits
        : Kind == MetricKind.Ratio && Average(Quantity.Denominator) == 0 ? NotComputable.ZeroDenominator
        : Units < 2 ? NotComputable.TooFewUnits
        : new Estimate(Value, Math.Max(UnitVariance, 0) / Units, Units - 1);

    /// <summary>Whether anything was recorded before exposure.</summary>
    public bool HasHistory => Variance(Quantity.PriorNumerator) > 0 && (Kind != MetricKind.Ratio || Average(Quantity.PriorDenominator) > 0);

    /// <summary>Both arms' units together (Chan, Golub, LeVeque, "Updating formulae and a pairwise algorithm", 1979).</summary>
    /// <exception cref="ArgumentException">The kinds differ.</exception>
    public static Moments operator +(Moments a, Moments b)
    {
        if (a.Kind != b.Kind) throw new ArgumentException($"Moments of a {a.Kind} and a {b.Kind} do not add up.");
        if (a.Units == 0) return b;
        if (b.Units == 0) return a;
        var units = a.Units + b.Units;
        var share = (double)b.Units / units;
        var (means, rests, gaps, deviations) = (new double[4], new double[4], new double[4], new double[16]);
        for (var i = 0; i < 4; i++)
        {
            gaps[i] = b._means[i] - a._means[i] + (b._rests[i] - a._rests[i]);
            var step = gaps[i] * share + a._rests[i];
            means[i] = a._means[i] + step;
            rests[i] = step - (means[i] - a._means[i]);
        }
        for (var i = 0; i < 4; i++)
            for (var j = i; j < 4; j++)
                deviations[i * 4 + j] = a._deviations[i * 4 + j] + b._deviations[i * 4 + j] + gaps[i] * gaps[j] * share * a.Units;
        return new(a.Kind, units, means, rests, deviations);
    }

    /// <summary>A difference of variances, or 0 where it is nothing but the rounding of what it was taken from: users whose numbers follow each other exactly have no variance left.</summary>
    /// <param name="parts">Sum of the sizes of the terms.</param>
    internal static double Settled(double difference, double parts) => Math.Abs(difference) <= 1e-14 * parts ? 0 : difference;

    /// <summary>product - a b / n with the rounding of both products carried along, since the two are nearly equal when the spread is small; 0 where it is nothing but the rounding of sums that were added up one by one.</summary>
    private static double Deviation(double product, double a, double b, long units)
    {
        double n = units;
        var scaled = product * n;
        var scaledRest = Math.FusedMultiplyAdd(product, n, -scaled);
        var cross = a * b;
        var crossRest = Math.FusedMultiplyAdd(a, b, -cross);
        var deviation = (scaled - cross + (scaledRest - crossRest)) / n;
        if (IsExact(product) && IsExact(a) && IsExact(b)) return deviation;
        // n additions lose up to n/2 units in the last place of each of the three sums: what is no larger than that is no spread
        return Math.Abs(deviation) <= 2 * n * UnitInLastPlace * Math.Max(Math.Abs(product), Math.Abs(cross) / n) ? 0 : deviation;
    }

    /// <summary>2^-52, the relative distance between neighbouring doubles.</summary>
    private const double UnitInLastPlace = 1.0 / (1L << 52);

    /// <summary>A whole number that additions of whole numbers reach without rounding.</summary>
    private static bool IsExact(double sum) => double.IsInteger(sum) && Math.Abs(sum) <= 1L << 53;
}
