namespace RecLab.Statistics.Comparisons;

/// <summary>An arm after CUPED.</summary>
/// <param name="AdjustedValue">Value less theta times the value before exposure; not re-centred.</param>
/// <param name="DisplayValue">The same brought back to the metric's level, for charts.</param>
/// <param name="UnitVariance">Variance one unit contributes to the adjusted value.</param>
/// <param name="UnadjustedValue">The plain metric.</param>
public sealed record AdjustedArm(double AdjustedValue, double DisplayValue, double UnitVariance, double UnadjustedValue);

/// <summary>CUPED: what users did before exposure explains part of why they differ, and that part is taken out (Deng, Xu, Kohavi, Walker, WSDM 2013). The covariate is
/// the same metric of the same user before exposure; theta is pooled over both arms, so the adjustment cannot favour one.</summary>
public sealed class Cuped
{
    private const Quantity M = Quantity.Numerator, D = Quantity.Denominator, X = Quantity.PriorNumerator, E = Quantity.PriorDenominator;

    private readonly Moments _control, _treatment;

    /// <param name="control">With its sums from before exposure; without them theta is 0 and everything equals the unadjusted result.</param>
    public Cuped(Moments control, Moments treatment)
    {
        if (control.Kind != treatment.Kind) throw new ArgumentException($"The arms are a {control.Kind} and a {treatment.Kind} metric.");
        (_control, _treatment) = (control, treatment);
        var pooled = control + treatment;
        Theta = control.Kind == MetricKind.Ratio ? RatioTheta(control, treatment) : MeanTheta(pooled);
        var level = Theta == 0 ? 0 : Theta * Before(pooled);
        Control = Adjust(control, level);
        Treatment = Adjust(treatment, level);
    }

    /// <summary>The regression coefficient of the metric on its past.</summary>
    public double Theta { get; }

    public AdjustedArm Control { get; }
    public AdjustedArm Treatment { get; }

    /// <summary>1 - (SE adjusted / SE unadjusted)^2 on the absolute scale: the share of variance explained away.</summary>
    public Answer<double> VarianceReduction() =>
        RecLab.Statistics.Effect.Between(_control, _treatment, EffectScale.Absolute).Then(plain => Effect(EffectScale.Absolute).Then<double>(adjusted => 1 - adjusted.Variance / plain.Variance));

    /// <summary>The adjusted effect. Relative: the adjusted difference over the size of the UNADJUSTED control value, by the delta method.</summary>
    public Answer<Estimate> Effect(EffectScale scale)
    {
        if (Theta == 0) return RecLab.Statistics.Effect.Between(_control, _treatment, scale);
        if (RecLab.Statistics.Effect.Obstacle(_control, _treatment, Control.UnitVariance, Treatment.UnitVariance, scale) is { } reason) return reason;
        var (a, b) = (Control.UnitVariance / _control.Units, Treatment.UnitVariance / _treatment.Units);
        var degrees = RecLab.Statistics.Effect.Degrees(a, _control.Units, b, _treatment.Units);
        var difference = _treatment.Minus(_control) - Theta * (Before(_treatment) - Before(_control));
        if (scale == EffectScale.Absolute) return new Estimate(difference, a + b, degrees);
        var baseline = Math.Abs(_control.Value);
        var controlPart = _control.Kind == MetricKind.Ratio ? RatioBaselineVariance(difference, baseline) : MeanBaselineVariance(baseline);
        return new Estimate(difference / baseline, b / (baseline * baseline) + controlPart / _control.Units, degrees);
    }

    /// <summary>cov(Y, X)/var(X) over both arms stacked; 0 where either does not vary.</summary>
    private static double MeanTheta(Moments pooled)
    {
        var variance = pooled.Variance(X);
        return variance > 0 && pooled.Variance(M) > 0 ? pooled.Covariance(M, X) / variance : 0;
    }

