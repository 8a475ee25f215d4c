using RecLab.Controls;
using RecLab.Statistics;

namespace RecLab.Results.Metrics;

/// <summary>Mean of a count per user who was shown a list.</summary>
/// <param name="numerator">What is counted.</param>
public abstract class PerUser(string key, string name, string noun, string definition, UnitColumn numerator) : IOutcomeMetric
{
    public string Key => key;
    public string Name => name;
    public string Noun => noun;
    public string Definition => definition;
    public MetricKind Kind => MetricKind.Mean;
    public UnitColumn Numerator => numerator;
    public virtual string Write(double value) => Figures.Metric(value);
    public virtual string Counts(ArmTotals arm) => Figures.Counts((long)arm[numerator], arm.Units);
}

/// <summary>Clicked item impressions per user.</summary>
public sealed class ClicksPerUser() : PerUser("clicks", "Clicks per user", "clicks per user", "clicked items per user shown a list", UnitColumn.Clicked);

/// <summary>Orders with a recommended item per user.</summary>
public sealed class PurchasesPerUser() : PerUser("purchases", "Purchases per user", "purchases per user", "orders with a recommended item", UnitColumn.Purchases);

/// <summary>Revenue from recommended items per user, in minor units of the currency.</summary>
public sealed class RevenuePerUser() : PerUser("revenue", "Revenue per user", "revenue per user", "revenue from recommended items", UnitColumn.Revenue)
{
    public override string Write(double value) => Figures.Money(value);
    public override string Counts(ArmTotals arm) => $"{Figures.Money(arm[UnitColumn.Revenue])} / {Figures.Count(arm.Units)}";
}
