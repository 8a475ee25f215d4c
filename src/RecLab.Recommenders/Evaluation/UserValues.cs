using System.Globalization;
using System.Text.Json;
using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Evaluation;

/// <summary>The values of each evaluated user, NaN where a metric has no meaning for the user: what paired comparisons and slices are made of.</summary>
/// <param name="users">The outside ids of the users, in the order of the values.</param>
public sealed class UserValues(IReadOnlyList<string> users)
{
    private readonly SortedDictionary<(string Metric, int K), float[]> _series = [];

    /// <summary>Outside ids of the users.</summary>
    public IReadOnlyList<string> Users => users;

    /// <summary>What is there.</summary>
    public IEnumerable<(string Metric, int K)> Keys => _series.Keys;

    /// <summary>One value per user.</summary>
    /// <exception cref="KeyNotFoundException">The metric was not evaluated at this k.</exception>
    public ReadOnlySpan<float> this[string metric, int k] => _series.TryGetValue((metric, k), out var values)
        ? values : throw new KeyNotFoundException($"{metric}@{k} was not evaluated. There are: {string.Join(", ", Keys.Select(s => $"{s.Metric}@{s.K}"))}.");

    /// <summary>The same users with some of the metrics.</summary>
    public UserValues Only(IReadOnlySet<string> metrics)
    {
        var some = new UserValues(users);
        foreach (var (key, values) in _series) if (metrics.Contains(key.Metric)) some._series.Add(key, values);
        return some;
    }

    /// <summary>The mean of each user's values over several cuts of the same data (the folds of a cross-validation); cuts in which a user has no value are left out for that user.</summary>
    public static UserValues MeanOf(IReadOnlyList<UserValues> cuts)
    {
        if (cuts.Count == 1) return cuts[0];
        var place = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var user in cuts.SelectMany(c => c.Users)) place.TryAdd(user, place.Count);
        var merged = new UserValues([.. place.Keys]);
        foreach (var (metric, k) in cuts.SelectMany(c => c.Keys).Distinct())
        {
            double[] sum = new double[place.Count], count = new double[place.Count];
            foreach (var cut in cuts.Where(c => c._series.ContainsKey((metric, k))))
                for (var u = 0; u < cut.Users.Count; u++)
                {
                    if (float.IsNaN(cut[metric, k][u])) continue;
                    sum[place[cut.Users[u]]] += cut[metric, k][u];
                    count[place[cut.Users[u]]]++;
                }
            merged.Add(metric, k, [.. sum.Zip(count, (s, n) => s / n)]);
        }
        return merged;
    }

    internal void Add(string metric, int k, double[] values) => _series.Add((metric, k), [.. values.Select(v => (float)v)]);

    /// <summary>Writes named arrays (safetensors): one per metric and k, and the users' ids.</summary>
    public void Save(Stream stream)
    {
        var arrays = new SafeTensors { ["users"] = new("U8", [0], []) };
        var ids = JsonSerializer.SerializeToUtf8Bytes(users); // an id may hold anything, line ends too
        arrays["users"] = new("U8", [ids.Length], ids);
        foreach (var (key, values) in _series) arrays[string.Create(CultureInfo.InvariantCulture, $"{key.Metric}@{key.K}")] = NamedArray.Of(values);
        arrays.Write(stream);
    }

    /// <exception cref="InvalidDataException">The stream is damaged.</exception>
    public static UserValues Load(Stream stream)
    {
        var arrays = SafeTensors.Read(stream);
        if (!arrays.TryGetValue("users", out var ids)) throw new InvalidDataException("The artifact has no array 'users'.");
        string[] users;
        try
        {
            users = JsonSerializer.Deserialize<string[]>(ids.Bytes) ?? throw new InvalidDataException("The array 'users' is no list of ids.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException("The array 'users' is no list of ids.", e);
        }
        var result = new UserValues(users);
        foreach (var name in arrays.Keys.Where(n => n != "users"))
        {
            var at = name.LastIndexOf('@');
            if (at < 1 || !int.TryParse(name.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var k)) throw new InvalidDataException($"The array '{name}' is no metric at a k.");
            result._series.Add((name[..at], k), arrays.Floats(name, users.Length));
        }
        return result;
    }
}
