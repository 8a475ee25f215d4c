using RecLab.Statistics.Distributions;

namespace RecLab.Statistics.Comparisons;

/// <summary>Which of two interleaved rankers people prefer. Decide on the per-user test, since users are the units; the preference over impressions stands beside it.</summary>
/// <param name="Delta">(winsA + ties/2)/total - 1/2, positive where A is preferred (Chapelle, Joachims, Radlinski, Yue, TOIS 2012).</param>
/// <param name="WinRate">Share of A's wins among decided comparisons, with its exact two-sided binomial p value and Wilson interval; no answer where all are ties.</param>
public sealed record Preference(double Delta, Answer<PreferenceRate> WinRate)
{
    /// <param name="winsA">Impressions (or users) on which A got more credit.</param>
    /// <param name="ties">Equal credit.</param>
    /// <returns>No answer where nothing was compared.</returns>
    public static Answer<Preference> Of(long winsA, long winsB, long ties, double alpha = 0.05)
    {
        if (winsA < 0 || winsB < 0 || ties < 0) throw new ArgumentOutOfRangeException(nameof(winsA), "Counts cannot be negative.");
        var (decided, total) = (winsA + winsB, winsA + winsB + ties);
        if (total == 0) return NotComputable.NoUnits;
        return new Preference((winsA + ties / 2.0) / total - 0.5, decided == 0 ? NotComputable.NoUnits : new PreferenceRate(
            (double)winsA / decided, Binomial.TwoSidedTest(winsA, decided), ProportionIntervals.Wilson(winsA, decided, alpha).Value));
    }

    /// <summary>t test of the mean score (creditA - creditB)/(creditA + creditB) over users with any credit.</summary>
    /// <param name="creditA">Credit per user, not negative.</param>
    public static Answer<TTest> PerUser(ReadOnlySpan<double> creditA, ReadOnlySpan<double> creditB, double alpha = 0.05) => Paired.OneSample(Scores(creditA, creditB), alpha);

    /// <summary>One score in [-1, 1] for each user with credit.</summary>
    public static double[] Scores(ReadOnlySpan<double> creditA, ReadOnlySpan<double> creditB)
    {
        if (creditA.Length != creditB.Length) throw new ArgumentException("Both credits belong to the same users.", nameof(creditB));
        var scores = new List<double>(creditA.Length);
        for (var i = 0; i < creditA.Length; i++)
            if (creditA[i] + creditB[i] is > 0 and var credit) scores.Add((creditA[i] - creditB[i]) / credit);
        return [.. scores];
    }
}

/// <summary>A's share of the decided comparisons.</summary>
public sealed record PreferenceRate(double Rate, double PValue, Interval Interval);
