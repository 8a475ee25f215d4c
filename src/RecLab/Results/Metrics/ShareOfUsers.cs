using RecLab.Controls;
using RecLab.Statistics;

namespace RecLab.Results.Metrics;

/// <summary>Share of the users shown a list who did something at least once.</summary>
/// <param name="did">1 for a user who did it, 0 otherwise.</param>
public abstract class ShareOfUsers(string key, string name, string noun, string definition, UnitColumn did) : IOutcomeMetric
{
    public string Key => key;
    public string Name => name;
    public string Noun => noun;
    public string Definition => definition;
    public MetricKind Kind => MetricKind.Proportion;
    public UnitColumn Numerator => did;
    public string Write(double value) => Figures.Rate(value);
    public string Counts(ArmTotals arm) => Figures.Counts((long)arm[did], arm.Units);
}

/// <summary>Users with at least one click.</summary>
public sealed class Clickers() : ShareOfUsers("clickers", "Users who click", "users who click", "share of users with a click", UnitColumn.DidClick);

/// <summary>Users who add a recommended item to the basket.</summary>
public sealed class BasketUsers() : ShareOfUsers("baskets", "Users adding to basket", "users adding to basket", "share of users who add a recommended item", UnitColumn.DidCart);

/// <summary>Users who buy a recommended item.</summary>
public sealed class Conversion() : ShareOfUsers("conversion", "Conversion", "conversion", "share of users who buy a recommended item", UnitColumn.DidPurchase);
