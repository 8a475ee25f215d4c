using RecLab.Controls;
using RecLab.Events;
using RecLab.Statistics;

namespace RecLab.Results.Metrics;

/// <summary>How many different items an arm has shown to all its users together. No mean over users: its variance comes from leaving out one of 32 groups of users after another
/// (<see cref="ItemSpread"/>). Known at the end of a reading only, not day by day.</summary>
public sealed class CatalogueCoverage : IOutcomeMetric
{
    public string Key => "coverage";
    public string Name => "Catalogue coverage";
    public string Noun => "catalogue coverage";
    public string Definition => "different items shown, users as clusters; more users see more items, so equal shares compare best";
    public MetricKind Kind => MetricKind.Mean;

    /// <summary>Nothing per user.</summary>
    public UnitMeasure Measure { get; } = new(_ => 0);
    public bool IsPerUser => false;
    public string Write(double value) => $"{Figures.Count((long)Math.Round(value))} items";
    public string Counts(ArmTotals arm) => $"shown to {Figures.Count(arm.Units)} users";

    /// <summary>Sums of a mean over users that has this value and this standard error: n units with sample variance n V.</summary>
    /// <param name="users">n, the users of the arm.</param>
    public static UnitSums Sums(ItemSpread spread, long users) => users < 2 ? default
        : new() { Units = users, Y = users * (double)spread.Items, YY = users * ((double)spread.Items * spread.Items) + users * (users - 1.0) * spread.Variance };
}
