using RecLab.Controls;
using RecLab.Events;
using RecLab.Statistics;

namespace RecLab.Results.Metrics;

/// <summary>Share of the users shown a list who did something at least once.</summary>
public abstract class ShareOfUsers(string key, string name, string noun, string definition, UnitMeasure did) : IOutcomeMetric
{
    public string Key => key;
    public string Name => name;
    public string Noun => noun;
    public string Definition => definition;
    public MetricKind Kind => MetricKind.Proportion;
    public UnitMeasure Measure => did;
    public string Write(double value) => Figures.Rate(value);
    public string Counts(ArmTotals arm) => Figures.Counts((long)arm.Sums.GetValueOrDefault(key).Y, arm.Units);
}

/// <summary>Users with at least one click.</summary>
public sealed class Clickers() : ShareOfUsers("clickers", "Users who click", "users who click", "share of users with a click", UnitMeasure.Clickers);

/// <summary>Users who add something to the basket within seven days after a list.</summary>
public sealed class BasketUsers() : ShareOfUsers("baskets", "Users adding to basket", "users adding to basket", "share of users within seven days after a list", UnitMeasure.BasketUsers);

/// <summary>Users who buy something within seven days after a list.</summary>
public sealed class Conversion() : ShareOfUsers("conversion", "Conversion", "conversion", "share of users who buy within seven days after a list", UnitMeasure.Buyers);
