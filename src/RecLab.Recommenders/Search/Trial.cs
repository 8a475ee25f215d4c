namespace RecLab.Recommenders.Search;

/// <summary>One training tried by a search.</summary>
/// <param name="Number">0, 1, ... in the order they were begun.</param>
/// <param name="Configuration">Trials of one point at growing budgets share this number.</param>
/// <param name="Point">Values by dimension.</param>
/// <param name="Budget">Share of the full training, above 0 and at most 1.</param>
public sealed record Trial(int Number, int Configuration, IReadOnlyDictionary<string, double> Point, double Budget)
{
    /// <summary>What validation said, higher is better; null while it runs, and where it failed.</summary>
    public double? Value { get; init; }

    /// <summary>Why it failed; null where it did not.</summary>
    public string? Failure { get; init; }

    public bool IsRunning => Value is null && Failure is null;
}

/// <summary>Decides what to try next. A pure function of what has been tried, so that a search is resumed by giving it its trials.</summary>
public interface ISearchStrategy
{
    /// <summary>The next trial to begin, or null where there is none (for now, while some are running, or for good).</summary>
    /// <param name="space">What may be varied.</param>
    /// <param name="trials">All trials so far, in order, running ones included.</param>
    /// <param name="seed">Of the draws.</param>
    Trial? Next(SearchSpace space, IReadOnlyList<Trial> trials, int seed);
}
