namespace RecLab.Training;

/// <summary>Starts the schedulers in the one process that carries out the trainings of this data folder; elsewhere requests only enter the queue.</summary>
public sealed class TrainingWorker(TrainingQueue queue, RunRecovery recovery, WorkerLock held, TrainingSettings settings, IHostApplicationLifetime life, ILogger<TrainingWorker> log) : BackgroundService
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(5);

    /// <summary>This process carries out trainings.</summary>
    public bool Working { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!settings.RunJobs) return;
        await Started(stoppingToken);
        if (!held.TryTake()) log.LogInformation("Another process carries out the trainings of this data folder; this one takes over when it ends.");
        while (!held.TryTake()) await Task.Delay(Again, stoppingToken);
        await recovery.RecoverAsync(stoppingToken);
        await queue.StartAsync(stoppingToken);
        Working = true;
    }

    /// <summary>Completes when the application has started: databases are migrated by then.</summary>
    private async Task Started(CancellationToken stopping)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var _ = life.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stopping);
    }
}
