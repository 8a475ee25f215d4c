using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using RecLab.Access;
using RecLab.Data;
using RecLab.Events;
using RecLab.Experiments;
using RecLab.Simulation;
using RecLab.Simulation.Clicks;
using RecLab.Storage;

namespace RecLab.Laboratory;

/// <summary>Carries out a simulation: opens the world, takes a secret key for its duration and sends the visitors through the doors of a running server.</summary>
public sealed class SimulationRunner(IDbContextFactory<RecLabDb> databases, SimulationDesk desk, Worlds worlds, KeyDesk keys, MadeVisits made, TimeProvider clock)
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(500);

    /// <summary>Runs a recorded simulation to its end; its record says how it went.</summary>
    /// <param name="id">The record.</param>
    /// <param name="http">Reaches the server.</param>
    /// <param name="parallel">Visitors at once.</param>
    /// <param name="progress">Fraction done and time left, at most twice a second.</param>
    /// <param name="goOn">Visits of the same people at the same simulated moments that the log has already are not made again: an earlier run of these visitors was cut off.</param>
    /// <param name="cancellation">Stops it between two visits.</param>
    public async Task<SimulationRun> RunAsync(int id, HttpClient http, int parallel, IProgress<(double Fraction, TimeSpan? Left)>? progress = null, bool goOn = false, CancellationToken cancellation = default)
    {
        await using (var db = await databases.CreateDbContextAsync(cancellation))
            if (!await db.Set<SimulationRun>().AnyAsync(s => s.Id == id, cancellation)) throw new ArgumentException($"There is no simulation {id}.");
        var stop = desk.Begin(id, cancellation).Token;
        if (!await desk.TryStartAsync(id, cancellation))
        {
            desk.End(id);
            return await ReadAsync(id);
        }
        var (entry, secret) = await keys.CreateAsync(SimulationDesk.KeyHolder, SimulationDesk.KeyName(id), ApiKeyKind.Secret, [], clock.GetUtcNow().AddHours(12));
        try
        {
            var count = await DriveAsync(id, http, secret, parallel, progress, goOn, stop);
            await desk.UpdateAsync(id, run => Finish(run, SimulationState.Finished, count, null));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await desk.UpdateAsync(id, run => Finish(run, SimulationState.Cancelled, null, null));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            await desk.UpdateAsync(id, run => Finish(run, SimulationState.Failed, null, e.Message));
        }
        finally
        {
            await keys.RevokeAsync(SimulationDesk.KeyHolder, entry.Id);
            desk.End(id);
        }
        return await ReadAsync(id);
    }

    private async Task<SimulationRun> ReadAsync(int id) => await desk.FindAsync(id) ?? throw new InvalidOperationException($"Simulation {id} is gone.");

    private async Task<VisitorCount> DriveAsync(int id, HttpClient http, string secret, int parallel, IProgress<(double, TimeSpan?)>? progress, bool goOn, CancellationToken stop)
    {
        SimulationRun plan;
        Dataset dataset;
        Func<string, double>? appeal;
        await using (var db = await databases.CreateDbContextAsync(stop))
        {
            plan = await db.Set<SimulationRun>().AsNoTracking().SingleAsync(s => s.Id == id, stop);
            dataset = await db.Set<Dataset>().AsNoTracking().SingleAsync(d => d.Id == plan.DatasetId, stop);
            appeal = plan is { PlantedArm: { } arm, Experiment: { } key }
                ? Appeal(await db.Set<Experiment>().AsNoTracking().Include(e => e.Arms).SingleAsync(e => e.Key == key, stop), arm, plan.PlantedLift) : null;
        }
        var world = await worlds.OpenAsync(dataset, plan.World, plan.Seed, stop);
        var visitors = new Visitors(world, ClickModel.Of(plan.Clicks), new(plan.Seed, plan.People, plan.Days, plan.SessionsEach, plan.FirstDay));
        if (visitors.People.Count == 0) throw new InvalidOperationException($"Nobody in {dataset.Name} has a hidden truth.");
        var watch = Stopwatch.StartNew();
        var told = TimeSpan.Zero;
        var gate = new SemaphoreSlim(1, 1);
        var report = new Direct<VisitorCount>(count =>
        {
            if (watch.Elapsed - told < Pace || !gate.Wait(0)) return;
            told = watch.Elapsed;
            var fraction = (double)count.People / visitors.People.Count;
            var left = fraction > 0.02 ? watch.Elapsed * ((1 - fraction) / fraction) : (TimeSpan?)null;
            progress?.Report((fraction, left));
            _ = desk.UpdateAsync(id, run => Progress(run, count, fraction, left)).ContinueWith(_ => gate.Release(), TaskScheduler.Default);
        });
        var result = await new VisitorDriver(http, secret, appeal, goOn ? made.Read(plan.Placement, plan.FirstDay.ToUnixTimeMilliseconds()) : null).RunAsync(visitors, world.Items.IndexOf, plan.Placement, plan.ListLength, parallel, report, stop);
        await gate.WaitAsync(CancellationToken.None); // the last progress note must not overwrite the end
        progress?.Report((1, TimeSpan.Zero));
        return result;
    }

    /// <summary>The factor on each visitor's chance to click what is seen, so that the planted arm's is (1 + lift) times that of the others. The larger of the two is left
    /// as it is and the smaller one thinned out, so no probability is cut off at 1.</summary>
    public static Func<string, double> Appeal(Experiment experiment, int plantedArm, double lift)
    {
        var route = new RunningExperiment(experiment);
        var (planted, others) = lift < 0 ? (1 + lift, 1.0) : (1.0, 1 / (1 + lift));
        return unit => route.Route(unit, null).Assignment?.ArmPosition == plantedArm ? planted : others;
    }

    private void Finish(SimulationRun run, SimulationState state, VisitorCount? count, string? error)
    {
        run.State = state;
        run.Error = error;
        run.SecondsLeft = null;
        run.FinishedAt = clock.GetUtcNow();
        if (count is { } c) Progress(run, c, 1, null);
    }

    private static void Progress(SimulationRun run, VisitorCount count, double fraction, TimeSpan? left)
    {
        run.Fraction = fraction;
        run.SecondsLeft = left?.TotalSeconds;
        (run.Visits, run.Viewable, run.Clicked) = (count.Visits, count.Viewable, count.Clicked);
    }

    /// <summary>Reports on the calling thread (the framework's Progress would post to a pool and reorder).</summary>
    private sealed class Direct<T>(Action<T> act) : IProgress<T>
    {
        public void Report(T value) => act(value);
    }
}
