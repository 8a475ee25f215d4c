using RecLab.Controls;
using RecLab.Events;
using RecLab.Statistics;

namespace RecLab.Results.Metrics;

/// <summary>Seconds from the moment a user's first list was served to the first click, averaged over the users who click within a day of it. Who never clicks has no time, and an arm that makes hesitant users
/// click for the first time gets slower by it: read it beside the share of users who click.</summary>
public sealed class TimeToClick : IOutcomeMetric
{
    public string Key => "time-to-click";
    public string Name => "Time to first click";
    public string Noun => "time to first click";
    public string Definition => "from a user's first list to the first click, only users who click within a day; read it beside the share of users who click";
    public MetricKind Kind => MetricKind.Ratio;
    public bool HigherIsBetter => false;
    public bool CanCap => true;
    public UnitMeasure Measure => UnitMeasure.TimeToClick;
    public string Write(double value) => Figures.Seconds(value);
    public string Counts(ArmTotals arm) => $"{Figures.Count((long)arm.Sums.GetValueOrDefault(Key).D)} users who click";
}
