using RecLab.Controls;
using RecLab.Events;
using RecLab.Statistics;

namespace RecLab.Results.Metrics;

/// <summary>Mean of a count per user who was shown a list.</summary>
/// <param name="measure">What is counted of a user.</param>
public abstract class PerUser(string key, string name, string noun, string definition, UnitMeasure measure) : IOutcomeMetric
{
    public string Key => key;
    public string Name => name;
    public string Noun => noun;
    public string Definition => definition;
    public MetricKind Kind => MetricKind.Mean;
    public UnitMeasure Measure => measure;
    public virtual string Write(double value) => Figures.Metric(value);
    public virtual string WriteOne(double value) => value == Math.Floor(value) ? Figures.Count((long)value) : Write(value);
    public virtual string Counts(ArmTotals arm) => Figures.Counts((long)arm.Sums.GetValueOrDefault(key).Y, arm.Units);
}

/// <summary>Clicked item impressions per user.</summary>
public sealed class ClicksPerUser() : PerUser("clicks", "Clicks per user", "clicks per user", "clicked items per user shown a list", UnitMeasure.Clicks);

/// <summary>Orders with a recommended item per user.</summary>
public sealed class PurchasesPerUser() : PerUser("purchases", "Purchases per user", "purchases per user", "purchases within seven days after a list", UnitMeasure.Purchases);

/// <summary>Revenue per user, in minor units of the installation's currency.</summary>
public sealed class RevenuePerUser() : PerUser("revenue", "Revenue per user", "revenue per user", "revenue within seven days after a list", UnitMeasure.Revenue)
{
    public override string Write(double value) => Figures.Money(value);
    public override string WriteOne(double value) => Write(value);
    public override string Counts(ArmTotals arm) => $"{Figures.Money(arm.Sums.GetValueOrDefault(Key).Y)} / {Figures.Count(arm.Units)}";
}
