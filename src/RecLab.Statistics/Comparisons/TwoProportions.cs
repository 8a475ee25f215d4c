using RecLab.Statistics.Distributions;

namespace RecLab.Statistics.Comparisons;

/// <summary>The textbook answers for two proportions, x of n in each arm. D = pT - pC, z = z(1 - alpha/2).</summary>
/// <param name="ControlSuccesses">Units of the control that did it.</param>
public sealed record TwoProportions(long ControlSuccesses, long ControlUnits, long TreatmentSuccesses, long TreatmentUnits)
{
    private double ControlRate => (double)ControlSuccesses / ControlUnits;
    private double TreatmentRate => (double)TreatmentSuccesses / TreatmentUnits;
    private bool IsEmpty => ControlUnits == 0 || TreatmentUnits == 0;

    /// <summary>D.</summary>
    public double Difference => TreatmentRate - ControlRate;

    /// <exception cref="ArgumentException">The moments are not those of a proportion.</exception>
    public static TwoProportions Of(Moments control, Moments treatment)
    {
        if (control.Kind != MetricKind.Proportion || treatment.Kind != MetricKind.Proportion) throw new ArgumentException("This comparison is for proportions: users that did something, of all users.");
        static long Successes(Moments arm) => (long)Math.Round(arm.Sum(Quantity.Numerator));
        return new(Successes(control), control.Units, Successes(treatment), treatment.Units);
    }

    /// <summary>D / sqrt(p(1 - p)(1/nC + 1/nT)) with the pooled rate p, and its two-sided normal p value.</summary>
    public Answer<(double Z, double PValue)> PooledZ()
    {
        if (IsEmpty) return NotComputable.NoUnits;
        var p = (double)(ControlSuccesses + TreatmentSuccesses) / (ControlUnits + TreatmentUnits);
        var variance = p * (1 - p) * (1.0 / ControlUnits + 1.0 / TreatmentUnits);
        if (!(variance > 0)) return NotComputable.ZeroVariance;
        var z = Difference / Math.Sqrt(variance);
        return (z, 2 * Normal.UpperTail(Math.Abs(z)));
    }

    /// <summary>D with its unpooled normal variance pC(1 - pC)/nC + pT(1 - pT)/nT.</summary>
    public Answer<Estimate> Unpooled()
    {
        if (IsEmpty) return NotComputable.NoUnits;
        var variance = ControlRate * (1 - ControlRate) / ControlUnits + TreatmentRate * (1 - TreatmentRate) / TreatmentUnits;
        return variance > 0 ? new Estimate(Difference, variance, double.PositiveInfinity) : NotComputable.ZeroVariance;
    }

    /// <summary>Wald: D -/+ z times the unpooled standard error.</summary>
    public Answer<Interval> Wald(double alpha) => Unpooled().Then<Interval>(d => d.Interval(alpha));

    /// <summary>Newcombe's hybrid score interval (Statistics in Medicine 17, 1998, method 10), from the Wilson interval of each arm; holds where an arm has no success.</summary>
    public Answer<Interval> Newcombe(double alpha)
    {
        if (IsEmpty) return NotComputable.NoUnits;
        var (c, t) = (ProportionIntervals.Wilson(ControlSuccesses, ControlUnits, alpha).Value, ProportionIntervals.Wilson(TreatmentSuccesses, TreatmentUnits, alpha).Value);
        var below = Length(TreatmentRate - t.Lower, c.Upper - ControlRate);
        var above = Length(t.Upper - TreatmentRate, ControlRate - c.Lower);
        return new Interval(Difference - below, Difference + above, 1 - alpha);
    }

    /// <summary>Agresti, Caffo (2000): Wald after adding one success and one failure to each arm.</summary>
    public Answer<Interval> AgrestiCaffo(double alpha) => IsEmpty
        ? NotComputable.NoUnits
        : new TwoProportions(ControlSuccesses + 1, ControlUnits + 2, TreatmentSuccesses + 1, TreatmentUnits + 2).Wald(alpha);

    /// <summary>The lift pT/pC - 1 with the interval exp(ln(pT/pC) -/+ z sqrt((1 - pT)/xT + (1 - pC)/xC)) - 1 (Katz et al., 1978).</summary>
    public Answer<(double Lift, Interval Interval)> LogRatio(double alpha)
    {
        if (IsEmpty) return NotComputable.NoUnits;
        if (ControlSuccesses == 0) return NotComputable.ZeroBaseline;
        var variance = (1 - TreatmentRate) / TreatmentSuccesses + (1 - ControlRate) / ControlSuccesses;
        if (!(variance > 0) || TreatmentSuccesses == 0) return NotComputable.ZeroVariance;
        var log = Math.Log(TreatmentRate / ControlRate);
        var reach = Normal.UpperQuantile(alpha / 2) * Math.Sqrt(variance);
        return (Difference / ControlRate, new(Expansions.ExpMinusOne(log - reach), Expansions.ExpMinusOne(log + reach), 1 - alpha));
    }

    /// <summary>Fisher's exact two-sided p value.</summary>
    public Answer<double> Fisher() => IsEmpty
        ? NotComputable.NoUnits
        : Hypergeometric.FisherTwoSided(ControlSuccesses, ControlUnits, TreatmentSuccesses, TreatmentUnits);

    private static double Length(double a, double b) => Math.Sqrt(a * a + b * b);
}

/// <summary>The classic z test of equal proportions with pooled variance, and the Wald interval of the difference.</summary>
public sealed class PooledZTest(double alpha = 0.05) : IComparison
{
    public Verdict Compare(Moments control, Moments treatment)
    {
        var two = TwoProportions.Of(control, treatment);
        if (!two.PooledZ().TryGet(out var test, out var reason) || !two.Unpooled().TryGet(out var effect, out reason)) return new Undecided(reason);
        return new Difference(effect, effect.Interval(alpha), test.PValue, EffectScale.Absolute, test.PValue < alpha);
    }
}

/// <summary>Fisher's exact test with Newcombe's interval: for rare events, and where an arm has no success so that no standard error exists.</summary>
public sealed class ExactTest(double alpha = 0.05) : IComparison
{
    public Verdict Compare(Moments control, Moments treatment)
    {
        var two = TwoProportions.Of(control, treatment);
        if (!two.Newcombe(alpha).TryGet(out var interval, out var reason)) return new Undecided(reason);
        var p = two.Fisher().Value;
        // No success anywhere: the interval says how little is known, and no standard error exists.
        var variance = two.Unpooled().TryGet(out var effect, out _) ? effect.Variance : double.NaN;
        return new Difference(new(two.Difference, variance, double.PositiveInfinity), interval, p, EffectScale.Absolute, p < alpha);
    }
}