    /// <summary>Sum over arms of g_post' L g_pre over sum of g_pre' L g_pre, each at its arm's own means, arms unweighted.</summary>
    private static double RatioTheta(Moments control, Moments treatment)
    {
        double shared = 0, own = 0;
        foreach (var arm in new[] { control, treatment })
        {
            if (arm.Average(D) == 0 || arm.Average(E) == 0) return 0;
            shared += Form(arm, Post(arm), Pre(arm));
            own += Form(arm, Pre(arm), Pre(arm));
        }
        return own > 0 ? shared / own : 0;
    }

    private AdjustedArm Adjust(Moments arm, double level)
    {
        if (Theta == 0) return new(arm.Value, arm.Value, arm.UnitVariance, arm.Value);
        var adjusted = arm.Value - Theta * Before(arm);
        var variance = arm.Kind == MetricKind.Ratio
            ? Moments.Settled(Form(arm, Gradient(arm), Gradient(arm)), Form(arm, Post(arm), Post(arm)))
            : Moments.Settled(arm.UnitVariance + Theta * Theta * arm.Variance(X) - 2 * Theta * arm.Covariance(M, X), arm.UnitVariance + Theta * Theta * arm.Variance(X));
        return new(adjusted, adjusted + level, variance, arm.Value);
    }

    /// <summary>vY W^2/U^2 - 2 theta cov W/U + theta^2 vX of the control, over U^2; W = treatment, U = control, both unadjusted.</summary>
    private double MeanBaselineVariance(double baseline)
    {
        // The sign of U is kept in W/U: with a negative baseline the lift still divides by |U|.
        var ratio = _treatment.Value / _control.Value;
        return (_control.UnitVariance * ratio * ratio - 2 * Theta * _control.Covariance(M, X) * ratio + Theta * Theta * _control.Variance(X)) / (baseline * baseline);
    }

    /// <summary>g' L g of the control with g = (-(U + G)/(a2 U^2), a1 (U + G)/(a2^2 U^2), theta g_pre/U), U = |a1/a2|, G the adjusted difference in the control's sign.</summary>
    private double RatioBaselineVariance(double difference, double baseline)
    {
        var reach = (baseline + difference * Math.Sign(_control.Value)) / (baseline * baseline);
        var (post, pre) = (Post(_control), Pre(_control));
        double[] gradient = [-post[0] * reach, -post[1] * reach, Theta * pre[2] / baseline, Theta * pre[3] / baseline];
        return Form(_control, gradient, gradient);
    }

    private static double Before(Moments arm) => arm.Kind == MetricKind.Ratio ? arm.Average(X) / arm.Average(E) : arm.Average(X);

    private double[] Gradient(Moments arm)
    {
        var (post, pre) = (Post(arm), Pre(arm));
        return [post[0], post[1], -Theta * pre[2], -Theta * pre[3]];
    }

    private static double[] Post(Moments arm) => [1 / arm.Average(D), -arm.Average(M) / (arm.Average(D) * arm.Average(D)), 0, 0];

    private static double[] Pre(Moments arm) => [0, 0, 1 / arm.Average(E), -arm.Average(X) / (arm.Average(E) * arm.Average(E))];

    private static double Form(Moments arm, double[] left, double[] right)
    {
        var sum = 0.0;
        for (var i = 0; i < 4; i++)
            for (var j = 0; j < 4; j++)
                if (left[i] != 0 && right[j] != 0) sum += left[i] * right[j] * arm.Covariance((Quantity)i, (Quantity)j);
        return sum;
    }
}

/// <summary>Welch's t test of the CUPED-adjusted effect.</summary>
public sealed class CupedTest(double alpha = 0.05, EffectScale scale = EffectScale.Relative) : IComparison
{
    public Verdict Compare(Moments control, Moments treatment)
    {
        if (!new Cuped(control, treatment).Effect(scale).TryGet(out var effect, out var reason)) return new Undecided(reason);
        var test = TTest.Of(effect, alpha);
        return new Difference(effect, test.Interval, test.PValue, scale, test.PValue < alpha);
    }
}
