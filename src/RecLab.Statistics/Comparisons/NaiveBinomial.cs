namespace RecLab.Statistics.Comparisons;

/// <summary>The wrong way to compare click-through rates, kept to show what it costs: impressions counted as if independent. Never used to decide.</summary>
/// <param name="StandardError">sqrt(RC(1 - RC)/IC + RT(1 - RT)/IT) over impressions I.</param>
/// <param name="DesignEffect">Variance with users as clusters over this variance: by how much the naive test overstates its evidence.</param>
public sealed record NaiveBinomial(double StandardError, double DesignEffect)
{
    public static Answer<NaiveBinomial> Contrast(Moments control, Moments treatment) =>
        Effect.Between(control, treatment, EffectScale.Absolute).Then<NaiveBinomial>(effect =>
        {
            var naive = Variance(control) + Variance(treatment);
            return naive > 0 ? new NaiveBinomial(Math.Sqrt(naive), effect.Variance / naive) : NotComputable.ZeroVariance;
        });

    private static double Variance(Moments arm) => arm.Value * (1 - arm.Value) / arm.Sum(Quantity.Denominator);
}
