using Microsoft.EntityFrameworkCore;
using RecLab.Controls;
using RecLab.Live;
using RecLab.Storage;

namespace RecLab.Experiments;

/// <summary>Watches the models behind experiments: one that waits for its models becomes ready when they are there, and a running one whose model was
/// replaced begins a new phase, so that numbers of two models are never added up. Looks when told and every second, because trainings end in other processes.</summary>
public sealed class PhaseKeeper(IDbContextFactory<RecLabDb> databases, ExperimentDesk desk, PhaseDesk phases, LiveFeed feed, TimeProvider clock, ILogger<PhaseKeeper> log) : BackgroundService
{
    /// <summary>The name under which its moves are logged.</summary>
    public const string Who = "RecLab";

    private readonly SemaphoreSlim _looking = new(1, 1);

    /// <summary>Looks now.</summary>
    public async Task LookAsync(CancellationToken cancellation = default)
    {
        await _looking.WaitAsync(cancellation);
        try
        {
            await using var db = await databases.CreateDbContextAsync(cancellation);
            var concerned = await db.Set<Experiment>().AsNoTracking().Include(e => e.Arms)
                .Where(e => e.State == ExperimentState.Running || e.State == ExperimentState.Training).ToListAsync(cancellation);
            foreach (var experiment in concerned) await LookAtAsync(experiment, cancellation);
        }
        finally
        {
            _looking.Release();
        }
    }

    /// <summary>One experiment that cannot be read does not keep the others from their models.</summary>
    private async Task LookAtAsync(Experiment experiment, CancellationToken cancellation)
    {
        try
        {
            if (experiment.State == ExperimentState.Running) await phases.AdoptModelsAsync(experiment.Key, Who, cancellation);
            else if ((await desk.CheckAsync(experiment, cancellation)).Findings.All(f => f.Level < FindingLevel.Waits)) await desk.MarkReadyAsync(experiment.Key, Who, cancellation);
        }
        catch (Refusal refusal)
        {
            log.LogInformation("{Experiment} changed while its models were looked at: {Sentence}", experiment.Key, refusal.Message);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            log.LogWarning(fault, "The models behind {Experiment} could not be looked at; the next look is in a second.", experiment.Key);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await using var listening = feed.Listen(LiveFeed.Variants, () => TryAsync(stopping));
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), clock);
        do await TryAsync(stopping);
        while (await timer.WaitForNextTickAsync(stopping));
    }

    private async Task TryAsync(CancellationToken stopping)
    {
        try
        {
            await LookAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            log.LogDebug("Watching the models ended with the application.");
        }
        catch (Exception fault)
        {
            log.LogWarning(fault, "The running experiments could not be read; the next look is in a second.");
        }
    }
}
