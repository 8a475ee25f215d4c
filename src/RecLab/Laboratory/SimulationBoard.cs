using Microsoft.EntityFrameworkCore;
using RecLab.Data;
using RecLab.Experiments;
using RecLab.Results;
using RecLab.Storage;

namespace RecLab.Laboratory;

/// <summary>A simulation with what it is about.</summary>
/// <param name="Experiment">Null where only the placement was named, or it was deleted.</param>
/// <param name="Results">The simulated reading of the experiment now, all its simulations together; null where there is none.</param>
public sealed record SimulationFile(SimulationRun Run, string Dataset, Experiment? Experiment, ResultsView? Results);

/// <summary>A line of the list.</summary>
/// <param name="Experiment">Its name, or null.</param>
public sealed record SimulationRow(SimulationRun Run, string? Experiment);

/// <summary>What the form offers.</summary>
/// <param name="Experiments">Running ones.</param>
/// <param name="Datasets">Those with a hidden truth, newest first.</param>
public sealed record SimulationChoices(IReadOnlyList<Experiment> Experiments, IReadOnlyList<Dataset> Datasets);

/// <summary>Reads simulations for pages.</summary>
public sealed class SimulationBoard(IDbContextFactory<RecLabDb> databases, SimulationDesk desk, ResultsReader results)
{
    /// <summary>All simulations, newest first, with the name of their experiment.</summary>
    public async Task<IReadOnlyList<SimulationRow>> ListAsync(CancellationToken cancellation = default)
    {
        var runs = await desk.ListAsync(cancellation);
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var names = await db.Set<Experiment>().AsNoTracking().Select(e => new { e.Key, e.Name }).ToDictionaryAsync(e => e.Key, e => e.Name, cancellation);
        return [.. runs.Select(r => new SimulationRow(r, r.Experiment is { } key ? names.GetValueOrDefault(key) : null))];
    }

    /// <summary>One simulation, or null.</summary>
    public async Task<SimulationFile?> ReadAsync(int id, CancellationToken cancellation = default)
    {
        if (await desk.FindAsync(id, cancellation) is not { } run) return null;
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var dataset = await db.Set<Dataset>().AsNoTracking().Where(d => d.Id == run.DatasetId).Select(d => d.Name).FirstOrDefaultAsync(cancellation) ?? $"data set {run.DatasetId}, deleted";
        var experiment = run.Experiment is not { } key ? null : await db.Set<Experiment>().AsNoTracking().Include(e => e.Arms.OrderBy(a => a.Position)).FirstOrDefaultAsync(e => e.Key == key, cancellation);
        var reading = experiment is null ? null : await results.ReadAsync(experiment.Key, simulated: true, run.Phase, cancellation);
        return new(run, dataset, experiment, reading is null || reading.Totals.Arms.All(a => a.Units == 0) ? null : ResultsView.Of(reading));
    }

    /// <summary>What can be simulated now.</summary>
    public async Task<SimulationChoices> ChoicesAsync(CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return new(await db.Set<Experiment>().AsNoTracking().Include(e => e.Arms.OrderBy(a => a.Position)).Where(e => e.State == ExperimentState.Running).OrderByDescending(e => e.Id).ToListAsync(cancellation),
            await db.Set<Dataset>().AsNoTracking().Where(d => d.State == DatasetState.Ready && d.HiddenShare > 0).OrderByDescending(d => d.Id).ToListAsync(cancellation));
    }
}
