using RecLab.Statistics.Comparisons;

namespace RecLab.Statistics;

/// <summary>Comparisons in which every user has a value under both variants, as offline metrics do.</summary>
public static class Paired
{
    /// <summary>Student's t test of "the mean of b - a is 0", over users; degrees of freedom n - 1 (Student, 1908).</summary>
    public static Answer<TTest> TTest(ReadOnlySpan<double> a, ReadOnlySpan<double> b, double alpha = 0.05) => OneSample(Differences(a, b), alpha);

    /// <summary>Student's t test of "the mean is 0".</summary>
    public static Answer<TTest> OneSample(ReadOnlySpan<double> values, double alpha = 0.05) =>
        Moments.OfValues(values).Estimate().Then<TTest>(mean => mean.Variance > 0 ? Comparisons.TTest.Of(mean, alpha) : NotComputable.ZeroVariance);

    /// <summary>b - a for each user.</summary>
    /// <exception cref="ArgumentException">The lists differ in length.</exception>
    public static double[] Differences(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        if (a.Length != b.Length) throw new ArgumentException($"{a.Length} users have a first value and {b.Length} a second one.", nameof(b));
        var differences = new double[a.Length];
        for (var i = 0; i < a.Length; i++) differences[i] = b[i] - a[i];
        return differences;
    }
}
