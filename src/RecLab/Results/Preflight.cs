using Microsoft.EntityFrameworkCore;
using RecLab.Controls;
using RecLab.Experiments;
using RecLab.Serving;
using RecLab.Storage;
using RecLab.Training;

namespace RecLab.Results;

/// <summary>Looks at the models behind the arms and at the placement before an experiment starts.</summary>
public sealed class Preflight(IDbContextFactory<RecLabDb> databases, Audience audience, ModelShelf models, CapDesk caps) : IPreflight
{
    public async Task<PreflightReport> LookAsync(Experiment experiment, PastLook? past = null, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var wanted = experiment.Arms.Select(a => a.VariantId).Distinct().ToArray();
        var variants = await db.Set<Variant>().AsNoTracking().Where(v => wanted.Contains(v.Id)).ToDictionaryAsync(v => v.Id, cancellation);
        var open = await db.Set<TrainingRun>().AsNoTracking()
            .Where(r => wanted.Contains(r.VariantId) && (r.State == RunState.Queued || r.State == RunState.Running)).ToListAsync(cancellation);
        List<Finding> findings = [.. await PlacementAsync(db, experiment.Placement, cancellation)];
        foreach (var arm in experiment.Arms.OrderBy(a => a.Position))
            findings.AddRange(Model(arm, variants.GetValueOrDefault(arm.VariantId), open.Where(r => r.VariantId == arm.VariantId)));
        if (await db.Set<Rollout>().AsNoTracking().FirstOrDefaultAsync(r => r.Placement == experiment.Placement && (r.State == RolloutState.Growing || r.State == RolloutState.Held), cancellation) is { } rollout)
            findings.Add(new("Rollout", FindingLevel.Note, $"{rollout.Name} is being rolled out here after {rollout.ExperimentKey}; it goes on with those whom this experiment does not take."));
        findings.AddRange(await AskedAsync(db, experiment, cancellation));
        findings.AddRange(past?.Findings ?? await caps.LookAsync(experiment, ExperimentSettings.FromJson(experiment.Settings), cancellation));
        if (ExperimentSettings.FromJson(experiment.Settings).Mode == ExperimentMode.Interleaving && variants.Values.FirstOrDefault(v => v.Family == Training.External.ExternalFamilies.LogOnly) is { } host)
            findings.Add(new("Mode", FindingLevel.Blocks, $"'{host.Name}' leaves its lists to the host and cannot make a list together with another variant; split the users instead."));
        return new(findings, variants.Values.Where(v => v.ServedRunId is not null).ToDictionary(v => v.Id, v => v.ServedRunId!.Value));
    }

    public IEnumerable<string> Faults(ExperimentDraft draft) => CapDesk.Faults(draft);

    public Task<PastLook> ReadPastAsync(Experiment experiment, bool settle, CancellationToken cancellation = default) => caps.ReadAsync(experiment, settle, cancellation);

    public Task<ExperimentSettings> SettleAsync(Experiment experiment, PastLook past) => caps.SettleAsync(experiment, past);

