using RecLab.Controls;
using RecLab.Controls.Charts;
using RecLab.Experiments;
using RecLab.Results.Bandits;
using RecLab.Results.Interleaving;
using RecLab.Results.Metrics;

namespace RecLab.Results;

/// <summary>A results page in plain numbers and words: computed from a <see cref="ResultsInput"/>, shown by parts that compute nothing.</summary>
public sealed record ResultsView
{
    public required ResultsInput Input { get; init; }
    public required Scorecard Scorecard { get; init; }
    public required Health Health { get; init; }
    public required Progress Progress { get; init; }
    public required VerdictText Verdict { get; init; }
    public required LiftCurve Lift { get; init; }

    /// <summary>Share of users per arm minus plan, over time.</summary>
    public required IReadOnlyList<ChartSeries> Exposures { get; init; }
    public required OfflineBoard Offline { get; init; }

    /// <summary>The lists as they were served.</summary>
    public required ServedBoard Served { get; init; }
    public required Recommendation Recommendation { get; init; }

    /// <summary>Which arm people prefer where lists are interleaved; null otherwise, and then the scorecard judges.</summary>
    public Contest? Contest { get; init; }

    /// <summary>What a bandit believes and would do now; null for any other experiment.</summary>
    public Allocation? Allocation { get; init; }

    /// <summary>The preference day by day; null where lists are not interleaved.</summary>
    public ShareCurve? Shares { get; init; }

    /// <summary>The totals as they grew: by day, or by minute while the phase is young.</summary>
    public required IReadOnlyList<Step> Steps { get; init; }

    /// <summary>The time axis counts days since 1970 (true) or Unix seconds (false).</summary>
    public required bool StepsAreDays { get; init; }

    /// <summary>Red health: intervals are replaced by a hatched bar.</summary>
    public bool Withheld => Verdict.Kind == VerdictKind.DoNotTrust;

    public ArmTotals Control => Input.Totals.Arms[0];

    /// <summary>What a user counts for at most in a metric, fixed at the start; null where nothing is capped.</summary>
    public FixedCap? CapOf(IOutcomeMetric metric) => AskedMetric.Of(metric, Input.Settings, Input.Simulated).Cap;

    /// <summary>What a user counts for at most, in words: "capped at €120.00 a user"; null where nothing is capped.</summary>
    public string? CapWords(IOutcomeMetric metric) => CapOf(metric) is { } cap ? $"capped at {metric.WriteOne(cap.Value)} a user"
        : Input.Settings.Caps.Any(c => c.Metric == metric.Key) && Input.PhaseStartedAt is not null ? $"not capped: no {(Input.Simulated ? "simulated visitors" : "live users")} were measured before" : null;

    /// <summary>The planned end, once it is there and decides the goal; null before, and where none can be fixed.</summary>
    public PlannedEnd? End { get; init; }

    /// <summary>Which of the two intervals decides, in one sentence.</summary>
    public string Basis => End is { } end ? $"The plan was complete on {Figures.Day(DateTimeOffset.UnixEpoch.AddDays(end.Day))}: the box decides, taken once, from the lists up to that day."
        : Input.Settings.Mode == ExperimentMode.Bandit ? "The shares of a bandit follow what it finds, so the wings decide."
        : Input.Simulated ? "Simulated visitors can be sent into any day, so the wings decide." : "Until the plan is complete the wings decide.";

