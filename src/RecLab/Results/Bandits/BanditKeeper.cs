using Microsoft.EntityFrameworkCore;
using RecLab.Controls;
using RecLab.Experiments;
using RecLab.Storage;

namespace RecLab.Results.Bandits;

/// <summary>Looks after running bandits: when the hours of an experiment's plan are over, its shares follow what has been found. A change names the phase it is made from, so that two processes, or one that was restarted,
/// cannot make it twice. One experiment that cannot be read does not keep the others from theirs.</summary>
public sealed class BanditKeeper(IDbContextFactory<RecLabDb> databases, BanditDesk desk, TimeProvider clock, ILogger<BanditKeeper> log) : BackgroundService
{
    /// <summary>The name under which its moves are logged.</summary>
    public const string Who = "RecLab";

    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(15);

    /// <summary>Looks now.</summary>
    /// <returns>Keys of the experiments whose shares changed.</returns>
    public async Task<IReadOnlyList<string>> LookAsync(CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var running = await db.Set<Experiment>().AsNoTracking().Include(e => e.Arms.OrderBy(a => a.Position)).Where(e => e.State == ExperimentState.Running).ToListAsync(cancellation);
        List<string> changed = [];
        foreach (var experiment in running)
        {
            try
            {
                var settings = ExperimentSettings.FromJson(experiment.Settings);
                if (settings.Mode != ExperimentMode.Bandit) continue;
                var began = await db.Set<ExperimentPhase>().Where(p => p.ExperimentId == experiment.Id && p.Number == experiment.Phase).Select(p => p.StartedAt).SingleOrDefaultAsync(cancellation);
                if (clock.GetUtcNow() - began < TimeSpan.FromHours(settings.Bandit.EveryHours)) continue; // before anything is added up
                if (await desk.FollowAsync(experiment, Who, cancellation) is not null) changed.Add(experiment.Key);
            }
            catch (Refusal refusal)
            {
                log.LogInformation("{Experiment} changed while its shares did: {Sentence}", experiment.Key, refusal.Message);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.LogWarning(fault, "The bandit {Experiment} could not be looked after; the next look is in {Poll}.", experiment.Key, Poll);
            }
        }
        return changed;
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Poll, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping)) await TryAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            log.LogDebug("Looking after bandits ended with the application.");
        }
    }

    private async Task TryAsync(CancellationToken stopping)
    {
        try
        {
            await LookAsync(stopping);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            log.LogWarning(fault, "The running experiments could not be read; the next look is in {Poll}.", Poll);
        }
    }
}
