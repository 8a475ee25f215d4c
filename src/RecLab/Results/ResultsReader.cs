using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RecLab.Events;
using RecLab.Experiments;
using RecLab.Recommenders.Evaluation;
using RecLab.Results.Metrics;
using RecLab.Serving;
using RecLab.Storage;
using RecLab.Training;

namespace RecLab.Results;

/// <summary>Reads what a results page is computed from. Viewers of one page share a reading, but never one begun before the newest commit of the log:
/// whoever is told of a change and reads would otherwise see the old numbers, and be told of nothing more.</summary>
public sealed class ResultsReader(IDbContextFactory<RecLabDb> databases, TotalsReader totals, TrafficReader traffic, TeamTotals teams, EventLog log, TimeProvider clock)
{
    /// <summary>How long a reading is shared between viewers while nothing is committed, and how far apart two begin while something is.</summary>
    public static readonly TimeSpan Shared = TimeSpan.FromMilliseconds(400);

    private readonly Dictionary<UnitScope, SharedReading> _shared = [];

    /// <summary>The reading of an experiment, or null where there is no such experiment. A decided one answers from its snapshot.</summary>
    /// <param name="phase">An earlier phase; null, or a number that no phase has, for the present one.</param>
    public async Task<ResultsInput?> ReadAsync(string key, bool simulated, int? phase = null, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var experiment = await db.Set<Experiment>().AsNoTracking().Include(e => e.Arms.OrderBy(a => a.Position)).SingleOrDefaultAsync(e => e.Key == key, cancellation);
        if (experiment is null) return null;
        if (phase is null && experiment.Snapshot is { Length: > 2 } frozen && ResultsSnapshot.FromJson(frozen).Reading(simulated) is { } kept) return kept with { State = experiment.State, Halt = null };
        var known = phase is { } p && await db.Set<ExperimentPhase>().AnyAsync(x => x.ExperimentId == experiment.Id && x.Number == p, cancellation) ? p : experiment.Phase; // rollout steps are phases too
        return await ReadAsync(db, experiment, simulated, known, cancellation);
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
        var settings = ExperimentSettings.FromJson(experiment.Settings);
        var asked = AskedMetric.Of(experiment.GoalMetric, settings, simulated);
        var sums = await TotalsAsync(scope, arms.Length, asked, now, cancellation);
        var (lists, fallbacks, lastAt) = totals.Newest(scope);
        var contest = settings.Mode == ExperimentMode.Interleaving && number <= experiment.Phase ? await Task.Run(() => teams.Read(scope, arms.Length), cancellation) : null; // a rollout's steps send each user to one side
        if (contest is not null && phase is not null) (lists, fallbacks) = totals.Interleaved(scope, experiment.Placement, phase.StartedAt, phase.EndedAt ?? now);
        var aside = phase is null ? 0 : traffic.Tallies(simulated, phase.StartedAt).Where(t => (t.Placement == experiment.Placement || t.Placement.Length == 0) && TotalsReader.IsAside(t)).Sum(t => t.Count);
        return new()
        {
            Key = experiment.Key, Name = experiment.Name, State = experiment.State, GoalMetric = experiment.GoalMetric, Alpha = experiment.Alpha,
            Settings = settings, Contest = contest, Earlier = settings.Mode == ExperimentMode.Bandit && phase is not null ? await EarlierAsync(db, experiment, phase, sums, asked, simulated, cancellation) : [], Phase = number, Arms = arms, PhaseStartedAt = phase?.StartedAt, PhaseEndedAt = phase?.EndedAt,
            Simulated = simulated, ReadAt = now, Totals = sums,
            Facts = new(sums.SeveralArms, fallbacks, lists, aside, lastAt),
            Offline = await OfflineAsync(db, arms, cancellation), Halt = await HaltAsync(db, experiment.Placement, cancellation),
        };
    }

