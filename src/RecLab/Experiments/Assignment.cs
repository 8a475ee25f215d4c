namespace RecLab.Experiments;

/// <summary>Why a user sees what is shown, in the words of the API.</summary>
public static class RouteReasons
{
    public const string Assigned = "assigned", Override = "override", Holdout = "holdout", NotTargeted = "not-targeted", NotEnrolled = "not-enrolled",
        NoExperiment = "no-experiment", StoreUnreadable = "store-unreadable", Rollout = "rollout";
}

/// <summary>The arm a user sees.</summary>
/// <param name="ArmPosition">0 = control.</param>
/// <param name="Reason">One of <see cref="RouteReasons"/>.</param>
public sealed record Assignment(int ExperimentId, string ExperimentKey, int Phase, int ArmPosition, int VariantId, string Reason)
{
    /// <summary>Only then may a row name the experiment: testers and users served while the store could not be read never enter the results.</summary>
    public bool Counted => Reason is RouteReasons.Assigned or RouteReasons.Rollout;

    /// <summary>The variants that make this user's list together, by arm position; null where one arm makes it alone.</summary>
    public IReadOnlyList<int>? Teams { get; init; }

    /// <summary>Probability with which users of the experiment are sent to this arm in this phase, (0, 1]; 1 where all arms make the list.</summary>
    public double Propensity { get; init; } = 1;
}

/// <summary>The answer for one user at one placement.</summary>
/// <param name="Assignment">The arm, or null: the placement serves what it serves without an experiment.</param>
/// <param name="Reason">One of <see cref="RouteReasons"/>.</param>
public readonly record struct Routing(Assignment? Assignment, string Reason);
