using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RecLab.Events;
using RecLab.Experiments;
using RecLab.Recommenders.Evaluation;
using RecLab.Storage;
using RecLab.Training;

namespace RecLab.Results;

/// <summary>Reads what a results page is computed from. Viewers of one page share a reading that is at most <see cref="Shared"/> old.</summary>
public sealed class ResultsReader(IDbContextFactory<RecLabDb> databases, TotalsReader totals, TrafficReader traffic, TimeProvider clock)
{
    /// <summary>How long a reading is shared between viewers.</summary>
    public static readonly TimeSpan Shared = TimeSpan.FromMilliseconds(400);

    private readonly Dictionary<UnitScope, (DateTimeOffset At, Task<PhaseTotals> Reading)> _shared = [];

    /// <summary>The reading of an experiment, or null where there is no such experiment. A decided one answers from its snapshot.</summary>
    /// <param name="phase">An earlier phase; null for the present one.</param>
    public async Task<ResultsInput?> ReadAsync(string key, bool simulated, int? phase = null, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var experiment = await db.Set<Experiment>().AsNoTracking().Include(e => e.Arms.OrderBy(a => a.Position)).SingleOrDefaultAsync(e => e.Key == key, cancellation);
        if (experiment is null) return null;
        if (phase is null && experiment.Snapshot is { Length: > 2 } frozen && ResultsSnapshot.FromJson(frozen).Reading(simulated) is { } kept) return kept with { State = experiment.State };
        return await ReadAsync(db, experiment, simulated, phase ?? experiment.Phase, cancellation);
    }

    /// <summary>The same of an experiment at hand, never from its snapshot.</summary>
    public async Task<ResultsInput> ReadAsync(Experiment experiment, bool simulated, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await ReadAsync(db, experiment, simulated, experiment.Phase, cancellation);
    }

    private async Task<ResultsInput> ReadAsync(RecLabDb db, Experiment experiment, bool simulated, int number, CancellationToken cancellation)
    {
        var phase = await db.Set<ExperimentPhase>().AsNoTracking().SingleOrDefaultAsync(p => p.ExperimentId == experiment.Id && p.Number == number, cancellation);
        PhaseArm[] arms = phase is not null ? JsonSerializer.Deserialize<PhaseArm[]>(phase.Arms)!
            : [.. experiment.Arms.OrderBy(a => a.Position).Select(a => new PhaseArm(a.Position, a.VariantId, a.Name, a.Weight, null))];
        var now = clock.GetUtcNow();
        var scope = new UnitScope(experiment.Id, number, simulated);
        var sums = await TotalsAsync(scope, arms.Length, now, cancellation);
        var (lists, fallbacks, lastAt) = totals.Newest(scope);
        var aside = phase is null ? 0 : traffic.Tallies(simulated, phase.StartedAt).Where(t => (t.Placement == experiment.Placement || t.Placement.Length == 0) && TotalsReader.IsAside(t)).Sum(t => t.Count);
        return new()
        {
            Key = experiment.Key, Name = experiment.Name, State = experiment.State, GoalMetric = experiment.GoalMetric, Alpha = experiment.Alpha,
            Settings = ExperimentSettings.FromJson(experiment.Settings), Phase = number, Arms = arms, PhaseStartedAt = phase?.StartedAt, PhaseEndedAt = phase?.EndedAt,
            Simulated = simulated, ReadAt = now, Totals = sums,
            Facts = new(sums.SeveralArms, fallbacks, lists, aside, lastAt),
            Offline = await OfflineAsync(db, arms, cancellation),
        };
    }

    private Task<PhaseTotals> TotalsAsync(UnitScope scope, int arms, DateTimeOffset now, CancellationToken cancellation)
    {
        lock (_shared)
        {
            if (_shared.TryGetValue(scope, out var kept) && now - kept.At < Shared && now >= kept.At && !kept.Reading.IsFaulted) return kept.Reading.WaitAsync(cancellation);
            // not the caller's token: the next viewer may be waiting for the same reading
            var reading = Task.Run(() => totals.Read(scope, arms), CancellationToken.None);
            _shared[scope] = (now, reading);
            return reading.WaitAsync(cancellation);
        }
    }

    private static async Task<IReadOnlyList<OfflineArm>> OfflineAsync(RecLabDb db, PhaseArm[] arms, CancellationToken cancellation)
    {
        var wanted = arms.Where(a => a.RunId is not null).Select(a => a.RunId!.Value).Distinct().ToArray();
        var runs = await db.Set<TrainingRun>().AsNoTracking().Where(r => wanted.Contains(r.Id)).ToDictionaryAsync(r => r.Id, cancellation);
        return [.. arms.Where(a => a.RunId is { } id && runs.ContainsKey(id)).Select(a => (Arm: a.Position, Run: runs[a.RunId!.Value]))
            .Select(a => new OfflineArm(a.Arm, a.Run.Id, a.Run.Version, a.Run.DatasetId, a.Run.Evaluation is { } json ? EvaluationResult.FromJson(json) : null))];
    }
}
