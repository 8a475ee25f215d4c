using RecLab.Controls;
using RecLab.Events;
using RecLab.Experiments;
using RecLab.Results.Metrics;

namespace RecLab.Results;

/// <summary>Looks after what an experiment asks to be measured: says what is wrong with it in a draft, and settles it at the start.</summary>
public sealed class CapDesk(PastPeriod past, EventLog log)
{
    /// <summary>What is wrong with the metrics a draft names.</summary>
    public static IEnumerable<string> Faults(ExperimentDraft draft)
    {
        foreach (var key in AskedMetric.Keys(draft.GoalMetric, draft.Settings).Concat(draft.Settings.Caps.Select(c => c.Metric)).Distinct(StringComparer.Ordinal))
            if (OutcomeMetricCatalog.Find(key) is null) yield return $"There is no metric '{key}'.";
        if (OutcomeMetricCatalog.Find(draft.GoalMetric) is { IsPerUser: false } whole) yield return $"{whole.Name} is known of all lists of an arm together and cannot be the goal.";
        foreach (var cap in draft.Settings.Caps)
        {
            if (OutcomeMetricCatalog.Find(cap.Metric) is not { } metric) continue;
            if (cap.Value is { } given && Math.Round(given * metric.Measure.Parts) < 1) yield return $"The cap of {metric.Noun} is too small to be counted.";
            if (!metric.CanCap) yield return $"{metric.Name} is no amount and no count of a user and cannot be capped.";
            else if (metric.Measure.Aspect is not null && !AskedMetric.Keys(draft.GoalMetric, draft.Settings).Contains(cap.Metric)) yield return $"{metric.Name} is capped and not asked for; make it a goal, a guardrail or a secondary metric.";
        }
    }

    /// <summary>How the caps of an experiment would stand if it started now.</summary>
    public async Task<IEnumerable<Finding>> LookAsync(Experiment experiment, ExperimentSettings settings, CancellationToken cancellation = default)
    {
        const string check = "Caps";
        var wanted = settings.Caps.Where(c => c.Value is null).ToArray();
        if (settings.FixedCaps.Count > 0) return [new(check, FindingLevel.Good, "The caps were fixed at the start and stay.")];
        if (wanted.Length == 0) return settings.Caps.Count > 0 ? [new(check, FindingLevel.Good, $"{settings.Caps.Count} {(settings.Caps.Count == 1 ? "metric is" : "metrics are")} capped as given.")] : [];
        var live = await past.FindAsync(experiment.Placement, simulated: false, Days(settings), experiment.Id, cancellation);
        var simulated = await past.FindAsync(experiment.Placement, simulated: true, Days(settings), experiment.Id, cancellation);
        var names = string.Join(" and ", wanted.Select(c => OutcomeMetricCatalog.Find(c.Metric)?.Noun ?? c.Metric));
        Finding found = (live, simulated) switch
        {
            (null, null) => new(check, FindingLevel.Blocks, $"Nothing was measured on this placement of {PastPeriod.FewestUsers} users, so no cap of {names} can be taken from its past; give one."),
            ({ } l, { } s) => new(check, FindingLevel.Good, $"Caps of {names} will be taken from {l.Source}, and of simulated visitors from {s.Source}."),
            ({ } l, null) => new(check, FindingLevel.Good, $"Caps of {names} will be taken from {l.Source}; simulated visitors will not be capped, none was measured."),
            (null, { } s) => new(check, FindingLevel.Note, $"Caps of {names} will be taken from {s.Source}; live users will not be capped, too few were measured. Give a cap to cap them too."),
        };
        string[] tooShort = [.. new[] { live?.Short, simulated?.Short }.OfType<string>()];
        return tooShort.Length == 0 ? [found] : [found with { Level = FindingLevel.Note, Sentence = $"{found.Sentence} {string.Join(' ', tooShort)}" }];
    }

    /// <summary>What the past says of an experiment as it stands. May read much of the event log, so never within a transaction.</summary>
    /// <param name="settle">Also what its caps come to, for a start.</param>
    public async Task<PastLook> ReadAsync(Experiment experiment, bool settle, CancellationToken cancellation = default)
    {
        var look = await ReadAsync();
        if (look.Refusal is null && look.Findings.All(f => f.Level != FindingLevel.Blocks)) return look;
        await past.ForgetAsync(cancellation); // whoever has brought what was missing need not wait until it is forgotten
        return await ReadAsync();

        async Task<PastLook> ReadAsync()
        {
            var settings = ExperimentSettings.FromJson(experiment.Settings);
            var look = new PastLook(PastLook.Of(experiment), [.. await LookAsync(experiment, settings, cancellation)]);
            if (!settle) return look;
            List<FixedCap> caps = [];
            foreach (var rule in settings.Caps)
            {
                if (OutcomeMetricCatalog.Find(rule.Metric) is not { } metric) return look with { Refusal = $"There is no metric '{rule.Metric}'." };
                CapAnswer[] readings = [await FixAsync(rule, metric, false), await FixAsync(rule, metric, true)];
                if (readings.All(r => r.Fixed is null)) return look with { Refusal = readings[0].Why };
                caps.AddRange(readings.Select(r => r.Fixed).OfType<FixedCap>());
            }
            return look with { Caps = caps };

            Task<CapAnswer> FixAsync(CapRule rule, IOutcomeMetric metric, bool simulated) => past.FixAsync(rule, metric, experiment.Placement, simulated, Days(settings), experiment.Id, cancellation);
        }
    }

    /// <summary>Fixes the caps that the past gave and has everything that is asked for counted from the first list on.</summary>
    /// <param name="look">What the past said; read to settle.</param>
    /// <exception cref="Refusal">The past cannot say, or the event log cannot be written.</exception>
    public async Task<ExperimentSettings> SettleAsync(Experiment experiment, PastLook look)
    {
        if (look.Refusal is { } why) throw new Refusal(why);
        var caps = look.Caps ?? throw new InvalidOperationException($"The past of '{experiment.Name}' was not read to settle its caps.");
        var settings = ExperimentSettings.FromJson(experiment.Settings) with { FixedCaps = caps };
        var own = AskedMetric.Own(experiment.GoalMetric, settings).Select(m => m.Measure).ToArray();
        (bool, UnitMeasure)[] asked =
        [
            .. new[] { false, true }.SelectMany(simulated => own.Concat(caps.Where(c => c.Simulated == simulated).Select(c => OutcomeMetricCatalog.Get(c.Metric).Measure.CappedAt(c.Parts))).Select(m => (simulated, m))),
        ];
        if (asked.Length > 0) await AskAsync(experiment, asked);
        return settings;
    }

    /// <summary>As many days as the plan asks for, so that a user of the past had as long as a user of the experiment will have.</summary>
    public static int Days(ExperimentSettings settings) => settings.PlannedDays > 0 ? Math.Max(7, settings.PlannedDays) : PastPeriod.UsualDays;

    private async Task AskAsync(Experiment experiment, IReadOnlyList<(bool, UnitMeasure)> asked)
    {
        try
        {
            if (!await log.AskAsync(experiment.Id, asked)) throw new Refusal($"Users of '{experiment.Name}' are counted already, so what it measures cannot be settled any more; duplicate it.");
        }
        catch (EventLogBusyException)
        {
            throw new Refusal("The event log cannot be written at the moment, so what the experiment measures could not be settled. Try again.");
        }
    }
}
