using System.Globalization;

namespace RecLab.Training;

/// <summary>Whether a new version is served by itself.</summary>
/// <param name="Promote">It is.</param>
/// <param name="Reason">Why or why not, for the log.</param>
public readonly record struct Promotion(bool Promote, string Reason)
{
    /// <summary>A run that a person asked for is served when it succeeds. A scheduled one is held against the served version: its NDCG@10 on
    /// validation must be at least (1 - margin) times the served one's. The two are compared only where both were measured on the same rows.</summary>
    /// <param name="rejudged">The served version's score on the validation rows of <paramref name="run"/>; needed where the two learnt from different data.</param>
    public static Promotion Decide(TrainingRun run, TrainingRun? served, double? margin, double? rejudged = null)
    {
        if (served is null) return new(true, $"Version {run.Version} is served: it is the first.");
        if (!run.Scheduled || margin is null) return new(true, $"Version {run.Version} is served instead of version {served.Version}.");
        if (run.ValidationScore is not { } ours || (run.DatasetId == served.DatasetId ? served.ValidationScore : rejudged) is not { } theirs)
            return new(false, $"Version {run.Version} is not served by itself: there is no validation score to hold against version {served.Version}.");
        var least = theirs * (1 - margin.Value);
        var numbers = string.Create(CultureInfo.InvariantCulture, $"NDCG@10 on validation {ours:0.0000}, the least allowed is {least:0.0000} ({theirs:0.0000} less {margin.Value:0.#%})");
        return ours >= least
            ? new(true, $"Version {run.Version} is served instead of version {served.Version}: {numbers}.")
            : new(false, $"Version {run.Version} is not served, version {served.Version} stays: {numbers}.");
    }
}
