using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;
using RecLab.Live;
using RecLab.Statistics.Assignment;
using RecLab.Storage;

namespace RecLab.Experiments;

/// <summary>The running experiments by placement, in memory. Serving asks it for every list; nothing is stored to make an answer sticky. It reads again
/// when told so and every two seconds, because other processes move experiments too. When nothing could be read for <see cref="Patience"/>, everybody
/// sees control and nobody is counted.</summary>
public sealed class LiveExperiments(IDbContextFactory<RecLabDb> databases, LiveFeed feed, TimeProvider clock, ILogger<LiveExperiments> log) : BackgroundService
{
    /// <summary>Name of the setting that holds the global holdout's share of users, 0..1 in invariant writing.</summary>
    public const string HoldoutSetting = "experiments.holdout";

    /// <summary>How long an old view is trusted after the store stopped answering.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(2);
    private static readonly uint HoldoutSeed = Fnv1a.Hash("global-holdout");
    private readonly SemaphoreSlim _reading = new(1, 1);
    private readonly HashSet<int> _unreadable = [];
    private volatile View _view = new(FrozenDictionary<string, RunningExperiment[]>.Empty, FrozenDictionary<string, RunningExperiment>.Empty, FrozenDictionary<string, RunningRollout>.Empty, FrozenSet<string>.Empty, 0, null);

    /// <summary>The arm this user sees at this placement, or null where no experiment asks for one.</summary>
    /// <param name="unit">The user, as events name it.</param>
    /// <param name="attributes">What is known of the request, for targeting.</param>
    public Assignment? Assign(string placement, string unit, IReadOnlyDictionary<string, string>? attributes = null) => Route(placement, unit, attributes).Assignment;

    /// <summary>The same with the reason.</summary>
    public Routing Route(string placement, string unit, IReadOnlyDictionary<string, string>? attributes = null)
    {
        var view = _view;
        if (view.ReadAt is not { } readAt) return new(null, RouteReasons.StoreUnreadable);
        var rollout = view.Rollouts.GetValueOrDefault(placement);
        if (!view.ByPlacement.TryGetValue(placement, out var experiments))
        {
            if (rollout is null) return new(null, RouteReasons.NoExperiment);
            experiments = [];
        }
        if (clock.GetElapsedTime(readAt) > Patience) return new(experiments.Length > 0 ? experiments[0].Control : rollout!.Before, RouteReasons.StoreUnreadable);
        var held = view.Holdout > 0 && Bucketing.Hash(HoldoutSeed, unit) < view.Holdout;
        var reason = RouteReasons.NoExperiment;
        foreach (var experiment in experiments)
        {
            var routing = Decide(view, experiment, held, unit, attributes, view.ByKey.Count);
            if (routing.Assignment is not null) return routing;
            reason = routing.Reason;
        }
        // whom no experiment claims gets what is being rolled out, if it is this user's turn; the holdout waits until everybody has it
        return rollout is null || held ? new(null, held && rollout is not null ? RouteReasons.Holdout : reason) : new(rollout.Route(unit), RouteReasons.Rollout);
    }

    /// <summary>Whether anything at this placement looks at attributes, so that they are worth completing.</summary>
    public bool AsksAttributes(string placement) => _view.Asking.Contains(placement);

    /// <summary>What is recorded of a user of this experiment; null for nothing.</summary>
    public IReadOnlyDictionary<string, string>? Traits(string experimentKey, IReadOnlyDictionary<string, string>? attributes) => _view.ByKey.GetValueOrDefault(experimentKey)?.Traits(attributes);

