using RecLab.Recommenders.Evaluation;

namespace RecLab.Training;

/// <summary>What is known of a finished run for comparing it with others; it never changes again.</summary>
/// <param name="ValidationBest">Best value of the validation curve over the epochs; null for families without epochs.</param>
/// <param name="ValidationLast">Its value at the last epoch.</param>
public sealed record RunFacts(IReadOnlyList<MetricValue> Values, EvaluationOptions Options, double? ValidationBest, double? ValidationLast);

/// <summary>One line: a run, or a variant by its run that is best on validation.</summary>
/// <param name="Newest">The variant's newest run, where lines are variants and it is another run; null otherwise.</param>
/// <param name="NewestValue">The newest run's value of the metric.</param>
public sealed record LeaderboardLine(TrainingRun Run, RunFacts Facts, string Key, string Variant, string Family, bool IsServed, int Runs, TrainingRun? Newest, double? NewestValue)
{
    /// <summary>"als v3".</summary>
    public string Title => $"{Variant} v{Run.Version}";

    public MetricValue? this[string metric, int k] => Facts.Values.FirstOrDefault(v => v.Metric == metric && v.K == k);

    /// <summary>Training seconds, scoring microseconds or model bytes; null where it was not measured.</summary>
    public double? Cost(string cost) => cost switch { "train" => Run.TrainSeconds, "score" => Run.ScoringMicroseconds, _ => Run.ArtifactBytes > 0 ? Run.ArtifactBytes : null };
}

/// <summary>Everything a leaderboard shows, filtered and ordered.</summary>
/// <param name="Filter">As asked for, with data set and protocol filled in.</param>
/// <param name="Of">How many lines there are before the filters of family and search.</param>
public sealed record Leaderboard(LeaderboardFilter Filter, string DatasetName, Protocol Protocol, IReadOnlyList<(int Id, string Name, int Runs)> Datasets, IReadOnlyList<Protocol> Protocols,
    IReadOnlyList<string> Families, IReadOnlyList<(string Metric, int[] Ks)> Metrics, IReadOnlyList<LeaderboardLine> Lines, int Of)
{
    /// <summary>Metrics shown beside the chosen one.</summary>
    public static readonly IReadOnlyList<string> Beside = ["ndcg", "recall", "mrr", "hit", "coverage"];

    /// <summary>Right end of the axis of the intervals.</summary>
    public double Most => Lines.Select(l => l[Filter.Metric, Filter.K]).Select(v => v?.High ?? v?.Mean ?? 0).DefaultIfEmpty(0).Max();

    /// <summary>The line that leads in the chosen metric whatever the order of the table; null where none has a value.</summary>
    public LeaderboardLine? Leader => Lines.Where(l => l[Filter.Metric, Filter.K]?.Mean is not null).MaxBy(l => (Higher(Filter.Metric) ? 1 : -1) * l[Filter.Metric, Filter.K]!.Mean);

    /// <summary>Whether more of a metric is better; of concentration and popularity less is.</summary>
    public static bool Higher(string metric) => metric is not ("gini" or "popularity");

    /// <summary>Orders lines: quality best first, costs cheapest first, names from a; lines without a value last.</summary>
    public static IEnumerable<LeaderboardLine> InOrder(IEnumerable<LeaderboardLine> lines, LeaderboardFilter filter)
    {
        var (turned, sort) = filter.Sort.StartsWith('-') ? (true, filter.Sort[1..]) : (false, filter.Sort);
        if (sort == "name") return turned ? lines.OrderByDescending(l => l.Title, StringComparer.OrdinalIgnoreCase) : lines.OrderBy(l => l.Title, StringComparer.OrdinalIgnoreCase);
        var metric = sort == "value" ? filter.Metric : sort;
        Func<LeaderboardLine, double?> by = sort switch
        {
            "best" => l => -l.Facts.ValidationBest ?? -l.Run.ValidationScore,
            "last" => l => -l.Facts.ValidationLast ?? -l.Run.ValidationScore,
            "train" or "score" or "size" => l => l.Cost(sort),
            "date" => l => -l.Run.FinishedAt?.ToUnixTimeMilliseconds(),
            _ => l => (Higher(metric) ? -1 : 1) * l[metric, filter.K]?.Mean,
        };
        return lines.OrderBy(l => by(l) is null).ThenBy(l => (turned ? -1 : 1) * by(l)).ThenBy(l => l.Run.Id);
    }

    /// <summary>Lines that no other beats in both quality and cost, cheapest first.</summary>
    public IReadOnlyList<LeaderboardLine> Front()
    {
        var front = new List<LeaderboardLine>();
        var best = double.NegativeInfinity;
        foreach (var (line, _, quality) in Lines.Select(l => (Line: l, Cost: l.Cost(Filter.Cost), Quality: (Higher(Filter.Metric) ? 1 : -1) * l[Filter.Metric, Filter.K]?.Mean))
            .Where(l => l is { Cost: > 0, Quality: not null }).OrderBy(l => l.Cost).ThenByDescending(l => l.Quality))
        {
            if (quality <= best) continue;
            best = quality!.Value;
            front.Add(line);
        }
        return front;
    }
}
