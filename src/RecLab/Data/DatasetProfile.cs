using System.Globalization;
using System.Runtime.CompilerServices;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Evaluation;

namespace RecLab.Data;

/// <summary>How many fall into one bin of a histogram.</summary>
public readonly record struct Bin(string Name, int Count);

/// <summary>One slice of the cut of a data set.</summary>
/// <param name="Users">Users with a row in it.</param>
/// <param name="Items">Items with a row in it.</param>
/// <param name="Unseen">Rows whose item the training slice does not have: no variant that learns from clicks alone can find them.</param>
/// <param name="First">Time of its oldest row; null without times or rows.</param>
public sealed record SliceProfile(string Name, int Rows, int Users, int Items, int Unseen, DateTimeOffset? First, DateTimeOffset? Last)
{
    internal static SliceProfile Of(string name, Interactions slice, Interactions train)
    {
        int[] perUser = DatasetProfile.Sizes(slice.ByUser), perItem = DatasetProfile.Sizes(slice.ByItem), learnt = DatasetProfile.Sizes(train.ByItem);
        return new(name, slice.Count, perUser.Count(n => n > 0), perItem.Count(n => n > 0), perItem.Where((_, item) => learnt[item] == 0).Sum(), At(slice, 0), At(slice, ^1));
    }

    internal static DateTimeOffset? At(Interactions data, Index row) => data.Count == 0 || data.Time[^1] == 0 ? null : DateTimeOffset.FromUnixTimeSeconds(data.Time[row]);
}

/// <summary>The size of a data set's knowledge graph.</summary>
/// <param name="Items">Items of the data set that are entities of the graph.</param>
public sealed record GraphProfile(int Edges, int Relations, int Entities, int Items)
{
    internal static GraphProfile? Of(Interactions data) => data.Catalogue.Graph is not { } graph ? null
        : new(graph.Count, graph.Relations.Count, graph.Entities.Count, data.Items.Ids.Count(id => graph.Of(id) >= 0));
}

/// <summary>What a data set looks like: who is how active, what is how popular, and when.</summary>
public sealed record DatasetProfile
{
    private const int MostPeriods = 60;
    private static readonly ConditionalWeakTable<Interactions, DatasetProfile> Known = [];

    /// <summary>Users by number of interactions, in bins that double.</summary>
    public required IReadOnlyList<Bin> Activity { get; init; }

    /// <summary>Items by number of interactions, in bins that double.</summary>
    public required IReadOnlyList<Bin> Popularity { get; init; }

    /// <summary>Interactions by day, month or year, whichever gives at most 60; empty without times.</summary>
    public required IReadOnlyList<Bin> Time { get; init; }

    /// <summary>"day", "month" or "year".</summary>
    public required string Period { get; init; }

    /// <summary>Share of all pairs of user and item that occur, 0..1; repeats count once.</summary>
    public required double Density { get; init; }

    /// <summary>Gini coefficient of the items' numbers of interactions: 0 all alike, 1 all on one item.</summary>
    public required double Gini { get; init; }

    /// <summary>Least number of items that together have half of all interactions.</summary>
    public required int ItemsWithHalf { get; init; }
    public required double MedianPerUser { get; init; }
    public required double MedianPerItem { get; init; }

    /// <summary>Interactions whose user and item occurred together before.</summary>
    public required int Repeats { get; init; }

    /// <summary>Items of which more than the id is known.</summary>
    public required int Described { get; init; }

    /// <summary>The knowledge graph around the items; null where there is none.</summary>
    public GraphProfile? Graph { get; init; }

    /// <summary>Rows of the four slices.</summary>
    public required int Train { get; init; }
    public required int Validation { get; init; }
    public required int Test { get; init; }
    public required int Hidden { get; init; }

    /// <summary>How it is cut.</summary>
    public required SplitPlan Plan { get; init; }

    /// <summary>The four slices, and what is known of cold users where there are any.</summary>
    public required IReadOnlyList<SliceProfile> Slices { get; init; }

    /// <summary>Oldest and newest row; null without times.</summary>
    public DateTimeOffset? First { get; init; }
    public DateTimeOffset? Last { get; init; }

    /// <summary>The profile of a data set; worked out once while it is open.</summary>
    public static DatasetProfile Of(Interactions data, SplitPlan plan) => Known.GetValue(data, d => Compute(d, plan));

