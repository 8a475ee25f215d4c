using Microsoft.EntityFrameworkCore;
using RecLab.Experiments;
using RecLab.Serving;
using RecLab.Storage;
using RecLab.Training;

namespace RecLab.Results;

/// <summary>Looks at the models behind the arms and at the placement before an experiment starts.</summary>
public sealed class Preflight(IDbContextFactory<RecLabDb> databases) : IPreflight
{
    public async Task<PreflightReport> LookAsync(Experiment experiment, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var wanted = experiment.Arms.Select(a => a.VariantId).Distinct().ToArray();
        var variants = await db.Set<Variant>().AsNoTracking().Where(v => wanted.Contains(v.Id)).ToDictionaryAsync(v => v.Id, cancellation);
        var open = await db.Set<TrainingRun>().AsNoTracking()
            .Where(r => wanted.Contains(r.VariantId) && (r.State == RunState.Queued || r.State == RunState.Running)).ToListAsync(cancellation);
        List<Finding> findings = [await PlacementAsync(db, experiment.Placement, cancellation)];
        foreach (var arm in experiment.Arms.OrderBy(a => a.Position))
            findings.Add(Model(arm, variants.GetValueOrDefault(arm.VariantId), open.Where(r => r.VariantId == arm.VariantId)));
        if (await db.Set<Rollout>().AsNoTracking().FirstOrDefaultAsync(r => r.Placement == experiment.Placement && (r.State == RolloutState.Growing || r.State == RolloutState.Held), cancellation) is { } rollout)
            findings.Add(new("Rollout", FindingLevel.Note, $"{rollout.Name} is being rolled out here after {rollout.ExperimentKey}; it goes on with those whom this experiment does not take."));
        return new(findings, variants.Values.Where(v => v.ServedRunId is not null).ToDictionary(v => v.Id, v => v.ServedRunId!.Value));
    }

    private static async Task<Finding> PlacementAsync(RecLabDb db, string placement, CancellationToken cancellation) =>
        await db.Set<Placement>().AnyAsync(p => p.Key == placement && p.ArchivedAt == null, cancellation)
            ? new("Placement", FindingLevel.Good, $"The placement '{placement}' exists.")
            : new("Placement", FindingLevel.Blocks, $"There is no placement '{placement}'.");

    private static Finding Model(ExperimentArm arm, Variant? variant, IEnumerable<TrainingRun> open)
    {
        const string check = "Models";
        if (variant is null) return new(check, FindingLevel.Blocks, $"The variant of arm {arm.Letter}, '{arm.Name}', no longer exists.");
        if (variant.ServedRunId is not null) return new(check, FindingLevel.Good, $"{variant.Name} has a model that can serve.");
        var run = open.MaxBy(r => r.Version);
        return run is null
            ? new(check, FindingLevel.Blocks, $"{variant.Name} has no trained model and no training is under way; train it first.")
            : new(check, FindingLevel.Waits, $"{variant.Name} is not trained yet: run {run.Id} is {(run.State == RunState.Queued ? "queued" : $"at {run.Fraction:P0}")}.");
    }
}
