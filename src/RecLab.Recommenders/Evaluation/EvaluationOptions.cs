namespace RecLab.Recommenders.Evaluation;

/// <summary>How a model is judged; stored with the result.</summary>
public sealed record EvaluationOptions
{
    /// <summary>Cut-offs, each at least 1; all come from one pass.</summary>
    public IReadOnlyList<int> Ks { get; init; } = [5, 10, 20, 50];

    /// <summary>Leave out of every list what the user was known to have; test rows of such items are then no question either. On unless a
    /// published table did otherwise.</summary>
    public bool ExcludeSeen { get; init; } = true;

    /// <summary>Show the model as a user's history only what it was trained on, though everything known is left out of the lists: the way of published tables
    /// whose models cannot fold in.</summary>
    public bool OnlyTrainedHistory { get; init; }

    /// <summary>A test row is relevant from this value on (a rating of at least 4, say); null: every row.</summary>
    public float? RelevantFrom { get; init; }

    /// <summary>Also the metrics of whole runs: coverage, Gini, novelty...</summary>
    public bool WithRunMetrics { get; init; } = true;

    /// <summary>Also by slices: new, light and heavy users, users by attribute, head and tail items.</summary>
    public bool WithSlices { get; init; } = true;

    /// <summary>Resamples of users behind each interval; 0 for no intervals.</summary>
    public int Resamples { get; init; } = 1000;

    /// <summary>Level of the intervals, between 0 and 1.</summary>
    public double Level { get; init; } = 0.95;

    /// <summary>Of the resamples.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>Threads used; 0 for all cores.</summary>
    public int Threads { get; init; }
}
