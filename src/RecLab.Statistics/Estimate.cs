using RecLab.Statistics.Distributions;

namespace RecLab.Statistics;

/// <summary>A value with its uncertainty.</summary>
/// <param name="Value">The estimate.</param>
/// <param name="Variance">Square of its standard error.</param>
/// <param name="Degrees">Degrees of freedom of that variance; infinity where it is taken as known.</param>
public readonly record struct Estimate(double Value, double Variance, double Degrees)
{
    public double StandardError => Math.Sqrt(Variance);

    /// <summary>Value over standard error.</summary>
    public double Statistic => Value / StandardError;

    /// <summary>Value -/+ t(1 - alpha/2) standard errors.</summary>
    /// <param name="alpha">Two-sided error, 0 to 1; 0.05 gives a 95 % interval.</param>
    public Interval Interval(double alpha)
    {
        var half = StudentT.UpperQuantile(alpha / 2, Degrees) * StandardError;
        return new(Value - half, Value + half, 1 - alpha);
    }
}

/// <summary>A range that holds the truth with the stated confidence.</summary>
/// <param name="Level">Confidence, 0 to 1: 0.95.</param>
public readonly record struct Interval(double Lower, double Upper, double Level)
{
    public bool Contains(double value) => Lower <= value && value <= Upper;

    public double Width => Upper - Lower;
}
