using RecLab.Statistics.Assignment;

namespace RecLab.Statistics.Interleaving;

/// <summary>A list made of several rankings.</summary>
/// <param name="Items">In the order shown; none comes twice.</param>
/// <param name="Teams">For each item the number of the ranking that placed it.</param>
/// <param name="Propensities">For each item the probability, given the items before it, that the draft puts it there: over all orders of picking that agree with those items, not only the one drawn.</param>
public sealed record DraftedList<T>(IReadOnlyList<T> Items, IReadOnlyList<int> Teams, IReadOnlyList<double> Propensities);

/// <summary>Team-draft interleaving (Radlinski, Kurup, Joachims, CIKM 2008) and, for more than two rankings, team-draft multileaving (Schuth, Sietsma, Whiteson, Lefortier, de Rijke, CIKM 2014): the
/// smallest team picks its best item not yet in the list, among equally small ones a draw decides; the list ends when it is full or a ranking has nothing left, so nobody is ever placed without a rival.
/// Clicks are credited to the team that placed the item.</summary>
public static class TeamDraft
{
    /// <summary>More teams than these would leave most of them without a place in a list of usual length.</summary>
    public const int MostTeams = 5;

    /// <param name="rankings">Each best first, without repetitions; 2 to <see cref="MostTeams"/>.</param>
    /// <param name="length">Places of the list.</param>
    /// <param name="draw">Given m, a number from 0 to m - 1: which of the m smallest teams, in ascending number, picks. Asked only where m is above 1.</param>
    public static DraftedList<T> Of<T>(IReadOnlyList<IReadOnlyList<T>> rankings, int length, Func<int, int> draw) where T : notnull
    {
        var teams = rankings.Count;
        if (teams is < 2 or > MostTeams) throw new ArgumentOutOfRangeException(nameof(rankings), teams, $"A draft needs 2 to {MostTeams} rankings.");
        var (items, owners, propensities) = (new List<T>(length), new List<int>(length), new List<double>(length));
        var used = new HashSet<T>();
        var heads = new int[teams];
        var picked = 0; // bit set of the teams that have picked in this round
        double[] belief = new double[1 << teams]; // how likely each such set is, given the items alone
        belief[0] = 1;
        while (items.Count < length && Advance(rankings, heads, used))
        {
            var team = Smallest(picked, teams, draw);
            var item = rankings[team][heads[team]];
            var (probability, after) = Weigh(rankings, heads, belief, item);
            items.Add(item);
            owners.Add(team);
            propensities.Add(probability);
            used.Add(item);
            belief = after;
            picked = Joined(picked, team, teams);
        }
        return new(items, owners, propensities);
    }

    /// <summary>Draws that follow from a seed alone: the same seed, the same list. One of 10,000 steps each (<see cref="Bucketing"/>).</summary>
    /// <param name="seed">Names experiment, phase, user and session.</param>
    public static Func<int, int> Draws(string seed)
    {
        var asked = 0;
        return m => (int)(Bucketing.Hash(seed, $"{asked++}:draft") * m);
    }

    /// <summary>Moves every ranking to its best item not yet used; false where one has none.</summary>
    private static bool Advance<T>(IReadOnlyList<IReadOnlyList<T>> rankings, int[] heads, HashSet<T> used)
    {
        for (var t = 0; t < heads.Length; t++)
        {
            while (heads[t] < rankings[t].Count && used.Contains(rankings[t][heads[t]])) heads[t]++;
            if (heads[t] == rankings[t].Count) return false;
        }
        return true;
    }

    private static int Smallest(int picked, int teams, Func<int, int> draw)
    {
        var left = teams - System.Numerics.BitOperations.PopCount((uint)picked);
        var wanted = left == 1 ? 0 : draw(left);
        for (var t = 0; ; t++)
            if ((picked & 1 << t) == 0 && wanted-- == 0) return t;
    }

    /// <summary>How likely this item was, and what is believed afterwards about who has picked.</summary>
    private static (double Probability, double[] After) Weigh<T>(IReadOnlyList<IReadOnlyList<T>> rankings, int[] heads, double[] belief, T item) where T : notnull
    {
        var after = new double[belief.Length];
        var total = 0.0;
        for (var picked = 0; picked < belief.Length - 1; picked++)
        {
            if (belief[picked] == 0) continue;
            var each = belief[picked] / (heads.Length - System.Numerics.BitOperations.PopCount((uint)picked));
            for (var t = 0; t < heads.Length; t++)
            {
                if ((picked & 1 << t) != 0 || !rankings[t][heads[t]].Equals(item)) continue;
                after[Joined(picked, t, heads.Length)] += each;
                total += each;
            }
        }
        for (var i = 0; i < after.Length; i++) after[i] /= total;
        return (Math.Min(1, total), after);
    }

    /// <summary>A round in which everybody has picked is over.</summary>
    private static int Joined(int picked, int team, int teams) => (picked | 1 << team) is var joined && joined == (1 << teams) - 1 ? 0 : joined;
}
