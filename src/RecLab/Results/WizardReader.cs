using Microsoft.EntityFrameworkCore;
using RecLab.Experiments;
using RecLab.Serving;
using RecLab.Storage;
using RecLab.Training;

namespace RecLab.Results;

/// <summary>A variant that can be chosen as an arm.</summary>
/// <param name="Version">Version of the model it serves; null while none is trained.</param>
/// <param name="Training">The unfinished run, or null.</param>
public sealed record VariantChoice(int Id, string Name, string Family, int? Version, TrainingRun? Training)
{
    public string Label => $"{Name}{(Version is { } v ? $" v{v}" : Training is not null ? ", in training" : ", not trained")}";
}

/// <summary>What the wizard can choose from, and the draft it goes on with.</summary>
/// <param name="Stored">The stored draft, or null for a new one.</param>
/// <param name="Others">Running experiments by placement, for the overlap.</param>
public sealed record WizardChoices(IReadOnlyList<Placement> Placements, IReadOnlyList<VariantChoice> Variants, Experiment? Stored, IReadOnlyList<Experiment> Others);

/// <summary>Reads what the wizard needs.</summary>
public sealed class WizardReader(IDbContextFactory<RecLabDb> databases)
{
    /// <param name="key">Key of a stored draft to go on with, or null.</param>
    /// <returns>Null where the key names no experiment that can still be edited.</returns>
    public async Task<WizardChoices?> ReadAsync(string? key, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var stored = key is null ? null : await db.Set<Experiment>().AsNoTracking().Include(e => e.Arms.OrderBy(a => a.Position)).SingleOrDefaultAsync(e => e.Key == key, cancellation);
        if (key is not null && (stored is null || !Lifecycle.Allows(stored.State, ExperimentVerb.Edit))) return null;
        var variants = await db.Set<Variant>().AsNoTracking().OrderBy(v => v.Id).ToListAsync(cancellation);
        var served = variants.Where(v => v.ServedRunId is not null).Select(v => v.ServedRunId!.Value).ToArray();
        var runs = await db.Set<TrainingRun>().AsNoTracking()
            .Where(r => served.Contains(r.Id) || r.State == RunState.Queued || r.State == RunState.Running).ToListAsync(cancellation);
        return new(await db.Set<Placement>().AsNoTracking().Where(p => p.ArchivedAt == null).OrderBy(p => p.Key).ToListAsync(cancellation),
            [.. variants.Select(v => new VariantChoice(v.Id, v.Name, v.Family, runs.FirstOrDefault(r => r.Id == v.ServedRunId)?.Version,
                runs.FirstOrDefault(r => r.VariantId == v.Id && (r.State is RunState.Queued or RunState.Running))))],
            stored, await db.Set<Experiment>().AsNoTracking().Include(e => e.Arms.OrderBy(a => a.Position)).Where(e => e.State == ExperimentState.Running).ToListAsync(cancellation));
    }
}

/// <summary>The variants that an arm can be given while its experiment runs.</summary>
public sealed class ChangeChoices(WizardReader wizard)
{
    /// <summary>Those with a model that can serve.</summary>
    public async Task<IReadOnlyList<VariantChoice>> VariantsAsync(CancellationToken cancellation = default) => [.. (await wizard.ReadAsync(null, cancellation))!.Variants.Where(v => v.Version is not null)];
}
