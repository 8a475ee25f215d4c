using System.Text.RegularExpressions;
using RecLab.Statistics.Assignment;
using RecLab.Statistics.Interleaving;

namespace RecLab.Experiments;

/// <summary>One arm as it is asked for.</summary>
/// <param name="Weight">Share of the experiment's users, 0..1.</param>
public sealed record ArmDraft(int VariantId, string Name, double Weight);

/// <summary>What somebody asks for when drafting or editing an experiment. The first arm is control.</summary>
public sealed partial record ExperimentDraft
{
    public required string Key { get; init; }
    public required string Name { get; init; }
    public required string Placement { get; init; }
    public required IReadOnlyList<ArmDraft> Arms { get; init; }
    public string Hypothesis { get; init; } = "";
    public string Owner { get; init; } = "";
    public string Tags { get; init; } = "";
    public string Notes { get; init; } = "";

    /// <summary>Share of the placement's users that takes part, 0..1.</summary>
    public double Traffic { get; init; } = 1;

    /// <summary>Key in the outcome metric catalogue.</summary>
    public string GoalMetric { get; init; } = "ctr";

    /// <summary>False alarms allowed, both directions together.</summary>
    public double Alpha { get; init; } = 0.05;
    public ExperimentSettings Settings { get; init; } = ExperimentSettings.Default;

    /// <summary>A draft that says what an experiment says.</summary>
    public static ExperimentDraft Of(Experiment experiment) => new()
    {
        Key = experiment.Key, Name = experiment.Name, Placement = experiment.Placement, Hypothesis = experiment.Hypothesis, Owner = experiment.Owner,
        Tags = experiment.Tags, Notes = experiment.Notes, Traffic = experiment.Traffic, GoalMetric = experiment.GoalMetric, Alpha = experiment.Alpha,
        Settings = ExperimentSettings.FromJson(experiment.Settings) with { FixedCaps = [] },
        Arms = [.. experiment.Arms.OrderBy(a => a.Position).Select(a => new ArmDraft(a.VariantId, a.Name, a.Weight))],
    };

    /// <summary>Everything that is wrong with it, a sentence each; none when it can be kept.</summary>
    public IEnumerable<string> Faults()
    {
        if (!KeyForm().IsMatch(Key)) yield return "The key must be 1 to 64 small letters, digits and hyphens, and begin with a letter or digit.";
        if (Name.Trim().Length is 0 or > 120) yield return "The name must have 1 to 120 characters.";
        if (Placement.Length == 0) yield return "The experiment needs a placement.";
        foreach (var fault in ArmFaults(Arms)) yield return fault;
        if (!(Traffic is > 0 and <= 1)) yield return FormattableString.Invariant($"The traffic share must be above 0 and at most 1, and is {Traffic}.");
        if (!(Alpha is > 0 and < 0.5)) yield return FormattableString.Invariant($"The share of false alarms must lie between 0 and 0.5, and is {Alpha}.");
        foreach (var fault in SettingFaults()) yield return fault;
    }

    /// <summary>What is wrong with a set of arms.</summary>
    public static IEnumerable<string> ArmFaults(IReadOnlyList<ArmDraft> arms)
    {
        if (arms.Count is < 2 or > 10) yield return $"An experiment has 2 to 10 arms, and this one has {arms.Count}.";
        if (arms.Count < 2) yield break;
        if (arms.GroupBy(a => a.VariantId).FirstOrDefault(g => g.Count() > 1) is { } twice && arms.Count > 2)
            yield return $"The variant '{twice.First().Name}' stands in two arms; only an A/A test with two arms may do that.";
        if (arms.FirstOrDefault(a => !(a.Weight > 0)) is { } none) yield return $"The arm '{none.Name}' needs a weight above 0.";
        var sum = arms.Sum(a => a.Weight);
        if (!(Math.Abs(sum - 1) <= 1e-9)) yield return FormattableString.Invariant($"The weights sum to {sum:0.#########} and must sum to 1.");
        else if (Bucketing.CheckWeights([.. arms.Select(a => a.Weight)]) is { } fault) yield return fault;
    }

