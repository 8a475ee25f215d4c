using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RecLab.Storage;

namespace RecLab.Experiments;

/// <summary>One experiment with its history.</summary>
/// <param name="Moves">Newest first.</param>
/// <param name="Phases">First to last; empty before the start.</param>
public sealed record ExperimentFile(Experiment Experiment, IReadOnlyList<ExperimentMove> Moves, IReadOnlyList<ExperimentPhase> Phases)
{
    public ExperimentSettings Settings { get; } = ExperimentSettings.FromJson(Experiment.Settings);

    /// <summary>Letters are places: the arms of one phase.</summary>
    public static IReadOnlyList<PhaseArm> ArmsOf(ExperimentPhase phase) => JsonSerializer.Deserialize<PhaseArm[]>(phase.Arms)!;
}

/// <summary>Reads experiments for pages and doors.</summary>
public sealed class ExperimentReader(IDbContextFactory<RecLabDb> databases)
{
    /// <summary>One experiment, or null where there is none with this key.</summary>
    public async Task<ExperimentFile?> ReadAsync(string key, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var experiment = await db.Set<Experiment>().AsNoTracking().Include(e => e.Arms.OrderBy(a => a.Position)).SingleOrDefaultAsync(e => e.Key == key, cancellation);
        if (experiment is null) return null;
        return new(experiment,
            await db.Set<ExperimentMove>().AsNoTracking().Where(m => m.ExperimentId == experiment.Id).OrderByDescending(m => m.Id).ToListAsync(cancellation),
            await db.Set<ExperimentPhase>().AsNoTracking().Where(p => p.ExperimentId == experiment.Id).OrderBy(p => p.Number).ToListAsync(cancellation));
    }

    /// <summary>All experiments, newest first.</summary>
    public async Task<IReadOnlyList<Experiment>> ListAsync(CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Set<Experiment>().AsNoTracking().Include(e => e.Arms.OrderBy(a => a.Position)).OrderByDescending(e => e.CreatedAt).ThenByDescending(e => e.Id).ToListAsync(cancellation);
    }
}
