using RecLab.Access;
using RecLab.Controls;
using RecLab.Experiments;
using RecLab.Results.Metrics;
using RecLab.Serving;

namespace RecLab.Results;

/// <summary>What the wizard shows beside the form.</summary>
public sealed record WizardPlan(SampleSize Size, PastTraffic? Past, IReadOnlyList<Finding> Findings)
{
    /// <summary>What share of the people seen lately matches the conditions of the form.</summary>
    public AudienceShare? Audience { get; init; }

    /// <summary>Where the goal would be capped now; null where it is not to be.</summary>
    public CapAnswer? Cap { get; init; }

    /// <summary>What these people came with.</summary>
    public IReadOnlyList<SeenAttribute> Seen { get; init; } = [];

    public static WizardPlan Empty { get; } = new(new(), null, []);
}

/// <summary>Plans and keeps what the wizard edits, for the signed-in person.</summary>
public sealed class WizardDesk(ExperimentDesk desk, PastTrafficReader past, PastPeriod period, Events.PastUsers users, Audience audience, TimeProvider clock, Doorkeeper doorkeeper)
{
    private (string Placement, string Metric, long? Cap, PastTraffic? Past)? _measured;

    /// <summary>Plan and cap follow from each other; they have settled long before.</summary>
    private const int MostTurns = 6;

    /// <summary>Names of the shop's own events that have come lately.</summary>
    public IReadOnlyList<string> Kinds { get => field ??= users.Kinds(most: 100); private set; }

    /// <summary>Size and checks for the form as it is.</summary>
    public async Task<WizardPlan> PlanAsync(DraftForm form, CancellationToken cancellation = default)
    {
        if (form.Placement.Length == 0) return WizardPlan.Empty with { Size = new() { Why = "Choose a placement to see how long it takes." } };
        var measured = form.Mode == ExperimentMode.Interleaving ? OutcomeMetricCatalog.Get("clickers") : form.Goal;
        Condition[] conditions = [.. form.ToConditions()];
        var match = conditions.Length == 0 || conditions.Any(c => c.Fault() is not null) ? null : audience.Match(form.Placement, conditions);
        var (size, traffic, cap) = await SizeAsync(form, measured, p =>
            form.Mode == ExperimentMode.Interleaving ? SampleSize.OfPreference(p, form.PreferencePercent / 50 - 1, form.Power, form.Alpha, form.Arms.Count - 1, form.Reach * (match?.Share ?? 1), form.MinimumDays)
            : SampleSize.Of(p, form.EffectPercent / 100, form.Power, form.Alpha, form.Arms.Count - 1, form.Weights.DefaultIfEmpty(1).Min(), form.Reach * (match?.Share ?? 1), form.MinimumDays, clock.GetUtcNow().DayOfWeek), cancellation);
        var (shown, seen) = (match, audience.Seen(form.Placement));
        if (form.Arms.Any(a => a.VariantId == 0)) return new(size, traffic, []) { Audience = shown, Seen = seen, Cap = cap };
        var asked = new Experiment
        {
            Key = form.Key, Name = form.Name, Placement = form.Placement, Hypothesis = form.Hypothesis, GoalMetric = form.GoalMetric, Settings = form.ToSettings(size).ToJson(),
            Arms = [.. form.Arms.Select((a, i) => new ExperimentArm { Position = i, VariantId = a.VariantId, Name = a.Name })],
        };
        return new(size, traffic, (await desk.CheckAsync(asked, cancellation)).Findings) { Audience = shown, Seen = seen, Cap = cap };
    }

    /// <summary>The plan and the cap of the goal. A cap is taken over as many days as the plan takes, and the plan is made from users capped at it, so one is found from the other in turns until they agree; the cap is always the one that a start with this plan would fix.</summary>
    private async Task<(SampleSize Size, PastTraffic? Past, CapAnswer? Cap)> SizeAsync(DraftForm form, IOutcomeMetric measured, Func<PastTraffic?, SampleSize> plan, CancellationToken cancellation)
    {
        var days = PastPeriod.UsualDays;
        for (var turn = 1; ; turn++)
        {
            var cap = form.GoalCap is { } rule ? await CapAsync(form, rule, days, cancellation) : null;
            if (_measured is not { } known || (known.Placement, known.Metric, known.Cap) != (form.Placement, measured.Key, cap?.Fixed?.Parts))
                _measured = known = (form.Placement, measured.Key, cap?.Fixed?.Parts, await past.ReadAsync(form.Placement, measured, cap?.Fixed?.Parts, cancellation));
            var size = plan(known.Past);
            var planned = CapDesk.Days(form.ToSettings(size));
            if (form.GoalCap is not { Value: null } taken || planned == days) return (size, known.Past, cap);
            if (turn == MostTurns) return (size, known.Past, await CapAsync(form, taken, planned, cancellation));
            days = planned;
        }
    }

    /// <summary>Where the goal would be capped if the experiment started now and took so many days: by live users where there are any.</summary>
    private async Task<CapAnswer> CapAsync(DraftForm form, CapRule rule, int days, CancellationToken cancellation)
    {
        var live = await period.FixAsync(rule, form.Goal, form.Placement, simulated: false, days, cancellation: cancellation);
        return live.Fixed is not null ? live : await period.FixAsync(rule, form.Goal, form.Placement, simulated: true, days, cancellation: cancellation) is { Fixed: not null } simulated ? simulated : live;
    }

    /// <summary>Keeps the form as a draft, new or again.</summary>
    /// <exception cref="Refusal">Something in it is wrong, or the person may not.</exception>
    public async Task SaveAsync(DraftForm form, SampleSize size, CancellationToken cancellation = default)
    {
        var who = await doorkeeper.RequireAsync(Policies.Analyse);
        var draft = Draft(form, size);
        form.SavedKey = (form.SavedKey is { } key ? await desk.EditAsync(key, draft, who, cancellation) : await desk.DraftAsync(draft, who, cancellation)).Key;
    }

    /// <summary>Keeps it, marks it ready and, when asked, starts it.</summary>
    /// <exception cref="Refusal">A check blocks, or the person may not.</exception>
    public async Task FinishAsync(DraftForm form, SampleSize size, bool start, CancellationToken cancellation = default)
    {
        await SaveAsync(form, size, cancellation);
        var who = await doorkeeper.RequireAsync(Policies.Analyse);
        await desk.MarkReadyAsync(form.SavedKey!, who, cancellation);
        if (start) await desk.StartAsync(form.SavedKey!, who, cancellation: cancellation);
    }

    private static ExperimentDraft Draft(DraftForm form, SampleSize size)
    {
        try
        {
            return form.ToDraft(size);
        }
        catch (FormatException fault)
        {
            throw new Refusal(fault.Message);
        }
    }
}