    private IEnumerable<string> SettingFaults()
    {
        if (((IEnumerable<object?>[])[Settings.Guardrails, Settings.Secondary, Settings.Caps, Settings.FixedCaps, Settings.Targeting, Settings.Slices, Settings.LaterSlices]).Any(list => list.Contains(null)))
        {
            yield return "A list in the settings holds null.";
            yield break;
        }
        foreach (var guard in Settings.Guardrails.Where(g => !(g.Margin is > 0 and <= 1)))
            yield return $"The margin of the guardrail '{guard.Metric}' must be above 0 and at most 1.";
        foreach (var cap in Settings.Caps)
        {
            if (cap.Value is { } value && !(value > 0 && double.IsFinite(value))) yield return FormattableString.Invariant($"The cap of '{cap.Metric}' must be above 0, and is {value}.");
            if (!(cap.Percentile is >= 0.5 and <= 1)) yield return FormattableString.Invariant($"The percentile of the cap of '{cap.Metric}' must lie between 0.5 and 1, and is {cap.Percentile}.");
        }
        if (Settings.Caps.GroupBy(c => c.Metric).FirstOrDefault(g => g.Count() > 1) is { } twice) yield return $"The metric '{twice.Key}' has two caps.";
        foreach (var fault in Settings.Targeting.Select(c => c.Fault()).OfType<string>()) yield return fault;
        if (Settings.Layer is { } layer && (layer.Layer.Length == 0 || !(layer.From >= 0 && layer.From < layer.To && layer.To <= 1)))
            yield return "A layer needs a name and a slice from below to, within 0 and 1.";
        foreach (var (user, _) in Settings.Overrides.Where(o => o.Value < 0 || o.Value >= Arms.Count))
            yield return $"The tester '{user}' is sent to an arm that does not exist.";
        if (Settings.Prerequisite is { } before && before.Experiment == Key) yield return "An experiment cannot be its own prerequisite.";
        if (Settings.Slices.FirstOrDefault(s => s.Trim().Length is 0 or > 64) is { } slice) yield return $"A slice is the name of an attribute with 1 to 64 characters, and '{slice}' is none.";
        if (Settings.Slices.Count + Settings.LaterSlices.Count > ExperimentSettings.MostSlices) yield return $"At most {ExperimentSettings.MostSlices} slices can be declared.";
        foreach (var fault in ModeFaults()) yield return fault;
        if (Settings.MinimumUsers < 2) yield return "The minimum of users must be at least 2 an arm.";
        if (Settings.MinimumDays < 0) yield return "The minimum of days cannot be negative.";
        if (!(Settings.TargetEffect is > 0 and <= 10)) yield return "The effect worth finding must be above 0.";
        if (!(Settings.Power is > 0 and < 1)) yield return "The power must lie between 0 and 1.";
        if (!(Settings.Tuning >= 100)) yield return "The always-valid interval must be tightest at 100 users or more.";
    }

    private IEnumerable<string> ModeFaults()
    {
        if (Settings.Mode == ExperimentMode.Interleaving)
        {
            if (Arms.Count > TeamDraft.MostTeams) yield return $"At most {TeamDraft.MostTeams} arms can make a list together, and this experiment has {Arms.Count}.";
            if (Arms.GroupBy(a => a.VariantId).Any(g => g.Count() > 1)) yield return "A list made of one variant twice says nothing: interleaving needs different variants.";
            if (Settings.Guardrails.Count > 0) yield return "An interleaved list belongs to no arm, so no guardrail can be judged; ask for them in a split of users.";
            if (Settings.Caps.Count > 0) yield return "Interleaving counts clicks on lists that belong to no arm, so nothing can be capped; split the users instead.";
            if (GoalMetric != "ctr") yield return "Interleaving counts clicks; for another goal split the users.";
        }
        if (Settings.Mode == ExperimentMode.Bandit)
        {
            var plan = Settings.Bandit;
            if (Arms.Count < 3) yield return "A bandit shares out users between at least two arms beside control.";
            if (!(plan.ControlShare is > 0 and < 1)) yield return FormattableString.Invariant($"The fixed share of control must lie between 0 and 1, and is {plan.ControlShare}.");
            else if (Arms.Count > 0 && Math.Abs(Arms[0].Weight - plan.ControlShare) > 1e-9) yield return FormattableString.Invariant($"Control has the weight {Arms[0].Weight} and must have its fixed share, {plan.ControlShare}.");
            if (!(plan.Floor >= 0 && plan.Floor * (Arms.Count - 1) < 1)) yield return "The least shares of the arms must leave something to share out.";
            if (plan.MinimumUsers < 2) yield return "A bandit needs at least 2 users an arm before it changes anything.";
            if (plan.EveryHours < BanditPlan.OutcomeHours && Settings.Guardrails.Select(g => g.Metric).Prepend(GoalMetric).FirstOrDefault(BanditPlan.IsTold) is { } told)
                yield return $"'{told}' counts for seven days after a list, so a bandit with it as its goal or a guardrail looks again after a week at the earliest: in shorter phases most of it would fall to an arm that the user no longer has.";
            if (!(plan.EveryHours is > 0 and <= 24 * 28)) yield return "A bandit looks again after more than 0 hours and at most four weeks.";
        }
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,63}$")]
    private static partial Regex KeyForm();
}
