using Microsoft.EntityFrameworkCore;
using RecLab.Controls;
using RecLab.Experiments;
using RecLab.Results.Metrics;
using RecLab.Storage;

namespace RecLab.Results.Bandits;

/// <summary>Looks after running bandits: when the hours of an experiment's plan are over, its shares follow what has been found. A change names the phase it is made from, so that two processes, or one that was restarted,
/// cannot make it twice. Learns from live users where there are any, else from simulated visitors, never from both.</summary>
public sealed class BanditKeeper(IDbContextFactory<RecLabDb> databases, ExperimentDesk desk, ResultsReader results, TotalsReader totals, TimeProvider clock, ILogger<BanditKeeper> log) : BackgroundService
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
            var settings = ExperimentSettings.FromJson(experiment.Settings);
            if (settings.Mode != ExperimentMode.Bandit) continue;
            var began = await db.Set<ExperimentPhase>().Where(p => p.ExperimentId == experiment.Id && p.Number == experiment.Phase).Select(p => p.StartedAt).SingleOrDefaultAsync(cancellation);
            if (clock.GetUtcNow() - began < TimeSpan.FromHours(settings.Bandit.EveryHours)) continue; // before anything is added up
            var simulated = !totals.Any(experiment.Id, simulated: false) && totals.Any(experiment.Id, simulated: true);
            var input = await results.ReadAsync(experiment, simulated, cancellation);
            if (ResultsView.Of(input) is not { Allocation: { Shares: { } shares } allocation, Withheld: false }) continue;
            if (await desk.ReweightAsync(experiment.Key, experiment.Phase, shares, Who, Sentence(input, allocation), cancellation) is not null) changed.Add(experiment.Key);
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
        catch (Refusal refusal)
        {
            log.LogInformation("An experiment changed while its shares were: {Sentence}", refusal.Message);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            log.LogWarning(fault, "The bandits could not be looked after; the next look is in {Poll}.", Poll);
        }
    }

    private static string Sentence(ResultsInput input, Allocation allocation) =>
        $"{string.Join(", ", input.Arms.Select(a => $"{a.Name} {Figures.Rate(a.Weight)} to {Figures.Rate(allocation.Shares![a.Position])}"))}: {string.Join(", ", allocation.Beliefs.Select(b => $"{Arms.Letter(b.Arm)} is best with a chance of {Figures.Rate(b.Best)}"))}, by {OutcomeMetricCatalog.Get(input.GoalMetric).Noun} of {(input.Simulated ? "simulated visitors" : "live users")}.";
}
