namespace RecLab.Recommenders.Evaluation;

/// <summary>A number about all lists of a run together.</summary>
public interface IRunMetric
{
    /// <summary>Stable lower-case key: "coverage".</summary>
    string Key { get; }

    /// <summary>The field's name for it.</summary>
    string Name { get; }

    /// <summary>What it says, in one sentence for the page.</summary>
    string Summary { get; }

    /// <summary>The value over the first <paramref name="k"/> places of every list, or null where it has no meaning.</summary>
    double? At(RunLists run, int k);

    /// <summary>Where the metric is a plain mean over users: each user's value, NaN for a user left out. Null where it is no such mean
    /// (resampling users would shift coverage, for example, so it gets no interval).</summary>
    double[]? PerUser(RunLists run, int k) => null;
}
