namespace RecLab.Statistics;

/// <summary>How a metric is made from what each unit did.</summary>
public enum MetricKind
{
    /// <summary>Average over units of a number per unit; variance with divisor n - 1.</summary>
    Mean,

    /// <summary>Share of units that did something; variance m(1 - m), divisor n.</summary>
    Proportion,

    /// <summary>Sum of numerators over sum of denominators, units as clusters; variance by the delta method.</summary>
    Ratio,
}

/// <summary>The scale on which an effect is stated. Fixed before an experiment starts: both scales of the same data can fall on different sides of a threshold.</summary>
public enum EffectScale
{
    /// <summary>treatment - control.</summary>
    Absolute,

    /// <summary>(treatment - control) / |control|.</summary>
    Relative,
}

/// <summary>The four numbers a unit can have.</summary>
public enum Quantity { Numerator, Denominator, PriorNumerator, PriorDenominator }
