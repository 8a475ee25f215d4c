using RecLab.Statistics.Assignment;
using Microsoft.Data.Sqlite;

namespace RecLab.Events;

/// <summary>Which items each arm has shown, and to which of 32 groups of users: one bit per group. Groups are what an interval of the number of different items needs, and a bit once
/// set is never written again, so that the row of an item is touched 32 times at most. Only the writer's thread uses it.</summary>
internal sealed class ShownItems(SqliteConnection connection) : IDisposable
{
    /// <summary>Number of groups.</summary>
    public const int Groups = 32;

    private const int MostRemembered = 500_000;

    private readonly record struct Key(int Experiment, int Phase, bool Simulated, int Arm, string Item);

    private readonly Statement _add = new(connection, "INSERT INTO shown VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET groups = groups | excluded.groups");
    private readonly Dictionary<Key, long> _known = [];
    private readonly Dictionary<Key, long> _new = [];

    /// <summary>The group of a user, 0 to 31: a hash of the id.</summary>
    public static int GroupOf(string unit) => (int)(Fnv1a.HashDigits(Fnv1a.Hash(unit)) % Groups);

    /// <summary>A list of an experiment was shown to a user.</summary>
    public void Add(Exposure list)
    {
        var bit = 1L << GroupOf(list.Unit);
        foreach (var item in list.Items)
        {
            var key = new Key(list.Experiment, list.Phase, list.Simulated, list.Arm, item);
            if ((_known.GetValueOrDefault(key) & bit) == 0) _new[key] = _new.GetValueOrDefault(key) | bit;
        }
    }

    /// <summary>Writes the bits that are new.</summary>
    public void Write()
    {
        if (_known.Count > MostRemembered) _known.Clear();
        foreach (var (key, bits) in _new)
        {
            _add.Set(1, key.Experiment).Set(2, key.Phase).Set(3, key.Simulated).Set(4, key.Arm).Set(5, key.Item).Set(6, bits).Run();
            _known[key] = _known.GetValueOrDefault(key) | bits;
        }
        _new.Clear();
    }

    /// <summary>Forgets what it believes to be written.</summary>
    public void Forget()
    {
        _known.Clear();
        _new.Clear();
    }

    public void Dispose() => _add.Dispose();
}

/// <summary>The different items an arm has shown.</summary>
/// <param name="Items">How many.</param>
/// <param name="OfOneGroup">How many of them only the users of a group were shown, for each of the groups that users are hashed into.</param>
public sealed record ItemSpread(long Items, IReadOnlyList<long> OfOneGroup)
{
    /// <summary>Variance of <see cref="Items"/> over users, by leaving out one group after another: (G - 1)/G times the sum of squared deviations of what is left (delete-a-group
    /// jackknife; Kott, Journal of Official Statistics 17, 2001).</summary>
    public double Variance
    {
        get
        {
            double groups = OfOneGroup.Count, mean = OfOneGroup.Sum() / groups;
            return (groups - 1) / groups * OfOneGroup.Sum(lost => (lost - mean) * (lost - mean));
        }
    }
}
