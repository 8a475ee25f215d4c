using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Quartz;
using RecLab.Live;
using RecLab.Storage;

namespace RecLab.Training;

/// <summary>Carries out one run: starts its process, watches process and heartbeat, and says what became of it where the process no longer can.</summary>
public sealed class TrainingJob(IDbContextFactory<RecLabDb> database, TimeProvider clock, LiveFeed feed, HostPaths paths, TrainingSettings settings,
    TrainingChildren children, DeviceSlots slots, ILogger<TrainingJob> log) : IJob
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var runId = int.Parse(context.MergedJobDataMap.GetString(TrainingQueue.RunId)!, CultureInfo.InvariantCulture);
        using var watch = children.Begin();
        if (watch is null) return;
        var run = await ReadAsync(runId);
        if (run is { State: RunState.Running } && TrainingProcess.IsAlive(run.ProcessId, runId))
        {
            await AdoptAsync(run, cancellationToken);
            return;
        }
        if (run is not { State: RunState.Queued }) return;
        using var slot = slots.Take(run.Device);
        if (await ClaimAsync(run, slot.Device) is not { } attempt) return;
        using var process = TrainingProcess.Start(runId, attempt, paths, settings);
        try
        {
            await WriteAsync(runId, r => r.ProcessId = process.Id);
            var reason = await WatchAsync(runId, process, watch);
            if (!children.Stopping) await ConcludeAsync(runId, attempt, reason ?? process.Ending, process.LastWords);
        }
        finally
        {
            Tell(runId);
        }
    }

    /// <summary>Waits for the end of the process, stopping it where somebody asked or it fell silent. Answers why it was ended, or null.</summary>
    private async Task<string?> WatchAsync(int runId, TrainingProcess process, TrainingChildren.Watch watch)
    {
        DateTimeOffset? asked = null, told = null;
        var silence = new SilenceMeter();
        string? reason = null;
        while (await watch.GoesOnAsync(process, Look))
        {
            var run = await ReadAsync(runId);
            var now = clock.GetUtcNow();
            if (run is null || (run.CancelRequested && asked is null)) { asked = now; reason = "it did not answer the request to stop"; }
            var (used, wants) = process.Use();
            if (run?.HeartbeatAt is { } heard && silence.Look(now, heard, used, wants) > settings.Silence && asked is null)
            {
                asked = now - settings.Patience;
                reason = $"its process stopped reporting for {settings.Silence.TotalSeconds:0} seconds and was ended";
            }
            if (asked is { } since && now - since >= settings.Patience && told is null) { process.Ask(); told = now; }
            if (told is { } then && now - then >= settings.Patience) process.Kill();
        }
        return reason;
    }

    /// <summary>Watches a process that an earlier server started; it reports by itself.</summary>
    private async Task AdoptAsync(TrainingRun run, CancellationToken cancellation)
    {
        log.LogInformation("Run {Run} is still being trained by process {Process}.", run.Id, run.ProcessId);
        using var slot = slots.Take(run.Device);
        while (TrainingProcess.IsAlive(run.ProcessId, run.Id))
        {
            if (cancellation.IsCancellationRequested || children.Stopping) return;
            await Task.Delay(Look, clock, CancellationToken.None);
        }
        await ConcludeAsync(run.Id, run.Attempt, "its process ended while no server was watching", []);
        Tell(run.Id);
    }

    private async Task<int?> ClaimAsync(TrainingRun run, string device)
    {
        var now = clock.GetUtcNow();
        await using var db = await database.CreateDbContextAsync();
        var claimed = await db.Set<TrainingRun>().Where(r => r.Id == run.Id && r.State == RunState.Queued).ExecuteUpdateAsync(set => set
            .SetProperty(r => r.State, RunState.Running).SetProperty(r => r.Attempt, run.Attempt + 1).SetProperty(r => r.StartedAt, now).SetProperty(r => r.Device, device)
            .SetProperty(r => r.HeartbeatAt, now).SetProperty(r => r.ProcessId, (int?)null).SetProperty(r => r.Phase, "starting"));
        Tell(run.Id);
        return claimed == 1 ? run.Attempt + 1 : null;
    }

    /// <summary>The process is over. Where it left no word, the run was cancelled or is lost.</summary>
    private async Task ConcludeAsync(int runId, int attempt, string reason, IReadOnlyList<string> lastWords)
    {
        await using var db = await database.CreateDbContextAsync();
        var run = await db.Set<TrainingRun>().FirstOrDefaultAsync(r => r.Id == runId);
        if (run is not { State: RunState.Running or RunState.Queued } || run.Attempt != attempt) return;
        if (run.State == RunState.Queued && run.RequestedAt > run.StartedAt) return; // somebody resumed it while its process was on the way out
        foreach (var words in lastWords) db.Add(new RunLogLine { RunId = runId, At = clock.GetUtcNow(), Text = words });
        RunRecovery.Close(run, run.CancelRequested ? RunState.Cancelled : RunState.Lost, run.CancelRequested ? $"Cancelled; {reason}." : $"Lost: {reason}.", clock.GetUtcNow());
        db.Add(new RunLogLine { RunId = runId, At = clock.GetUtcNow(), Text = run.Error! });
        await db.SaveChangesAsync();
        log.LogWarning("Run {Run}: {Reason}", runId, run.Error);
    }

    private async Task<TrainingRun?> ReadAsync(int runId)
    {
        await using var db = await database.CreateDbContextAsync();
        return await db.Set<TrainingRun>().AsNoTracking().FirstOrDefaultAsync(r => r.Id == runId);
    }

    private async Task WriteAsync(int runId, Action<TrainingRun> change)
    {
        await using var db = await database.CreateDbContextAsync();
        if (await db.Set<TrainingRun>().FirstOrDefaultAsync(r => r.Id == runId) is not { } run) return;
        change(run);
        await db.SaveChangesAsync();
    }

    private void Tell(int runId)
    {
        feed.Changed(LiveFeed.Runs);
        feed.Changed($"run:{runId}");
    }
}
