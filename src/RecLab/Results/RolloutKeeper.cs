using Microsoft.EntityFrameworkCore;
using RecLab.Controls;
using RecLab.Experiments;
using RecLab.Serving;
using RecLab.Storage;

namespace RecLab.Results;

/// <summary>Watches the rollouts that are under way: a broken guardrail rolls back or holds, traffic that does not add up holds, and where a schedule was given the next step comes once its time has
/// passed and every guardrail holds. While the placement's kill switch is on nothing is judged, because nobody is counted.</summary>
public sealed class RolloutKeeper(IDbContextFactory<RecLabDb> databases, RolloutReader rollouts, RolloutDesk desk, TimeProvider clock, ILogger<RolloutKeeper> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);
    private readonly SemaphoreSlim _looking = new(1, 1);

    /// <summary>Looks now.</summary>
    public async Task LookAsync(CancellationToken cancellation = default)
    {
        await _looking.WaitAsync(cancellation);
        try
        {
            await using var db = await databases.CreateDbContextAsync(cancellation);
            var open = await db.Set<Rollout>().AsNoTracking().Where(r => r.State == RolloutState.Growing || r.State == RolloutState.Held).ToListAsync(cancellation);
            foreach (var rollout in open)
                if (!await db.Set<Placement>().AnyAsync(p => p.Key == rollout.Placement && p.HaltedAt != null, cancellation)) await TryAsync(rollout, cancellation);
        }
        finally
        {
            _looking.Release();
        }
    }

    /// <summary>One rollout that cannot be read does not leave the others unwatched.</summary>
    private async Task TryAsync(Rollout rollout, CancellationToken cancellation)
    {
        try
        {
            await LookAtAsync(rollout, cancellation);
        }
        catch (Refusal refusal)
        {
            log.LogInformation("The rollout of {Experiment} changed while it was looked at: {Sentence}", rollout.ExperimentKey, refusal.Message);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            log.LogWarning(fault, "The rollout of {Experiment} could not be looked at; the next look is in {Every}.", rollout.ExperimentKey, Every);
        }
    }

    private async Task LookAtAsync(Rollout rollout, CancellationToken cancellation)
    {
        var key = rollout.ExperimentKey;
        if (await desk.AdoptModelsAsync(key, PhaseKeeper.Who, cancellation) is not null || await rollouts.ReadAsync(key, cancellation) is not { } reading) return;
        switch (reading.Advice)
        {
            case RolloutAdvice.Broken when rollout.RollBackOnBreach: await desk.RollBackAsync(key, PhaseKeeper.Who, reading.Sentence, cancellation); break;
            case RolloutAdvice.Broken or RolloutAdvice.Hold when rollout.State == RolloutState.Growing: await desk.HoldAsync(key, PhaseKeeper.Who, reading.Sentence, cancellation); break;
            case RolloutAdvice.Advance when rollout is { State: RolloutState.Growing, HoursPerStep: not null }: await desk.AdvanceAsync(key, PhaseKeeper.Who, reading.Sentence, cancellation); break;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Every, clock);
        do
        {
            try
            {
                await LookAsync(stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                log.LogDebug("Watching the rollouts ended with the application.");
                return;
            }
            catch (Exception fault)
            {
                log.LogWarning(fault, "The rollouts could not be looked at; the next look is in {Every}.", Every);
            }
        }
        while (await timer.WaitForNextTickAsync(stopping));
    }
}

/// <summary>Reads a rollout with the numbers of its present step.</summary>
public sealed class RolloutReader(IDbContextFactory<RecLabDb> databases, ResultsReader results, TimeProvider clock)
{
    /// <returns>Null where the experiment has no rollout.</returns>
    public async Task<RolloutReading?> ReadAsync(string experimentKey, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        if (await db.Set<Rollout>().AsNoTracking().SingleOrDefaultAsync(r => r.ExperimentKey == experimentKey, cancellation) is not { } rollout) return null;
        var input = rollout.IsUnderWay ? await results.ReadAsync(experimentKey, rollout.Simulated, rollout.Phase, cancellation) : null;
        return RolloutReading.Of(rollout, input, clock.GetUtcNow());
    }
}
