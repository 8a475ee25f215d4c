using Microsoft.EntityFrameworkCore;
using RecLab.Live;
using RecLab.Storage;

namespace RecLab.Training;

/// <summary>At the start of whoever carries out trainings: runs whose process is gone are lost, those whose process lives are watched again, and
/// everything that waits stands in its queue, whatever Quartz remembers.</summary>
public sealed class RunRecovery(IDbContextFactory<RecLabDb> database, TimeProvider clock, TrainingQueue queue, LiveFeed feed, ILogger<RunRecovery> log)
{
    public async Task RecoverAsync(CancellationToken cancellation)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        foreach (var run in await db.Set<TrainingRun>().Where(r => r.State == RunState.Queued || r.State == RunState.Running).OrderBy(r => r.RequestedAt).ToListAsync(cancellation))
        {
            if (run.State == RunState.Running && !TrainingProcess.IsAlive(run.ProcessId, run.Id))
            {
                Close(run, run.CancelRequested ? RunState.Cancelled : RunState.Lost,
                    run.CancelRequested ? "Cancelled; its process is gone." : "Lost: its process was gone when the server started.", clock.GetUtcNow());
                db.Add(new RunLogLine { RunId = run.Id, At = clock.GetUtcNow(), Text = run.Error! });
                log.LogWarning("Run {Run}: {Reason}", run.Id, run.Error);
                await db.SaveChangesAsync(cancellation);
            }
            else
            {
                try
                {
                    await queue.AddAsync(run, cancellation);
                }
                catch (RefusedException refused) when (run.State == RunState.Queued)
                {
                    Close(run, RunState.Failed, refused.Message, clock.GetUtcNow()); // its device is gone; the rest must start
                    await db.SaveChangesAsync(cancellation);
                }
            }
        }
        foreach (var variant in await db.Set<Variant>().AsNoTracking().ToListAsync(cancellation))
            if (variant.Schedule is null != await queue.NextAsync(variant.Id, cancellation) is null) await queue.ScheduleAsync(variant, cancellation);
        feed.Changed(LiveFeed.Runs);
    }

    /// <summary>Ends a run whose process cannot do it any more.</summary>
    internal static void Close(TrainingRun run, RunState state, string error, DateTimeOffset now)
    {
        run.State = state;
        run.Error = error;
        run.FinishedAt = now;
        run.ProcessId = null;
        run.SecondsLeft = null;
    }
}
