namespace RecLab.Statistics;

/// <summary>Why there is no number. Never shown as 0, as an interval (0, 0) or as p = 1.</summary>
/// <param name="Code">Stable lower-case code: "zero_variance".</param>
/// <param name="Sentence">One sentence for the page.</param>
public sealed record NotComputable(string Code, string Sentence)
{
    /// <summary>An arm has no unit at all.</summary>
    public static NotComputable NoUnits { get; } = new("no_units", "An arm has no users yet.");

    /// <summary>An arm has a single unit, and so no spread.</summary>
    public static NotComputable TooFewUnits { get; } = new("too_few_units", "An arm has only one user.");

    /// <summary>All units of an arm have the same value.</summary>
    public static NotComputable ZeroVariance { get; } = new("zero_variance", "All users of an arm have the same value, so its uncertainty cannot be estimated.");

    /// <summary>A relative effect needs a control mean other than 0.</summary>
    public static NotComputable ZeroBaseline { get; } = new("zero_baseline", "The control mean is 0, so a relative change has no meaning.");

    /// <summary>A ratio whose denominators sum to 0.</summary>
    public static NotComputable ZeroDenominator { get; } = new("zero_denominator", "Nothing was counted in the denominator yet.");

    /// <summary>Nothing was recorded of the users of an arm before their exposure, so nothing can be taken out.</summary>
    public static NotComputable NoHistory { get; } = new("no_history", "Nothing is known of the users of an arm from before their first list.");

    /// <summary>A number that grows with users cannot be compared between arms that have different numbers of them.</summary>
    public static NotComputable UnequalUsers { get; } = new("unequal_users", "The arms have different numbers of users, and more users see more items.");

    public override string ToString() => Sentence;
}