    /// <summary>The phases from which this one differs in its shares alone.</summary>
    private async Task<IReadOnlyList<Bandits.Stratum>> EarlierAsync(RecLabDb db, Experiment experiment, ExperimentPhase present, PhaseTotals shown, IReadOnlyList<AskedMetric> asked, bool simulated, CancellationToken cancellation)
    {
        var phases = await db.Set<ExperimentPhase>().AsNoTracking().Where(p => p.ExperimentId == experiment.Id && p.Number <= present.Number).OrderByDescending(p => p.Number).ToListAsync(cancellation);
        List<Bandits.Stratum> earlier = [];
        var next = Bandits.Stratum.FirstDay(shown);
        for (var i = 0; i + 1 < phases.Count && phases[i].Why == PhaseDesk.ReweightWhy; i++)
        {
            var (phase, arms) = (phases[i + 1], ExperimentFile.ArmsOf(phases[i + 1]));
            var found = await Task.Run(() => totals.Read(new(experiment.Id, phase.Number, simulated), arms.Count, asked, items: false), cancellation);
            earlier.Insert(0, new(phase.Number, phase.StartedAt, arms, Bandits.Stratum.Ended(found, next)));
            next = Bandits.Stratum.FirstDay(found) ?? next;
        }
        return earlier;
    }

    private Task<PhaseTotals> TotalsAsync(UnitScope scope, int arms, IReadOnlyList<AskedMetric> asked, DateTimeOffset now, CancellationToken cancellation)
    {
        lock (_shared)
        {
            var last = _shared.GetValueOrDefault(scope);
            if (last is not null && last.Serves(log.Rows, now)) return last.Totals.WaitAsync(cancellation);
            var wait = last is null ? TimeSpan.Zero : last.At + Shared - now;
            if (wait < TimeSpan.Zero || wait > Shared) wait = TimeSpan.Zero; // long ago, or the clock was set back
            return (_shared[scope] = new SharedReading(now + wait, BeginAsync)).Totals.WaitAsync(cancellation);

            // not the caller's token: the next viewer may be waiting for the same reading
            async Task<PhaseTotals> BeginAsync(SharedReading mine)
            {
                await Task.Delay(wait, clock, CancellationToken.None);
                if (last is not null) await ((Task)last.Totals).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // one at a time; who asked for it was told of its failure
                mine.Begins(log.Rows);
                return totals.Read(scope, arms, asked);
            }
        }
    }

    private static async Task<PlacementHalt?> HaltAsync(RecLabDb db, string placement, CancellationToken cancellation) =>
        await db.Set<Placement>().AsNoTracking().FirstOrDefaultAsync(p => p.Key == placement && p.HaltedAt != null, cancellation) is { } halted ? new(halted.Name, halted.HaltedAt!.Value, halted.HaltedBy, halted.HaltedWhy) : null;

    private static async Task<IReadOnlyList<OfflineArm>> OfflineAsync(RecLabDb db, PhaseArm[] arms, CancellationToken cancellation)
    {
        var wanted = arms.Where(a => a.RunId is not null).Select(a => a.RunId!.Value).Distinct().ToArray();
        var runs = await db.Set<TrainingRun>().AsNoTracking().Where(r => wanted.Contains(r.Id)).ToDictionaryAsync(r => r.Id, cancellation);
        return [.. arms.Where(a => a.RunId is { } id && runs.ContainsKey(id)).Select(a => (Arm: a.Position, Run: runs[a.RunId!.Value]))
            .Select(a => new OfflineArm(a.Arm, a.Run.Id, a.Run.Version, a.Run.DatasetId, a.Run.Evaluation is { } json ? EvaluationResult.FromJson(json) : null))];
    }

    /// <summary>A reading that several viewers wait for.</summary>
    private sealed class SharedReading
    {
        private const long NotBegun = -1;
        private long _rows = NotBegun;

        /// <param name="at">When it begins.</param>
        /// <param name="read">Reads; runs on a pool thread.</param>
        public SharedReading(DateTimeOffset at, Func<SharedReading, Task<PhaseTotals>> read)
        {
            At = at;
            Totals = Task.Run(() => read(this));
        }

        public DateTimeOffset At { get; }

        public Task<PhaseTotals> Totals { get; }

        /// <summary>The log has this many rows when the first of them is read.</summary>
        public void Begins(long rows) => Volatile.Write(ref _rows, rows);

        /// <summary>Whether it tells all that is committed now: it has not begun yet, or is fresh and nothing was committed since.</summary>
        public bool Serves(long rows, DateTimeOffset now)
        {
            var begun = Volatile.Read(ref _rows);
            return !Totals.IsFaulted && (begun == NotBegun || (begun == rows && now >= At && now - At < Shared));
        }
    }
}
