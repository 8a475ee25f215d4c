namespace RecLab.Experiments;

/// <summary>How much a finding before the start weighs. Warns: it can start, and somebody should know first. Waits: passes by itself later (a model is still being trained). Blocks: somebody must act.</summary>
public enum FindingLevel { Good, Note, Warns, Waits, Blocks }

/// <summary>One check before the start and what it found.</summary>
/// <param name="Check">What was looked at: "Models", "Placement", "Overlap".</param>
/// <param name="Sentence">What was found, one sentence.</param>
public sealed record Finding(string Check, FindingLevel Level, string Sentence);

/// <summary>What rooms above know about an experiment that wants to start.</summary>
/// <param name="ServedRuns">For each arm's variant the training run whose model it would serve; a variant without a model is absent.</param>
public sealed record PreflightReport(IReadOnlyList<Finding> Findings, IReadOnlyDictionary<int, int> ServedRuns);

/// <summary>Looks at what an experiment needs from rooms that this one must not know: models, placements, traffic.</summary>
public interface IPreflight
{
    Task<PreflightReport> LookAsync(Experiment experiment, CancellationToken cancellation = default);

    /// <summary>What is wrong with the metrics that a draft names, a sentence each.</summary>
    IEnumerable<string> Faults(ExperimentDraft draft);

    /// <summary>Fixes at the start what must never change afterwards (caps), and has everything that is asked for counted from the first list on.</summary>
    /// <returns>The experiment's settings with what was fixed.</returns>
    /// <exception cref="Controls.Refusal">Something cannot be fixed.</exception>
    Task<ExperimentSettings> SettleAsync(Experiment experiment, CancellationToken cancellation = default);
}
