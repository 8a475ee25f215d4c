using RecLab.Events;
using RecLab.Statistics;

namespace RecLab.Results.Metrics;

/// <summary>What an experiment measures on its users: a numerator per user and, for ratios, a denominator per user. Everything a page shows follows from
/// the sums of these two, so a new metric over recorded totals needs no backfill.</summary>
public interface IOutcomeMetric
{
    /// <summary>Stable lower-case key: "ctr".</summary>
    string Key { get; }

    /// <summary>"Click-through rate".</summary>
    string Name { get; }

    /// <summary>The thing in a sentence: "+6.4% click-through".</summary>
    string Noun { get; }

    /// <summary>What is counted, in half a line: "clicks per viewable item, users as clusters".</summary>
    string Definition { get; }
    MetricKind Kind { get; }
    bool HigherIsBetter => true;

    /// <summary>A user's numerator and denominator.</summary>
    UnitMeasure Measure { get; }

    /// <summary>Whether it is made of sums over users, which are known day by day; false for a property of all of an arm's lists together.</summary>
    bool IsPerUser => true;

    /// <summary>Whether what a user counts for may be capped: an amount or a number of things, no share and no mean of several.</summary>
    bool CanCap => Kind == MetricKind.Mean && IsPerUser;

    /// <summary>A value as the page shows it.</summary>
    string Write(double value);

    /// <summary>What a single user did, as the page shows it: "3", "€120.00".</summary>
    string WriteOne(double value) => Write(value);

    /// <summary>The counts a value comes from: "22,480 / 466,380".</summary>
    string Counts(ArmTotals arm);

    /// <summary>Why it cannot be computed, in this metric's own words: "control has no click-through".</summary>
    string Missing(NotComputable reason) => reason == NotComputable.ZeroBaseline ? $"control has no {Noun}" : char.ToLowerInvariant(reason.Sentence[0]) + reason.Sentence[1..].TrimEnd('.');
}
