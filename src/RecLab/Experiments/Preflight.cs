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

/// <summary>What the past of the placement says about an experiment as it was asked when the past was read. It is read before the transaction that uses it: that may take much of the event log, and nobody else could write meanwhile.</summary>
/// <param name="Asked">What was asked (<see cref="Of"/>); of anything else it says nothing.</param>
/// <param name="Findings">How the caps would stand.</param>
public sealed record PastLook(string Asked, IReadOnlyList<Finding> Findings)
{
    /// <summary>What the caps come to; null where that was not asked.</summary>
    public IReadOnlyList<FixedCap>? Caps { get; init; }

    /// <summary>Why a cap cannot be taken from the past; null where all can.</summary>
    public string? Refusal { get; init; }

    /// <summary>What of an experiment decides what is read.</summary>
    public static string Of(Experiment experiment) => $"{experiment.Placement}\n{experiment.GoalMetric}\n{experiment.Settings}";
}

/// <summary>Looks at what an experiment needs from rooms that this one must not know: models, placements, traffic.</summary>
public interface IPreflight
{
    /// <param name="past">What the past said, read before; null reads it now, which a transaction must not wait for unless the experiment has started.</param>
    Task<PreflightReport> LookAsync(Experiment experiment, PastLook? past = null, CancellationToken cancellation = default);

    /// <summary>What is wrong with the metrics that a draft names, a sentence each.</summary>
    IEnumerable<string> Faults(ExperimentDraft draft);

    /// <summary>Reads what the past says; may take long.</summary>
    /// <param name="settle">Also what <see cref="SettleAsync"/> needs.</param>
    Task<PastLook> ReadPastAsync(Experiment experiment, bool settle, CancellationToken cancellation = default);

    /// <summary>Fixes at the start what must never change afterwards (caps), and has everything that is asked for counted from the first list on.</summary>
    /// <param name="past">What the past said of the experiment as it is asked now.</param>
    /// <returns>The experiment's settings with what was fixed.</returns>
    /// <exception cref="Controls.Refusal">Something cannot be fixed.</exception>
    Task<ExperimentSettings> SettleAsync(Experiment experiment, PastLook past);
}
