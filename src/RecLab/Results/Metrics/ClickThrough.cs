using RecLab.Controls;
using RecLab.Events;
using RecLab.Statistics;

namespace RecLab.Results.Metrics;

/// <summary>CTR = distinct clicked item impressions / distinct viewable item impressions, a ratio of sums with users as clusters (delta method; Deng, Knoblich, Lu,
/// KDD 2018). A click implies viewable.</summary>
public sealed class ClickThrough : IOutcomeMetric
{
    public string Key => "ctr";
    public string Name => "Click-through rate";
    public string Noun => "click-through";
    public string Definition => "clicks per viewable item, users as clusters";
    public MetricKind Kind => MetricKind.Ratio;
    public UnitMeasure Measure => UnitMeasure.ClickThrough;
    public string Write(double value) => Figures.Rate(value);
    public string Counts(ArmTotals arm) => Figures.Counts(arm.Total.Clicked, arm.Total.Viewable);
}
