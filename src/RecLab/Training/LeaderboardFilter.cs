using System.Globalization;
using RecLab.Recommenders.Evaluation;

namespace RecLab.Training;

/// <summary>Which lines a leaderboard has.</summary>
public enum LeaderboardLines
{
    /// <summary>One for each variant: the run that is best on validation, never chosen by the test it is judged on.</summary>
    Variants,

    /// <summary>One for each run.</summary>
    Runs,
}

/// <summary>What a leaderboard shows and in which order; the address of the page says all of it.</summary>
public sealed record LeaderboardFilter
{
    public static readonly IReadOnlyList<string> Costs = ["train", "score", "size"];

    /// <summary>Null for the data set with most runs.</summary>
    public int? Dataset { get; init; }

    /// <summary>Key of a <see cref="Protocol"/>; null for the one with most runs.</summary>
    public string? Protocol { get; init; }
    public string Metric { get; init; } = "ndcg";
    public int K { get; init; } = 10;
    public LeaderboardLines Lines { get; init; }

    /// <summary>Key of the only family shown; null for all.</summary>
    public string? Family { get; init; }

    /// <summary>Part of a name, key or family; null for all.</summary>
    public string? Search { get; init; }

    /// <summary>"value", "name", "best", "last", "train", "score", "size", "date" or the key of a metric; a leading minus turns the natural order (best first, cheapest first) round.</summary>
    public string Sort { get; init; } = "value";

    /// <summary>What the chart holds quality against: one of <see cref="Costs"/>.</summary>
    public string Cost { get; init; } = "train";

    /// <summary>How many lines from the top are compared in pairs, 2 to 10.</summary>
    public int Pairs { get; init; } = 4;

    /// <summary>Reads the words of an address; what makes no sense becomes the default.</summary>
    public static LeaderboardFilter Of(string? data, string? protocol, string? metric, string? k, string? lines, string? family, string? search, string? sort, string? cost, string? pairs) => new()
    {
        Dataset = Number(data), Protocol = Text(protocol), Metric = IsMetric(metric) ? metric! : "ndcg", K = Number(k) is > 0 and <= 1000 and var places ? places : 10,
        Lines = lines == "runs" ? LeaderboardLines.Runs : LeaderboardLines.Variants, Family = Text(family), Search = Text(search), Sort = Text(sort) ?? "value",
        Cost = Costs.Contains(cost) ? cost! : "train", Pairs = Math.Clamp(Number(pairs) ?? 4, 2, 10),
    };

    /// <summary>The words of an address that lead back here; defaults are left out.</summary>
    public IReadOnlyDictionary<string, object?> Words() => new Dictionary<string, object?>
    {
        ["data"] = Dataset, ["protocol"] = Protocol, ["metric"] = Metric == "ndcg" ? null : Metric, ["k"] = K == 10 ? null : K, ["lines"] = Lines == LeaderboardLines.Runs ? "runs" : null,
        ["family"] = Family, ["search"] = Search, ["sort"] = Sort == "value" ? null : Sort, ["cost"] = Cost == "train" ? null : Cost, ["pairs"] = Pairs == 4 ? null : Pairs,
    };

    /// <summary>The same as a query: "?data=1&amp;metric=recall", or nothing.</summary>
    public string Query()
    {
        var words = Words().Where(w => w.Value is not null).Select(w => $"{w.Key}={Uri.EscapeDataString(Convert.ToString(w.Value, CultureInfo.InvariantCulture)!)}").ToArray();
        return words.Length == 0 ? "" : "?" + string.Join('&', words);
    }

    private static bool IsMetric(string? key) => RankingMetricCatalog.All.Any(m => m.Key == key) || RankingMetricCatalog.OfRuns.Any(m => m.Key == key);
    private static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    private static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim()[..Math.Min(100, text.Trim().Length)];
}
