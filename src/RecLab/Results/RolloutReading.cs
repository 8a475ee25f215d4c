using RecLab.Controls;
using RecLab.Experiments;
using RecLab.Results.Metrics;
using RecLab.Statistics.Comparisons;

namespace RecLab.Results;

/// <summary>What the numbers of a rollout's present step say to do.</summary>
public enum RolloutAdvice
{
    /// <summary>Not enough is known, or the time of the step has not passed.</summary>
    Wait,

    /// <summary>Every guardrail's bound lies inside its margin.</summary>
    Advance,

    /// <summary>The traffic does not add up.</summary>
    Hold,

    /// <summary>A guardrail is broken.</summary>
    Broken,
}

/// <summary>A rollout with what is known about its present step: the goal and every guardrail of the experiment, judged as non-inferiority of the rolled-out arm against what was there before, with
/// always-valid bounds, on the users of this step alone.</summary>
public sealed record RolloutReading
{
    public required Rollout Rollout { get; init; }

    /// <summary>One per guardrail; the goal is one of them, its margin the effect worth finding.</summary>
    public required IReadOnlyList<Judgement> Guards { get; init; }

    /// <summary>Users of the smaller of the two arms in this step, and how many a judgement needs.</summary>
    public required long Users { get; init; }
    public required int MinimumUsers { get; init; }
    public required RolloutAdvice Advice { get; init; }

    /// <summary>Why, one sentence.</summary>
    public required string Sentence { get; init; }

    /// <summary>When the schedule allows the next step; null where a person advances.</summary>
    public DateTimeOffset? DueAt => Rollout.HoursPerStep is { } hours ? Rollout.StepAt.AddHours(hours) : null;

    /// <param name="input">The reading of the rollout's present phase; null where it is over.</param>
    public static RolloutReading Of(Rollout rollout, ResultsInput? input, DateTimeOffset now)
    {
        var settings = input?.Settings ?? ExperimentSettings.Default;
        if (input is null || !rollout.IsUnderWay)
            return new() { Rollout = rollout, Guards = [], Users = 0, MinimumUsers = settings.MinimumUsers, Advice = RolloutAdvice.Wait, Sentence = rollout.State == RolloutState.Done ? "Everybody has it." : "It was rolled back." };
        var rules = new JudgementRules(input.Alpha, settings.Tuning, AtPlannedEnd: false);
        var (control, arm) = (input.Totals.Arms[0], input.Totals.Arms[1]);
        Judgement[] guards = [.. Watched(input).Select(g => Judgement.Of(g.Metric, control, arm, rules, g.Margin))];
        var users = Math.Min(control.Units, arm.Units);
        var health = Health.Of(input.Arms, input.Totals.Arms, input.Facts, input.Simulated, running: true, input.ReadAt);
        var (advice, sentence) = Advise(rollout, guards, users, settings.MinimumUsers, health, now);
        return new() { Rollout = rollout, Guards = guards, Users = users, MinimumUsers = settings.MinimumUsers, Advice = advice, Sentence = sentence };
    }

    /// <summary>Goal first. A goal that is itself a guardrail keeps that margin.</summary>
    private static IEnumerable<(IOutcomeMetric Metric, double Margin)> Watched(ResultsInput input)
    {
        // what all lists of a side show together grows with its users, and the sides of a step have different numbers of them
        var guards = input.Settings.Guardrails.Select(g => (Metric: OutcomeMetricCatalog.Find(g.Metric), g.Margin)).Where(g => g.Metric is { IsPerUser: true }).Select(g => (g.Metric!, g.Margin)).ToArray();
        return guards.Any(g => g.Item1.Key == input.GoalMetric) ? guards : [(OutcomeMetricCatalog.Get(input.GoalMetric), input.Settings.TargetEffect), .. guards];
    }

    private static (RolloutAdvice, string) Advise(Rollout rollout, IReadOnlyList<Judgement> guards, long users, int minimum, Health health, DateTimeOffset now)
    {
        if (users < minimum) return (RolloutAdvice.Wait, $"The smaller side of this step has {Figures.Count(users)} of the {Figures.Count(minimum)} users a judgement needs.");
        if (health.Blocking is { } red) return (RolloutAdvice.Hold, $"{red.Title}: {red.Caption}.");
        if (guards.FirstOrDefault(g => g.Guard == GuardrailOutcome.Breached) is { } broken)
            return (RolloutAdvice.Broken, $"{broken.Metric.Name} is beyond its margin: {Figures.Change(broken.Change!.Value)}, always-valid {Figures.Change(broken.Always!.Interval.Lower)} to {Figures.Change(broken.Always.Interval.Upper)}, margin {MarginOf(broken)}.");
        if (guards.FirstOrDefault(g => g.Guard != GuardrailOutcome.Holds) is { } open)
            return (RolloutAdvice.Wait, open.Reason is { } reason ? $"{open.Metric.Name} is not computable: {open.Metric.Missing(reason)}." : $"{open.Metric.Name} is not yet shown to stay inside its margin of {MarginOf(open)}.");
        var safe = guards.Count == 1 ? $"{guards[0].Metric.Name} stays inside its margin." : $"All {guards.Count} guardrails stay inside their margins.";
        if (rollout is { HoursPerStep: { } hours } && now < rollout.StepAt.AddHours(hours)) return (RolloutAdvice.Wait, $"{safe} The next step is due {Figures.Moment(rollout.StepAt.AddHours(hours))}.");
        return (RolloutAdvice.Advance, safe);
    }

    private static string MarginOf(Judgement judged) => Figures.Change((judged.Metric.HigherIsBetter ? -1 : 1) * judged.Margin!.Value);
}
