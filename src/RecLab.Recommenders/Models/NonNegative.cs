using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Models;

/// <summary>The weights of families that take a value for how much a touch counts. A negative one would make a dislike a likeness: its size would be counted, or two dislikes
/// multiplied, and what was disliked still speaks for its neighbours when a list is made.</summary>
internal static class NonNegative
{
    /// <summary>The same cells.</summary>
    /// <param name="family">As the sentence names it.</param>
    /// <exception cref="TrainingException">A weight is negative.</exception>
    public static SparseMatrix Weights(this SparseMatrix cells, string family) => cells.AllValues.IndexOfAnyInRange(float.NegativeInfinity, -float.Epsilon) < 0 ? cells
        : throw new TrainingException($"{family} needs weights of zero or more; some values of the data set are negative.");
}
