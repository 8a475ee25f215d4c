using RecLab.Controls;
using RecLab.Recommenders.Evaluation;

namespace RecLab.Training;

/// <summary>Names of offline metrics and how their values are written.</summary>
public static class MetricWords
{
    /// <summary>The metric's name and what it says; the key itself where the catalogue no longer has it.</summary>
    public static (string Name, string Summary) Of(string key) =>
        RankingMetricCatalog.All.FirstOrDefault(m => m.Key == key) is { } ranking ? (ranking.Name, ranking.Summary)
        : RankingMetricCatalog.OfRuns.FirstOrDefault(m => m.Key == key) is { } run ? (run.Name, run.Summary)
        : RowMetricCatalog.OfRatings.FirstOrDefault(m => m.Key == key) is { } rating ? (rating.Name, rating.Summary)
        : (key, "");

    /// <summary>Four decimals; three for diversity, counts without.</summary>
    public static string Write(string key, double value) => key switch
    {
        "diversity" => Figures.Metric(value, 3),
        "popularity" => Figures.Metric(value, 1),
        _ => Figures.Metric(value),
    };
}
