namespace RecLab.Recommenders.Evaluation;

/// <summary>A number per user over the head of a ranked list; the metric of a run is the plain mean over the users for whom it has a meaning.</summary>
public interface IRankingMetric
{
    /// <summary>Stable lower-case key: "ndcg".</summary>
    string Key { get; }

    /// <summary>The field's name for it.</summary>
    string Name { get; }

    /// <summary>What it says, in one sentence for the page.</summary>
    string Summary { get; }

    /// <summary>The value over the first <paramref name="k"/> places.</summary>
    /// <param name="k">At least 1. A list shorter than k has misses in its missing places.</param>
    /// <returns>Null where it has no meaning (the user has no relevant item), never 0 instead.</returns>
    double? At(RankedList list, int k);
}

/// <summary>One user's ranked list as the metrics see it: what each place was worth, and what there was to find.</summary>
/// <param name="grades">The grade of the item in each place, best place first; 0 = not relevant. May be empty.</param>
/// <param name="ideal">The grades (above 0) of all relevant items of the user, found or not, descending.</param>
public readonly ref struct RankedList(ReadOnlySpan<float> grades, ReadOnlySpan<float> ideal)
{
    /// <summary>The grade in each place, best place first.</summary>
    public ReadOnlySpan<float> Grades { get; } = grades;

    /// <summary>The grades of all relevant items, descending.</summary>
    public ReadOnlySpan<float> Ideal { get; } = ideal;

    /// <summary>|R|: how many relevant items there are.</summary>
    public int Relevant => Ideal.Length;

    /// <summary>The first k places, or fewer.</summary>
    public ReadOnlySpan<float> Head(int k) => Grades[..Math.Min(k, Grades.Length)];

    /// <summary>How many relevant items stand in the first k places.</summary>
    public int Hits(int k)
    {
        var hits = 0;
        foreach (var grade in Head(k)) if (grade > 0) hits++;
        return hits;
    }
}
