using RecLab.Controls;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Evaluation;

namespace RecLab.Training;

/// <summary>The sentences and words of the leaderboard.</summary>
public static class LeaderboardWords
{
    /// <summary>"NDCG@10".</summary>
    public static string Metric(string key, int k)
    {
        var name = MetricWords.Of(key).Name;
        return name.Contains('@', StringComparison.Ordinal) ? name[..name.IndexOf('@', StringComparison.Ordinal)] + $"@{k}" : $"{name}@{k}";
    }

    public static string Family(string key) => RecommenderCatalog.All.FirstOrDefault(f => f.Key == key)?.Name ?? key;

    /// <summary>Who leads, with the interval.</summary>
    public static string Sentence(Leaderboard board)
    {
        var (metric, k) = (board.Filter.Metric, board.Filter.K);
        if (board.Lines.Count == 0) return $"Nothing on {board.DatasetName} matches.";
        if (board.Leader is not { } leader) return $"{Metric(metric, k)} has no meaning on {board.DatasetName}.";
        var value = leader[metric, k]!;
        return $"{leader.Title} leads on {board.DatasetName}: {Metric(metric, k)} {MetricWords.Write(metric, value.Mean!.Value)}" +
            (value is { Low: { } low, High: { } high } ? $" ({MetricWords.Write(metric, low)} to {MetricWords.Write(metric, high)})." : ".");
    }

    public static string NoPairs(Leaderboard board) =>
        RankingMetricCatalog.All.All(m => m.Key != board.Filter.Metric) ? $"{MetricWords.Of(board.Filter.Metric).Name} is a number of a whole run, not a mean over users."
        : board.Lines.Count < 2 ? "It takes two lines."
        : "The values of each user were not kept for these runs; train them again.";

    public static string Cost(string cost) => cost switch { "train" => "training time", "score" => "time to score one user", _ => "size of the model" };

    public static string WriteCost(string cost, double value) => cost switch
    {
        "train" => Figures.Duration(TimeSpan.FromSeconds(value)),
        "score" => value < 1 ? "under 1 µs" : value < 1000 ? $"{value:0} µs" : Figures.Duration(TimeSpan.FromMicroseconds(value)),
        _ => Figures.Bytes((long)value),
    };

    /// <summary>"als v3 against ease v1: +1.2 percent, ..." for readers without eyes.</summary>
    public static string Spoken(ComparedPair pair) =>
        $"{pair.B.Title} against {pair.A.Title}: {Figures.Signed(pair.Result.Difference / pair.Mean * 100, 1)} percent, 95 % interval {Figures.Interval(pair.Result.Low / pair.Mean, pair.Result.High / pair.Mean)}, {Judged(pair)}";

    public static string Judged(ComparedPair pair) => !pair.IsDifferent ? "not significant" : pair.Result.Difference > 0 == Leaderboard.Higher(pair.Result.Metric) ? "better" : "worse";
}
