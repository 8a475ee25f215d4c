using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RecLab.Live;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Search;
using RecLab.Storage;

namespace RecLab.Training.Searches;

/// <summary>Carries the running searches on, in the process that carries out the trainings: closes trials whose run is over, and queues the next ones while slots are free. It remembers nothing;
/// whatever it decides follows from the rows.</summary>
public sealed class SearchDriver(IDbContextFactory<RecLabDb> database, TrainingDesk desk, TrainingQueue queue, TrainingSettings settings, ArtifactStore artifacts, LiveFeed feed, TimeProvider clock, TrainingWorker worker,
    ILogger<SearchDriver> log) : BackgroundService
{
    private const int MostAttempts = 3;
    private static readonly TimeSpan Busy = TimeSpan.FromMilliseconds(300), Idle = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!settings.RunJobs) return;
        while (!stoppingToken.IsCancellationRequested)
        {
            var busy = false;
            try
            {
                busy = worker.Working && await StepAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested) // whatever it is, the server serves on
            {
                log.LogWarning(e, "The searches cannot be carried on; trying again.");
            }
            await Task.Delay(busy ? Busy : Idle, clock, stoppingToken);
        }
    }

    /// <summary>One look at every running search.</summary>
    /// <returns>Whether there is one.</returns>
    internal async Task<bool> StepAsync(CancellationToken cancellation)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        var searches = await db.Set<Search>().Where(s => s.State == SearchState.Running).OrderBy(s => s.Id).ToListAsync(cancellation);
        foreach (var search in searches) await CarryOnAsync(db, search, cancellation);
        return searches.Count > 0;
    }

    private async Task CarryOnAsync(RecLabDb db, Search search, CancellationToken cancellation)
    {
        if (search.Device is { } gone && Slots(gone) == 0)
        {
            var at = clock.GetUtcNow();
            await db.Set<Search>().Where(s => s.Id == search.Id && s.State == SearchState.Running).ExecuteUpdateAsync(set => set
                .SetProperty(s => s.State, SearchState.Cancelled).SetProperty(s => s.FinishedAt, at).SetProperty(s => s.Error, $"Stopped: there is no device '{gone}' here any more. Resume it when there is."), cancellation);
            feed.Changed(LiveFeed.Searches);
            return;
        }
        var trials = await db.Set<SearchTrial>().AsNoTracking().Where(t => t.SearchId == search.Id).OrderBy(t => t.Id).ToListAsync(cancellation);
        var changed = false;
        foreach (var open in trials.Where(t => !t.IsOver())) changed |= await CloseAsync(db, open, cancellation);

        var plan = new SearchPlan(search, trials);
        while (plan.Next(family => Free(DeviceOf(search, family), trials)) is var (family, trial))
        {
            if (await BeginAsync(db, search, family, trial, cancellation) is not { } begun) return; // cancelled meanwhile
            trials.Add(begun);
            plan = new(search, trials);
            changed = true;
        }
        if (plan.IsOver)
        {
            var (state, error) = trials.Any(t => t.Value is not null) ? (SearchState.Finished, (string?)null) : (SearchState.Failed, $"Not one trial succeeded. The last said: {trials.LastOrDefault()?.Failure}");
            var now = clock.GetUtcNow();
            await db.Set<Search>().Where(s => s.Id == search.Id && s.State == SearchState.Running).ExecuteUpdateAsync(set => set
                .SetProperty(s => s.State, state).SetProperty(s => s.FinishedAt, now).SetProperty(s => s.Error, error), cancellation);
            changed = true;
        }
        if (changed) feed.Changed(LiveFeed.Searches);

        bool Free(string device, List<SearchTrial> begun)
        {
            return begun.Count(t => !t.IsOver() && TrainingQueue.SchedulerOf(DeviceOf(search, RecommenderCatalog.Get(t.Family))) == TrainingQueue.SchedulerOf(device)) < Slots(device);
        }
    }

    /// <summary>Ends a trial whose run broke. One whose process was lost (a crash of the server, a power cut) is tried again where it stopped, but not for ever.</summary>
    private async Task<bool> CloseAsync(RecLabDb db, SearchTrial trial, CancellationToken cancellation)
    {
        var run = await db.Set<TrainingRun>().FirstOrDefaultAsync(r => r.Id == trial.RunId, cancellation);
        if (run is { State: RunState.Queued or RunState.Running }) return false;
        if (run is { State: RunState.Succeeded })
        {
            var now = await db.Set<SearchTrial>().AsNoTracking().SingleAsync(t => t.Id == trial.Id, cancellation); // its process wrote both at once, after the trials were read
            (trial.Value, trial.Seconds, trial.Bytes, trial.ScoringMicroseconds, trial.EndedAt) = (now.Value, now.Seconds, now.Bytes, now.ScoringMicroseconds, now.EndedAt);
            return true;
        }
        if (run is { State: RunState.Lost } && run.Attempt < MostAttempts && Slots(run.Device) > 0)
        {
            await desk.PutBackAsync(db, run, cancellation);
            return true;
        }
        (trial.Failure, trial.EndedAt) = (run?.Error ?? "Its run is gone.", clock.GetUtcNow());
        // a trial that stopped because its whole search was cancelled stays open: it goes on when the search does
        if (await db.Set<SearchTrial>().Where(t => t.Id == trial.Id && t.Value == null && db.Set<Search>().Any(s => s.Id == t.SearchId && s.State == SearchState.Running)).ExecuteUpdateAsync(set => set
            .SetProperty(t => t.Failure, trial.Failure).SetProperty(t => t.EndedAt, trial.EndedAt), cancellation) == 0) return false;
        if (run is not null) artifacts.Delete(run.Id);
        return true;
    }

    private async Task<SearchTrial?> BeginAsync(RecLabDb db, Search search, SearchPlan.FamilyPlan family, Trial next, CancellationToken cancellation)
    {
        var trial = new SearchTrial
        {
            SearchId = search.Id, Family = family.Family.Key, Number = next.Number, Configuration = next.Configuration, Budget = next.Budget, BegunAt = clock.GetUtcNow(),
            Point = JsonSerializer.Serialize(next.Point), Options = OptionsJson.Write(family.OptionsOf(next, 1)),
        };
        TrainingRun run;
        await using (var transaction = await db.Database.BeginTransactionAsync(cancellation))
        {
            if (await db.Set<Search>().Where(s => s.Id == search.Id && s.State == SearchState.Running).ExecuteUpdateAsync(set => set.SetProperty(s => s.State, SearchState.Running), cancellation) == 0) return null;
            db.Add(trial);
            await db.SaveChangesAsync(cancellation);
            run = new()
            {
                VariantId = TrainingRun.NoVariant, Version = trial.Id, DatasetId = search.DatasetId, Options = OptionsJson.Write(family.OptionsOf(next, next.Budget)), Seed = search.Seed,
                Device = DeviceOf(search, family.Family), RequestedBy = search.RequestedBy, RequestedAt = clock.GetUtcNow(), State = RunState.Queued, Phase = "waiting",
            };
            db.Add(run);
            await db.SaveChangesAsync(cancellation);
            trial.RunId = run.Id;
            await db.SaveChangesAsync(cancellation);
            await transaction.CommitAsync(cancellation);
        }
        await queue.AddAsync(run, cancellation); // after a crash in between, what waits is put into its queue at the start
        feed.Changed(LiveFeed.Runs);
        return trial;
    }

    private int Slots(string device) => TrainingQueue.SchedulerOf(device) == TrainingQueue.Gpu ? settings.CudaSlots : settings.CpuSlots;

    private string DeviceOf(Search search, RecommenderFamily family) => search.Device ?? (family.NeedsTorch && settings.CudaSlots > 0 ? "cuda:0" : TrainingQueue.Cpu);
}
