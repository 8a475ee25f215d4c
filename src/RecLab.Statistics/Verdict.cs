namespace RecLab.Statistics;

/// <summary>The answer of a comparison: a <see cref="Difference"/> with its uncertainty, or <see cref="Undecided"/> with the reason.</summary>
public abstract record Verdict
{
    private protected Verdict() { }
}

/// <summary>The arms could be compared. That alone does not say that they differ: see <see cref="Significant"/>.</summary>
/// <param name="Effect">Treatment against control, on <paramref name="Scale"/>.</param>
/// <param name="Interval">Where the true effect lies, at confidence 1 - alpha.</param>
/// <param name="PValue">Two-sided p value; null where the method has none (a posterior).</param>
/// <param name="Scale">Absolute or relative.</param>
/// <param name="Significant">Whether the method rules out "no effect" at its alpha.</param>
public sealed record Difference(Estimate Effect, Interval Interval, double? PValue, EffectScale Scale, bool Significant) : Verdict
{
    /// <summary>Probability that the treatment is better, where the method states one.</summary>
    public double? ChanceToWin { get; init; }
}

/// <summary>The arms cannot be compared yet, because...</summary>
public sealed record Undecided(NotComputable Reason) : Verdict;

/// <summary>A judgement about two arms.</summary>
public interface IComparison
{
    /// <summary>Compares treatment with control. Both arms carry the same kind of metric.</summary>
    Verdict Compare(Moments control, Moments treatment);
}
