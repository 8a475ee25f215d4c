using RecLab.Controls;
using RecLab.Events;
using RecLab.Statistics;

namespace RecLab.Results.Metrics;

/// <summary>Ratings per user.</summary>
public sealed class RatingsPerUser() : PerUser("ratings", "Ratings per user", "ratings per user", "ratings within seven days after a list", UnitMeasure.Ratings);

/// <summary>Users who rate something within seven days after a list.</summary>
public sealed class Raters() : ShareOfUsers("raters", "Users who rate", "users who rate", "share of users within seven days after a list", UnitMeasure.Raters);

/// <summary>Mean value of the ratings, users as clusters (delta method): who rates often counts as often, and widens the interval accordingly.</summary>
public sealed class MeanRating : IOutcomeMetric
{
    public string Key => "rating";
    public string Name => "Mean rating";
    public string Noun => "mean rating";
    public string Definition => "value per rating within seven days after a list, users as clusters";
    public MetricKind Kind => MetricKind.Ratio;
    public UnitMeasure Measure => UnitMeasure.MeanRating;
    public string Write(double value) => Figures.Metric(value, 3);
    public string Counts(ArmTotals arm) => $"{Figures.Count(arm.Total.Ratings)} ratings";
}