    /// <param name="bandArm">Position of the arm whose bands the lift chart draws; null picks the verdict's arm or the last.</param>
    public static ResultsView Of(ResultsInput input, int? bandArm = null)
    {
        var goal = OutcomeMetricCatalog.Get(input.GoalMetric);
        var age = (input.Earlier.Count > 0 ? input.Earlier[0].StartedAt : input.PhaseStartedAt) is { } start ? (input.PhaseEndedAt ?? input.ReadAt) - start : TimeSpan.Zero;
        var rules = new JudgementRules(input.Alpha, input.Settings.Tuning, AtPlannedEnd: false);
        var smallest = input.Contest is { } teams ? Contest.Of(teams, rules).Users : input.Totals.Arms.Min(a => a.Units + input.Earlier.Sum(e => e.Totals[a.Arm].Units));
        var end = PlannedEnd.Of(input) is { } planned && planned.Decides(goal) ? planned : null;
        var guards = input.Settings.Guardrails.Select(g => (Metric: OutcomeMetricCatalog.Find(g.Metric), g.Margin)).Where(g => g.Metric is not null).Select(g => (g.Metric!, g.Margin)).ToArray();
        var scorecard = Scorecard.Of(input.Totals.Arms, goal, guards, Secondary(input, goal, guards), rules, input.Earlier, end);
        var contest = input.Contest is { } together ? Contest.Of(together, rules, end) : null;
        var known = contest is not null ? contest.Rivals.Where(r => r.Fixed is not null).Select(r => new Evidence(r.Fixed!.Effect, r.Users)) : scorecard.Goal.Judgements.Where(j => j.Fixed is not null).Select(j => new Evidence(j.Fixed!.Effect, j.Clock));
        var joint = rules.Over(input.Arms.Count - 1);
        var progress = Progress.Of(input.Settings, joint with { AtPlannedEnd = end is not null }, input.Simulated, age, smallest, known.OrderByDescending(e => e.Effect.Variance).Cast<Evidence?>().FirstOrDefault(),
            Weekdays(input), input.ReadAt.UtcDateTime.DayOfWeek, PlannedEnd.CanBe(input) ? end is not null : null);
        var running = input.State == ExperimentState.Running;
        var health = contest is not null ? Health.Of(contest.Totals, input.Totals.Arms, input.Facts, input.Simulated, running, input.ReadAt)
            : Health.Of(input.Arms, input.Totals.Arms, input.Facts, input.Simulated, running, input.ReadAt);
        var verdict = contest is not null ? ContestVerdict.Write(input.State, input.Simulated, input.Arms, contest, health, progress)
            : VerdictWriter.Write(input.State, input.Simulated, input.Arms, scorecard, health, progress, input.Halt);
        var band = bandArm is { } b && b > 0 && b < input.Arms.Count ? b : verdict.Arm is { } v and > 0 ? v : input.Arms.Count - 1;
        var steps = input.Minutes.Count > 0 && input.Totals.Days.Count < 3 ? input.Minutes : input.Totals.Days;
        return new()
        {
            Input = input, Scorecard = scorecard, Health = health, Progress = progress, Verdict = verdict, Steps = steps, StepsAreDays = !ReferenceEquals(steps, input.Minutes),
            Allocation = input.Settings.Mode == ExperimentMode.Bandit ? Allocation.Of(goal, input.Settings.Bandit, [.. input.Earlier, new(input.Phase, input.PhaseStartedAt ?? input.ReadAt, input.Arms, input.Totals.Arms)]) : null,
            End = end, Contest = contest, Shares = contest is null ? null : ShareCurve.Of(contest.Totals, [.. input.Arms.Select(a => a.Name)], joint, band),
            Lift = LiftCurve.Of(steps, input.Arms, goal, joint, band),
            Exposures = [.. input.Arms.Select(a => Exposure(a, steps)), Funnel(input.Arms, steps)],
            Offline = OfflineBoard.Of(input.Offline, input.Arms),
            Served = ServedBoard.Of(input.Totals.Arms, input.Alpha),
            Recommendation = Recommendation.Of(verdict, progress, scorecard, input.Arms),
        };
    }

    /// <summary>How the users of the smallest arm came by weekday.</summary>
    private static IReadOnlyList<double>? Weekdays(ResultsInput input)
    {
        var arm = input.Totals.Arms.MinBy(a => a.Units)!.Arm;
        var grown = input.Totals.Days.Select(d => (Day: (int)d.At, d.Totals[arm].Units)).ToArray();
        return PastTraffic.Weekdays([.. grown.Select((d, i) => (d.Day, (double)(d.Units - (i == 0 ? 0 : grown[i - 1].Units))))]);
    }

    /// <summary>Those asked for; without a choice, everything of which something was recorded.</summary>
    private static IEnumerable<IOutcomeMetric> Secondary(ResultsInput input, IOutcomeMetric goal, IReadOnlyList<(IOutcomeMetric Metric, double)> guards)
    {
        var asked = input.Settings.Secondary.Count > 0
            ? input.Settings.Secondary.Select(OutcomeMetricCatalog.Find).OfType<IOutcomeMetric>()
            : OutcomeMetricCatalog.All.Where(m => input.Totals.Arms.Any(a => a.Sums.GetValueOrDefault(m.Key).Y != 0));
        return asked.Where(m => m.Key != goal.Key && guards.All(g => g.Metric.Key != m.Key));
    }

    private static ChartSeries Exposure(PhaseArm arm, IReadOnlyList<Step> steps) => new(arm.Name,
        [.. steps.Where(s => s.Totals.Sum(t => t.Units) > 0).Select(s => new ChartPoint(s.At, (double)s.Totals[arm.Position].Units / s.Totals.Sum(t => t.Units) - arm.Weight))])
    { Arm = arm.Position };

    /// <summary>What chance allows of the widest arm's share at 99.9 %: z sqrt(w(1 - w)/N). A line outside it is a mismatch.</summary>
    private static ChartSeries Funnel(IReadOnlyList<PhaseArm> arms, IReadOnlyList<Step> steps)
    {
        var spread = arms.Max(a => a.Weight * (1 - a.Weight));
        var reach = steps.Select(s => (s.At, Users: s.Totals.Sum(t => t.Units))).Where(s => s.Users > 0)
            .Select(s => (s.At, Half: Statistics.Distributions.Normal.UpperQuantile(0.0005) * Math.Sqrt(spread / s.Users))).ToArray();
        return new("what chance allows", [.. reach.Select(r => new ChartPoint(r.At, 0))]) { Band = [.. reach.Select(r => new BandPoint(r.At, -r.Half, r.Half))] };
    }
}
