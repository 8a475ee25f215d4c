namespace RecLab.Statistics;

/// <summary>The difference between two arms as an <see cref="Estimate"/>, or the reason why there is none.</summary>
public static class Effect
{
    /// <summary>Absolute: mT - mC with SE^2 = vC/nC + vT/nT. Relative: (mT - mC)/|mC| with SE^2 = vT/(nT mC^2) + vC mT^2/(nC mC^4) (delta method, independent
    /// arms). Degrees of freedom by Welch and Satterthwaite, the same on both scales.</summary>
    public static Answer<Estimate> Between(Moments control, Moments treatment, EffectScale scale)
    {
        if (Obstacle(control, treatment, control.UnitVariance, treatment.UnitVariance, scale) is { } reason) return reason;
        return Unchecked(control, treatment, scale);
    }

    /// <summary>The first reason that applies, in the order no_units, too_few_units, zero_variance, zero_baseline.</summary>
    internal static NotComputable? Obstacle(Moments control, Moments treatment, double controlVariance, double treatmentVariance, EffectScale scale)
    {
        if (control.Kind != treatment.Kind) throw new ArgumentException($"The arms are a {control.Kind} and a {treatment.Kind} metric.");
        if (control.Units == 0 || treatment.Units == 0) return NotComputable.NoUnits;
        if (control.Units < 2 || treatment.Units < 2) return NotComputable.TooFewUnits;
        if (!(controlVariance > 0 && treatmentVariance > 0)) return NotComputable.ZeroVariance;
        return scale == EffectScale.Relative && control.Value == 0 ? NotComputable.ZeroBaseline : null;
    }

    internal static Estimate Unchecked(Moments control, Moments treatment, EffectScale scale)
    {
        var (a, b) = (control.UnitVariance / control.Units, treatment.UnitVariance / treatment.Units);
        var degrees = Degrees(a, control.Units, b, treatment.Units);
        var difference = treatment.Minus(control);
        if (scale == EffectScale.Absolute) return new(difference, a + b, degrees);
        var (baseline, ratio) = (control.Value, treatment.Value / control.Value);
        return new(difference / Math.Abs(baseline), (b + a * ratio * ratio) / (baseline * baseline), degrees);
    }

    /// <summary>Welch-Satterthwaite: (a + b)^2 / (a^2/(nC - 1) + b^2/(nT - 1)).</summary>
    internal static double Degrees(double a, long controlUnits, double b, long treatmentUnits)
    {
        var larger = Math.Max(a, b); // scaled, so that tiny variances do not underflow when squared
        (a, b) = (a / larger, b / larger);
        return (a + b) * (a + b) / (a * a / (controlUnits - 1) + b * b / (treatmentUnits - 1));
    }
}
