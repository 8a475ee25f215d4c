namespace RecLab.Experiments;

/// <summary>One metric in one arm beside control.</summary>
/// <param name="Change">Relative change; null where it cannot be computed, and in control.</param>
/// <param name="Low">Ends of the interval that decides now: always valid while it runs, fixed at the planned end; wider where several arms or metrics are compared.</param>
/// <param name="P">Its p value, corrected for the comparisons of its group.</param>
/// <param name="NotComputable">Why there is no change.</param>
/// <param name="Cap">What one user counts for at most, fixed at the start; null where nothing is capped.</param>
public sealed record MetricNumbers(string Metric, string Role, double? Value, double? Control, double? Change, double? Low, double? High, double? P, bool Significant, string? NotComputable, double? Cap = null);

/// <summary>One arm of a phase.</summary>
public sealed record ArmNumbers(string Letter, string Name, double Weight, long Users, IReadOnlyList<MetricNumbers> Metrics);

/// <summary>What an experiment has shown so far, as its page says it.</summary>
/// <param name="Verdict">The kind: CannotSay, DoNotTrust, Better, Worse, ...</param>
/// <param name="Sentence">The sentence at the top of the page.</param>
/// <param name="Withheld">The numbers' health forbids to act on them.</param>
public sealed record ExperimentNumbers(string Key, int Phase, bool Simulated, DateTimeOffset ReadAt, string Verdict, string Sentence, string Lede, bool Withheld, IReadOnlyList<ArmNumbers> Arms);

/// <summary>Reads what an experiment has shown, for rooms that must not know how it is judged.</summary>
public interface IResultsSource
{
    /// <summary>The reading, or null where there is no such experiment.</summary>
    Task<ExperimentNumbers?> ReadAsync(string key, bool simulated, int? phase, CancellationToken cancellation = default);
}
