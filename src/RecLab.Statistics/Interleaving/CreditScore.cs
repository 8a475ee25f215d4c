using RecLab.Statistics.Comparisons;

namespace RecLab.Statistics.Interleaving;

/// <summary>So many users gave a ranker and its rival so many clicks.</summary>
/// <param name="Mine">Clicks on items that the ranker placed.</param>
/// <param name="Theirs">Clicks on items that its rival placed.</param>
public readonly record struct Standing(long Mine, long Theirs, long Users)
{
    /// <summary>(mine - theirs)/(mine + theirs), -1 to 1.</summary>
    public double Score => (double)(Mine - Theirs) / (Mine + Theirs);
}

/// <summary>The mean over users of the score that <see cref="Preference.PerUser"/> tests, from how many users stand where.</summary>
public static class CreditScore
{
    /// <summary>Moments of the users' scores; users without any click say nothing and must be left out.</summary>
    public static Moments Of(IEnumerable<Standing> standings)
    {
        var sums = default(UnitSums);
        foreach (var standing in standings)
        {
            if (standing.Mine + standing.Theirs <= 0) throw new ArgumentException("A user without a click prefers nobody.", nameof(standings));
            sums += new UnitSums { Units = standing.Users, Y = standing.Users * standing.Score, YY = standing.Users * standing.Score * standing.Score };
        }
        return Moments.Of(MetricKind.Mean, sums);
    }
}
