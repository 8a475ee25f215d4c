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
    private (string Placement, string Metric, CapRule? Cap, CapAnswer? Capped, PastTraffic? Past)? _measured;

    /// <summary>Names of the shop's own events that have come lately.</summary>
    public IReadOnlyList<string> Kinds { get => field ??= users.Kinds(most: 100); private set; }

    /// <summary>Size and checks for the form as it is.</summary>
    public async Task<WizardPlan> PlanAsync(DraftForm form, CancellationToken cancellation = default)
    {
        if (form.Placement.Length == 0) return WizardPlan.Empty with { Size = new() { Why = "Choose a placement to see how long it takes." } };
        var measured = form.Mode == ExperimentMode.Interleaving ? OutcomeMetricCatalog.Get("clickers") : form.Goal;
        var rule = form.GoalCap;
        if (_measured is not { } known || known.Placement != form.Placement || known.Metric != measured.Key || known.Cap != rule)
        {
            var capped = rule is null ? null : await CapAsync(form, rule, cancellation);
            _measured = known = (form.Placement, measured.Key, rule, capped, await past.ReadAsync(form.Placement, measured, capped?.Fixed?.Parts, cancellation));
        }
        Condition[] conditions = [.. form.ToConditions()];
        var match = conditions.Length == 0 || conditions.Any(c => c.Fault() is not null) ? null : audience.Match(form.Placement, conditions);
        var size = form.Mode == ExperimentMode.Interleaving ? SampleSize.OfPreference(known.Past, form.PreferencePercent / 50 - 1, form.Power, form.Alpha, form.Arms.Count - 1, form.Reach * (match?.Share ?? 1), form.MinimumDays)
            : SampleSize.Of(known.Past, form.EffectPercent / 100, form.Power, form.Alpha, form.Arms.Count - 1, form.Weights.DefaultIfEmpty(1).Min(), form.Reach * (match?.Share ?? 1), form.MinimumDays, clock.GetUtcNow().DayOfWeek);
        var (shown, seen) = (match, audience.Seen(form.Placement));
        if (form.Arms.Any(a => a.VariantId == 0)) return new(size, known.Past, []) { Audience = shown, Seen = seen, Cap = known.Capped };
        var asked = new Experiment
        {
            Key = form.Key, Name = form.Name, Placement = form.Placement, Hypothesis = form.Hypothesis, GoalMetric = form.GoalMetric, Settings = form.ToSettings(size).ToJson(),
            Arms = [.. form.Arms.Select((a, i) => new ExperimentArm { Position = i, VariantId = a.VariantId, Name = a.Name })],
        };
        return new(size, known.Past, (await desk.CheckAsync(asked, cancellation)).Findings) { Audience = shown, Seen = seen, Cap = known.Capped };
    }

    /// <summary>Where the goal would be capped if the experiment started now: by live users where there are any.</summary>
    private async Task<CapAnswer> CapAsync(DraftForm form, CapRule rule, CancellationToken cancellation)
    {
        var live = await period.FixAsync(rule, form.Goal, form.Placement, simulated: false, PastPeriod.UsualDays, cancellation: cancellation);
        return live.Fixed is not null ? live : await period.FixAsync(rule, form.Goal, form.Placement, simulated: true, PastPeriod.UsualDays, cancellation: cancellation) is { Fixed: not null } simulated ? simulated : live;
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
