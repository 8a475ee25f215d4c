using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Data;
using RecLab.Experiments;
using RecLab.Serving;
using RecLab.Storage;
using RecLab.Training;

namespace RecLab.Tests.Experiments;

/// <summary>Puts what an experiment needs into a running application: a placement of its own and variants with or without a served model.</summary>
public static class ExperimentSeeds
{
    public static IDbContextFactory<RecLabDb> Databases(this RecLabApp app) => app.Services.GetRequiredService<IDbContextFactory<RecLabDb>>();

    public static ExperimentDesk Desk(this RecLabApp app) => app.Services.GetRequiredService<ExperimentDesk>();

    public static PhaseDesk PhaseDesk(this RecLabApp app) => app.Services.GetRequiredService<PhaseDesk>();

    /// <summary>A placement with this key.</summary>
    public static async Task<string> PlacementAsync(this RecLabApp app, string key)
    {
        await using var db = await app.Databases().CreateDbContextAsync();
        if (!await db.Set<Placement>().AnyAsync(p => p.Key == key)) db.Add(new Placement { Key = key, Name = key });
        await db.SaveChangesAsync();
        return key;
    }

    /// <summary>A variant whose newest run is in the given state; a succeeded run is served.</summary>
    public static async Task<Variant> VariantAsync(this RecLabApp app, string key, RunState? run = RunState.Succeeded)
    {
        await using var db = await app.Databases().CreateDbContextAsync();
        var dataset = await db.Set<Dataset>().FirstOrDefaultAsync()
            ?? db.Add(new Dataset { Name = "seed", Layout = "csv", State = DatasetState.Ready, CreatedAt = DateTimeOffset.UnixEpoch }).Entity;
        await db.SaveChangesAsync();
        var variant = new Variant { Key = key, Name = key, Family = "popularity", Options = "{}", DatasetId = dataset.Id, CreatedAt = DateTimeOffset.UnixEpoch };
        db.Add(variant);
        await db.SaveChangesAsync();
        if (run is { } state) await app.RunAsync(variant.Id, 1, state);
        return await db.Set<Variant>().AsNoTracking().SingleAsync(v => v.Id == variant.Id);
    }

    /// <summary>A run of a variant; a succeeded one is served from now on.</summary>
    public static async Task<TrainingRun> RunAsync(this RecLabApp app, int variantId, int version, RunState state, string? evaluation = null)
    {
        await using var db = await app.Databases().CreateDbContextAsync();
        var variant = await db.Set<Variant>().SingleAsync(v => v.Id == variantId);
        var run = new TrainingRun { VariantId = variantId, DatasetId = variant.DatasetId, Version = version, State = state, Options = "{}", Fraction = 0.62, Evaluation = evaluation };
        db.Add(run);
        await db.SaveChangesAsync();
        if (state == RunState.Succeeded) variant.ServedRunId = run.Id;
        await db.SaveChangesAsync();
        return run;
    }

    /// <summary>A draft with two arms that have models, on a placement of its own named like the experiment.</summary>
    public static async Task<ExperimentDraft> DraftAsync(this RecLabApp app, string key, params double[] weights)
    {
        if (weights.Length == 0) weights = [0.5, 0.5];
        await app.PlacementAsync(key);
        List<ArmDraft> arms = [];
        foreach (var weight in weights)
        {
            var variant = await app.VariantAsync($"{key}-{arms.Count}");
            arms.Add(new(variant.Id, variant.Name, weight));
        }
        return new() { Key = key, Name = $"Test {key}", Placement = key, Arms = arms };
    }

    /// <summary>An experiment that runs.</summary>
    public static async Task<Experiment> RunningAsync(this RecLabApp app, ExperimentDraft draft)
    {
        await app.Desk().DraftAsync(draft, "ada");
        await app.Desk().MarkReadyAsync(draft.Key, "ada");
        return await app.Desk().StartAsync(draft.Key, "ada");
    }

    /// <summary>The experiment as the database has it.</summary>
    public static async Task<Experiment> StoredAsync(this RecLabApp app, string key)
    {
        await using var db = await app.Databases().CreateDbContextAsync();
        return await db.Set<Experiment>().AsNoTracking().Include(e => e.Arms.OrderBy(a => a.Position)).SingleAsync(e => e.Key == key);
    }

    /// <summary>The moves of an experiment, oldest first.</summary>
    public static async Task<List<ExperimentMove>> MovesAsync(this RecLabApp app, int experimentId)
    {
        await using var db = await app.Databases().CreateDbContextAsync();
        return await db.Set<ExperimentMove>().AsNoTracking().Where(m => m.ExperimentId == experimentId).OrderBy(m => m.Id).ToListAsync();
    }

    /// <summary>The phases of an experiment, first to last.</summary>
    public static async Task<List<ExperimentPhase>> PhasesAsync(this RecLabApp app, int experimentId)
    {
        await using var db = await app.Databases().CreateDbContextAsync();
        return await db.Set<ExperimentPhase>().AsNoTracking().Where(p => p.ExperimentId == experimentId).OrderBy(p => p.Number).ToListAsync();
    }
}