    private static DatasetProfile Compute(Interactions data, SplitPlan plan)
    {
        var split = plan.Cut(data);
        var perUser = Sizes(data.ByUser);
        var perItem = Sizes(data.ByItem);
        var pairs = Pairs(data);
        var (time, period) = Periods(data);
        return new()
        {
            Activity = Doubling(perUser), Popularity = Doubling(perItem), Time = time, Period = period,
            Density = data.Users.Count == 0 || data.Items.Count == 0 ? 0 : (double)pairs / data.Users.Count / data.Items.Count,
            Gini = GiniOf(perItem), ItemsWithHalf = Half(perItem), MedianPerUser = Median(perUser), MedianPerItem = Median(perItem),
            Repeats = data.Count - pairs, Described = data.Catalogue.Count, Graph = GraphProfile.Of(data),
            Slices = [.. new[] { ("Train", split.Train), ("Validation", split.Validation), ("Test", split.Test), ("Hidden truth", split.Hidden), ("Context", split.Context) }.Where((s, i) => i < 4 || s.Item2.Count > 0).Select(s => SliceProfile.Of(s.Item1, s.Item2, split.Train))],
            Plan = plan, First = SliceProfile.At(data, 0), Last = SliceProfile.At(data, ^1),
            Train = split.Train.Count, Validation = split.Validation.Count, Test = split.Test.Count, Hidden = split.Hidden.Count,
        };
    }

    /// <summary>G = sum_i (2 i - n - 1) x_i / (n sum x), x ascending, i from 1.</summary>
    public static double GiniOf(int[] counts)
    {
        double sum = 0, weighted = 0;
        var ordered = counts.Order().ToArray();
        for (var i = 0; i < ordered.Length; i++)
        {
            sum += ordered[i];
            weighted += (2.0 * (i + 1) - ordered.Length - 1) * ordered[i];
        }
        return sum == 0 ? 0 : weighted / (ordered.Length * sum);
    }

    /// <summary>Bins 0, 1, 2-3, 4-7, ... up to the largest.</summary>
    public static IReadOnlyList<Bin> Doubling(int[] counts)
    {
        if (counts.Length == 0) return [];
        var bins = new int[1 + (counts.Max() == 0 ? 0 : int.Log2(counts.Max()) + 1)];
        foreach (var count in counts) bins[count == 0 ? 0 : int.Log2(count) + 1]++;
        return [.. bins.Select((n, b) => new Bin(b switch { 0 => "0", 1 => "1", _ => FormattableString.Invariant($"{1 << (b - 1)}–{(1 << b) - 1}") }, n)).SkipWhile(b => b.Count == 0)];
    }

    private static int Half(int[] counts)
    {
        long half = (counts.Sum(c => (long)c) + 1) / 2, sum = 0;
        var items = 0;
        foreach (var count in counts.OrderDescending())
        {
            if (sum >= half) break;
            sum += count;
            items++;
        }
        return items;
    }

    private static double Median(int[] counts)
    {
        if (counts.Length == 0) return 0;
        var ordered = counts.Order().ToArray();
        return (ordered[(ordered.Length - 1) / 2] + ordered[ordered.Length / 2]) / 2.0;
    }

    private static int Pairs(Interactions data)
    {
        var last = new int[data.Items.Count];
        var pairs = 0;
        for (var user = 0; user < data.Users.Count; user++)
            foreach (var row in data.ByUser[user])
            {
                if (last[data.Item[row]] == user + 1) continue;
                last[data.Item[row]] = user + 1;
                pairs++;
            }
        return pairs;
    }

    private static (IReadOnlyList<Bin>, string) Periods(Interactions data)
    {
        if (data.Count == 0 || data.Time[^1] == 0) return ([], "day");
        foreach (var (name, start, next, format) in new (string, Func<DateTime, DateTime>, Func<DateTime, DateTime>, string)[]
        {
            ("day", d => d.Date, d => d.AddDays(1), "d MMM yyyy"),
            ("month", d => new(d.Year, d.Month, 1), d => d.AddMonths(1), "MMM yyyy"),
            ("year", d => new(d.Year, 1, 1), d => d.AddYears(1), "yyyy"),
        })
        {
            var bins = new List<(DateTime End, string Name, int Count)>();
            foreach (var seconds in data.Time)
            {
                var at = DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime;
                if (bins.Count == 0) bins.Add((next(start(at)), start(at).ToString(format, CultureInfo.InvariantCulture), 0));
                while (at >= bins[^1].End && bins.Count <= MostPeriods) bins.Add((next(bins[^1].End), bins[^1].End.ToString(format, CultureInfo.InvariantCulture), 0));
                if (bins.Count > MostPeriods && name != "year") break;
                bins[^1] = bins[^1] with { Count = bins[^1].Count + 1 };
            }
            if (bins.Count <= MostPeriods || name == "year") return ([.. bins.Select(b => new Bin(b.Name, b.Count))], name);
        }
        return ([], "year");
    }

    internal static int[] Sizes(Grouping grouping)
    {
        var sizes = new int[grouping.Count];
        for (var key = 0; key < sizes.Length; key++) sizes[key] = grouping.Size(key);
        return sizes;
    }
}