    /// <summary>What the question itself says: audience, prerequisite, plan, guardrails.</summary>
    private async Task<IEnumerable<Finding>> AskedAsync(RecLabDb db, Experiment experiment, CancellationToken cancellation)
    {
        var settings = ExperimentSettings.FromJson(experiment.Settings);
        List<Finding> findings = [];
        if (settings.Targeting.Count > 0)
        {
            var share = audience.Match(experiment.Placement, settings.Targeting);
            findings.Add(share.People == 0 ? new("Audience", FindingLevel.Note, "Nobody was seen here since the server started, so the targeting could not be tried.")
                : new("Audience", share.Matching == 0 ? FindingLevel.Note : FindingLevel.Good, $"{Figures.Count(share.Matching)} of the {Figures.Count(share.People)} people seen here last match the targeting."));
        }
        if (settings.Prerequisite is { } before)
        {
            var other = await db.Set<Experiment>().AsNoTracking().FirstOrDefaultAsync(e => e.Key == before.Experiment, cancellation);
            findings.Add(other is null ? new("Prerequisite", FindingLevel.Blocks, $"There is no experiment '{before.Experiment}' whose users could take part.")
                : other.State == ExperimentState.Running ? new("Prerequisite", FindingLevel.Good, $"{other.Name} runs.")
                : new("Prerequisite", FindingLevel.Blocks, $"{other.Name} does not run, so nobody could take part."));
        }
        findings.Add(settings.PlannedUsers > 0 ? new("Plan", FindingLevel.Good, $"Planned: {Figures.Count(settings.PlannedUsers)} users an arm, {settings.PlannedDays} days.")
            : new("Plan", FindingLevel.Note, "No plan: without past traffic nobody can say how long it takes."));
        if (settings.Guardrails.Count == 0) findings.Add(new("Guardrails", FindingLevel.Note, "No guardrail: nothing says what must not get worse."));
        if (string.IsNullOrWhiteSpace(experiment.Hypothesis)) findings.Add(new("Hypothesis", FindingLevel.Note, "No hypothesis is written down."));
        if (settings.MinimumDays < 7) findings.Add(new("Full week", FindingLevel.Note, $"A verdict is allowed after {settings.MinimumDays} days; weekdays differ, a full week is better."));
        return findings;
    }

    private static async Task<IEnumerable<Finding>> PlacementAsync(RecLabDb db, string key, CancellationToken cancellation)
    {
        if (await db.Set<Placement>().AsNoTracking().FirstOrDefaultAsync(p => p.Key == key && p.ArchivedAt == null, cancellation) is not { } placement)
            return [new("Placement", FindingLevel.Blocks, $"There is no placement '{key}'.")];
        var exists = new Finding("Placement", FindingLevel.Good, $"The placement '{key}' exists.");
        return placement.HaltedAt is not { } since ? [exists]
            : [exists, new("Kill switch", FindingLevel.Warns, $"The kill switch of {placement.Name} is on since {Figures.Moment(since)}: everybody gets the fallback, and nobody is counted until it is switched back.")];
    }

    private IEnumerable<Finding> Model(ExperimentArm arm, Variant? variant, IEnumerable<TrainingRun> open)
    {
        const string check = "Models";
        if (variant is null) return [new(check, FindingLevel.Blocks, $"The variant of arm {arm.Letter}, '{arm.Name}', no longer exists.")];
        if (variant.ServedRunId is { } served)
            return [new(check, FindingLevel.Good, $"{variant.Name} has a trained model."), .. Answers(variant, served) is { } warning ? new Finding[] { new("Fallback", FindingLevel.Warns, warning) } : []];
        var run = open.MaxBy(r => r.Version);
        return [run is null
            ? new(check, FindingLevel.Blocks, $"{variant.Name} has no trained model and no training is under way; train it first.")
            : new(check, FindingLevel.Waits, $"{variant.Name} is not trained yet: run {run.Id} is {(run.State == RunState.Queued ? "queued" : $"at {run.Fraction:P0}")}.")];
    }

    /// <summary>Why requests for a variant would not be answered by the version it is said to serve; null where they are. Says nothing in a process that serves nobody.</summary>
    private string? Answers(Variant variant, int run)
    {
        if (!models.Ready) return null;
        var shelf = models.Borrow(variant.Id);
        return shelf is null ? $"The model of {variant.Name} is not loaded, so its users would get the fallback and say nothing about it; its training page and the log say why."
            : shelf.RunId != run ? $"{variant.Name} still answers with version {shelf.Version}: the newer one is not loaded."
            : shelf.Remote?.Health().Circuit == Serving.External.CircuitState.Open ? $"{variant.Name} does not answer at the moment, so its users would get the fallback." : null;
    }
}
