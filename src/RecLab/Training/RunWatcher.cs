using Microsoft.EntityFrameworkCore;
using RecLab.Live;
using RecLab.Storage;

namespace RecLab.Training;

/// <summary>Training happens in other processes that only write rows; this looks at the rows and tells the pages of this process what changed.</summary>
public sealed class RunWatcher(IDbContextFactory<RecLabDb> database, LiveFeed feed, TimeProvider clock, IHostApplicationLifetime life, ILogger<RunWatcher> log) : BackgroundService
{
    private static readonly TimeSpan Busy = TimeSpan.FromMilliseconds(500), Idle = TimeSpan.FromSeconds(2);
    private Dictionary<int, (RunState State, DateTimeOffset? Heartbeat)> _seen = [];
    private Dictionary<int, int?> _served = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (life.ApplicationStarted.Register(started.SetResult)) await started.Task.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            var busy = false;
            try
            {
                busy = await LookAsync(stoppingToken);
            }
            catch (Exception e) when (e is System.Data.Common.DbException or InvalidOperationException && !stoppingToken.IsCancellationRequested)
            {
                log.LogWarning(e, "The table of runs cannot be read; trying again.");
            }
            await Task.Delay(busy ? Busy : Idle, clock, stoppingToken);
        }
    }

    /// <returns>Whether a run waits or runs.</returns>
    private async Task<bool> LookAsync(CancellationToken cancellation)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        var now = await db.Set<TrainingRun>().AsNoTracking().Where(r => r.State == RunState.Queued || r.State == RunState.Running)
            .Select(r => new { r.Id, r.State, r.HeartbeatAt }).ToDictionaryAsync(r => r.Id, r => (r.State, Heartbeat: r.HeartbeatAt), cancellation);
        var changed = now.Where(r => !_seen.TryGetValue(r.Key, out var before) || before != r.Value).Select(r => r.Key).Concat(_seen.Keys.Except(now.Keys)).ToArray();
        _seen = now;
        foreach (var run in changed) feed.Changed($"run:{run}");
        if (changed.Length > 0) feed.Changed(LiveFeed.Runs);

        var served = await db.Set<Variant>().AsNoTracking().Select(v => new { v.Id, v.ServedRunId }).ToDictionaryAsync(v => v.Id, v => v.ServedRunId, cancellation);
        if (served.Count != _served.Count || served.Any(v => !_served.TryGetValue(v.Key, out var run) || run != v.Value)) feed.Changed(LiveFeed.Variants);
        _served = served;
        return now.Count > 0;
    }
}