    /// <summary>Reads the store now.</summary>
    public async Task RefreshAsync(CancellationToken cancellation = default)
    {
        await _reading.WaitAsync(cancellation);
        try
        {
            var startedAt = clock.GetTimestamp(); // not the time of day: somebody may set the clock
            await using var db = await databases.CreateDbContextAsync(cancellation);
            var running = await db.Set<Experiment>().AsNoTracking().Include(e => e.Arms).Where(e => e.State == ExperimentState.Running).OrderBy(e => e.Id).ToListAsync(cancellation);
            var holdout = await db.Set<Setting>().AsNoTracking().SingleOrDefaultAsync(s => s.Name == HoldoutSetting, cancellation);
            var rollouts = await db.Set<Rollout>().AsNoTracking().Where(r => r.State == RolloutState.Growing || r.State == RolloutState.Held).ToListAsync(cancellation);
            var ready = running.Select(e => (e.Placement, Experiment: Made(e))).Where(r => r.Experiment is not null).Select(r => (r.Placement, Experiment: r.Experiment!)).ToArray();
            _view = new(ready.GroupBy(r => r.Placement, r => r.Experiment).ToFrozenDictionary(g => g.Key, g => g.ToArray()),
                ready.ToFrozenDictionary(r => r.Experiment.Key, r => r.Experiment),
                rollouts.ToFrozenDictionary(r => r.Placement, r => new RunningRollout(r)), ready.Where(r => r.Experiment.AsksAttributes).Select(r => r.Placement).ToFrozenSet(), Share(holdout), startedAt);
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>Null, told once, where what it asks cannot be read: the others must go on.</summary>
    private RunningExperiment? Made(Experiment experiment)
    {
        try
        {
            var made = new RunningExperiment(experiment);
            _unreadable.Remove(experiment.Id);
            return made;
        }
        catch (Exception fault) when (fault is System.Text.Json.JsonException or ArgumentException)
        {
            if (_unreadable.Add(experiment.Id)) log.LogError(fault, "What {Experiment} asks cannot be read; nobody is assigned to it.", experiment.Key);
            return null;
        }
    }

    /// <summary>Reads once before the first request is answered: nobody is shown control for a moment after a restart.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await TryRefreshAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await using var listening = feed.Listen(LiveFeed.Experiments, () => TryRefreshAsync(stopping));
        using var timer = new PeriodicTimer(Poll, clock);
        do await TryRefreshAsync(stopping);
        while (await timer.WaitForNextTickAsync(stopping));
    }

    private async Task TryRefreshAsync(CancellationToken stopping)
    {
        try
        {
            await RefreshAsync(stopping);
        }
        catch (Exception fault) when (!stopping.IsCancellationRequested)
        {
            log.LogWarning(fault, "The running experiments could not be read; the last view is kept for {Patience}.", Patience);
        }
        catch (OperationCanceledException)
        {
            log.LogDebug("Reading the running experiments ended with the application.");
        }
    }

    /// <summary>What an experiment says to a user, with its holdout and what it asks of other experiments: each of them is asked the same way, what it asks of others included. Only who is counted in the arm asked for is admitted:
    /// a tester is shown the arm and belongs to none.</summary>
    /// <param name="deeper">How many experiments may still be asked; a chain longer than there are experiments goes round in a circle and admits nobody.</param>
    private static Routing Decide(View view, RunningExperiment experiment, bool held, string unit, IReadOnlyDictionary<string, string>? attributes, int deeper)
    {
        if (held && experiment.Settings.RespectsHoldout) return new(null, RouteReasons.Holdout);
        if (experiment.Settings.Prerequisite is { } before
            && !(deeper > 0 && view.ByKey.TryGetValue(before.Experiment, out var other)
                && Decide(view, other, held, unit, attributes, deeper - 1) is { Reason: RouteReasons.Assigned, Assignment.ArmPosition: var arm } && arm == before.Arm)) return new(null, RouteReasons.NotTargeted);
        return experiment.Route(unit, attributes);
    }

    private static double Share(Setting? setting) =>
        double.TryParse(setting?.Value, System.Globalization.CultureInfo.InvariantCulture, out var share) ? Math.Clamp(share, 0, 0.5) : 0;

    private sealed record View(FrozenDictionary<string, RunningExperiment[]> ByPlacement, FrozenDictionary<string, RunningExperiment> ByKey, FrozenDictionary<string, RunningRollout> Rollouts, FrozenSet<string> Asking, double Holdout, long? ReadAt);
}
