using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Evaluation;

/// <summary>What training knew of the items, as far as metrics over lists ask.</summary>
/// <param name="TrainCounts">Training rows per item.</param>
/// <param name="Features">Category numbers of each item; empty where it has none. Kept ascending and each once.</param>
public sealed record ItemFacts(long[] TrainCounts, int[][] Features)
{
    /// <summary>Category numbers of each item, ascending, each once.</summary>
    public int[][] Features { get; } = [.. Features.Select(f => f.Distinct().Order().ToArray())];

    private readonly Lazy<int[]> _byPopularity = new(() =>
        [.. Enumerable.Range(0, TrainCounts.Length).OrderByDescending(i => TrainCounts[i]).ThenBy(i => i)]);

    private readonly Lazy<ulong[]?> _masks = new(() => Features.All(f => f.Length == 0 || f[^1] < 64)
        ? [.. Features.Select(f => f.Aggregate(0UL, (mask, c) => mask | 1UL << c))] : null);

    /// <summary>How many items can be recommended.</summary>
    public int Count => TrainCounts.Length;

    /// <summary>Items by training rows descending, then by index.</summary>
    public int[] ByPopularity => _byPopularity.Value;

    /// <summary>The categories of each item as bits, where there are at most 64 categories; else null.</summary>
    internal ulong[]? CategoryBits => _masks.Value;

    /// <summary>Counts the rows and numbers the categories.</summary>
    public static ItemFacts Of(Interactions train)
    {
        var counts = new long[train.Items.Count];
        foreach (var item in train.Item) counts[item]++;
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var features = new int[train.Items.Count][];
        for (var i = 0; i < features.Length; i++)
            features[i] = [.. train.Catalogue[train.Items[i]].Categories.Distinct(StringComparer.Ordinal)
                .Select(c => numbers.TryGetValue(c, out var n) ? n : numbers[c] = numbers.Count).Order()];
        return new(counts, features);
    }
}

/// <summary>All lists of a run: row u holds the items recommended to user u, best first.</summary>
/// <param name="items">What training knew of the items.</param>
/// <param name="width">Places kept per user.</param>
/// <param name="recommended">Row-major, users x width.</param>
/// <param name="lengths">How many places of each row are filled.</param>
public sealed class RunLists(ItemFacts items, int width, int[] recommended, int[] lengths)
{
    public ItemFacts Items => items;
    public int Users => lengths.Length;

    /// <summary>The grade of each place, laid out as the items; null where relevance is unknown.</summary>
    public float[]? Grades { get; init; }

    /// <summary>Whether a user has anything relevant; null where relevance is unknown.</summary>
    public bool[]? HasRelevant { get; init; }

    /// <summary>What a user was known to have touched before; null where unknown.</summary>
    public Func<int, int[]>? History { get; init; }

    /// <summary>The first k items of a user's list, or fewer.</summary>
    public ReadOnlySpan<int> List(int user, int k) => recommended.AsSpan(user * width, Math.Min(k, lengths[user]));

    /// <summary>The grades of the first k places of a user's list.</summary>
    public ReadOnlySpan<float> ListGrades(int user, int k) => Grades.AsSpan(user * width, Math.Min(k, lengths[user]));

    /// <summary>How often each item stands in the first k places.</summary>
    public long[] Counts(int k)
    {
        var counts = new long[items.Count];
        for (var u = 0; u < Users; u++) foreach (var item in List(u, k)) counts[item]++;
        return counts;
    }

    /// <summary>The value of each user where <paramref name="value"/> has one (a list is not empty), else NaN.</summary>
    public double[] EachUser(int k, Func<ReadOnlySpan<int>, int, double> value)
    {
        var values = new double[Users];
        for (var u = 0; u < Users; u++)
        {
            var list = List(u, k);
            values[u] = list.IsEmpty ? double.NaN : value(list, u);
        }
        return values;
    }

    /// <summary>The mean of the numbers that are not NaN, or null without one or where one is infinite.</summary>
    public static double? Mean(double[]? values)
    {
        if (values is null) return null;
        double sum = 0;
        var count = 0;
        foreach (var value in values) if (!double.IsNaN(value)) { sum += value; count++; }
        return count == 0 || !double.IsFinite(sum) ? null : sum / count;
    }

    /// <summary>Lists given one by one.</summary>
    public static RunLists Of(ItemFacts items, IReadOnlyList<int[]> lists)
    {
        var width = lists.Count == 0 ? 0 : lists.Max(l => l.Length);
        var flat = new int[lists.Count * width];
        for (var u = 0; u < lists.Count; u++) lists[u].CopyTo(flat, u * width);
        return new(items, width, flat, [.. lists.Select(l => l.Length)]);
    }
}
