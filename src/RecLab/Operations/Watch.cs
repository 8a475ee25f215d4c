using Microsoft.EntityFrameworkCore;
using RecLab.Data;
using RecLab.Events;
using RecLab.Experiments;
using RecLab.Notices;
using RecLab.Results;
using RecLab.Storage;
using RecLab.Training;

namespace RecLab.Operations;

/// <summary>Looks every half minute for what people should be told: a traffic split that breaks, a guardrail that does, events that stop coming, jobs that fail, experiments that reach their end.</summary>
public sealed class Watch(IDbContextFactory<RecLabDb> databases, ResultsReader results, EventLog events, NoticeDesk notices, IEnumerable<INewsSource> others, TimeProvider clock, ILogger<Watch> log) : BackgroundService
{
    /// <summary>What failed longer ago is not news any more.</summary>
    private static readonly TimeSpan News = TimeSpan.FromDays(1);

    /// <summary>Looks now.</summary>
    public async Task LookAsync(CancellationToken cancellation = default)
    {
        await JobsAsync(cancellation);
        await ExperimentsAsync(cancellation);
        foreach (var other in others)
            foreach (var (kind, cause, sentence, path) in await other.LookAsync(clock.GetUtcNow() - News, cancellation)) await notices.TellAsync(kind, cause, sentence, path, cancellation);
        if (events.Pulse.Stopped(clock.GetUtcNow()) is { } stop) await notices.TellAsync(NoticeKind.IngestStopped, stop.Cause, stop.Sentence, "/operations", cancellation);
    }

    private async Task JobsAsync(CancellationToken cancellation)
    {
        var since = clock.GetUtcNow() - News;
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var runs = await (from r in db.Set<TrainingRun>().AsNoTracking()
                          where (r.State == RunState.Failed || r.State == RunState.Lost) && r.FinishedAt > since
                          join v in db.Set<Variant>() on r.VariantId equals v.Id
                          select new { r.Id, r.Attempt, r.Version, v.Name, r.Error }).ToListAsync(cancellation);
        foreach (var run in runs) await FailedAsync($"run:{run.Id}:{run.Attempt}", $"The training of {run.Name} v{run.Version} failed", run.Error, $"/training/{run.Id}", cancellation);
        foreach (var data in await db.Set<Dataset>().AsNoTracking().Where(d => d.State == DatasetState.Failed && d.CreatedAt > since).Select(d => new { d.Id, d.Name, d.Error }).ToListAsync(cancellation))
            await FailedAsync($"dataset:{data.Id}", $"The import of {data.Name} failed", data.Error, $"/data/{data.Id}", cancellation);
    }

    private Task FailedAsync(string cause, string what, string? why, string path, CancellationToken cancellation) =>
        notices.TellAsync(NoticeKind.JobFailed, cause, why is { Length: > 0 } ? $"{what}: {(why.Length > 300 ? why[..300] : why)}" : $"{what}.", path, cancellation);

    private async Task ExperimentsAsync(CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        foreach (var experiment in await db.Set<Experiment>().AsNoTracking().Include(e => e.Arms.OrderBy(a => a.Position)).Where(e => e.State == ExperimentState.Running || e.State == ExperimentState.Paused).ToListAsync(cancellation))
        {
            try
            {
                foreach (var simulated in (bool[])[false, true]) await ExperimentAsync(experiment, simulated, cancellation);
            }
#pragma warning disable CA1031 // one experiment that cannot be read must not hide the others
            catch (Exception fault) when (fault is not OperationCanceledException)
#pragma warning restore CA1031
            {
                log.LogError(fault, "The numbers of experiment {Experiment} could not be looked at; the others were.", experiment.Key);
                await notices.TellAsync(NoticeKind.NotWatched, $"{CauseOf(experiment)}:unread", $"Nobody watches {experiment.Name}: its numbers cannot be read. The log says why.", PathOf(experiment), cancellation);
            }
        }
    }

    private static string CauseOf(Experiment experiment) => $"experiment:{experiment.Id}:{experiment.Phase}";

    private static string PathOf(Experiment experiment) => $"/experiments/{experiment.Key}";

    /// <summary>It looks thousands of times, so everything it judges holds at every look: the split by a sequential test, guardrails by always-valid bounds with the error shared between them.</summary>
    private async Task ExperimentAsync(Experiment experiment, bool simulated, CancellationToken cancellation)
    {
        var (cause, path) = (CauseOf(experiment), PathOf(experiment));
        var input = await results.ReadAsync(experiment, simulated, cancellation);
        var (whose, reading) = simulated ? ("simulated visitors", "simulated") : ("users", "live");
        var split = input.Contest is null ? Health.Of(input.Arms, input.Totals.Arms, input.Facts, simulated, running: true, input.ReadAt).Cells.First(c => c.Title == Health.SplitTitle) : null; // interleaved lists split nobody
        if (split is { Level: HealthLevel.Bad } && Health.SplitStrays(input.Arms, input.Totals.Arms))
            await notices.TellAsync(NoticeKind.SampleRatio, $"{cause}:split:{reading}", $"{experiment.Name} does not split its {whose} as planned ({split.Value}, {split.Caption}); its numbers cannot be trusted.", $"{path}?traffic={reading}", cancellation);
        if (simulated || input.PhaseStartedAt is null) return;
        if (split is not { Level: HealthLevel.Bad })
            foreach (var broken in GuardrailWatch.Broken(input))
                await notices.TellAsync(NoticeKind.Guardrail, $"{cause}:guard:{broken.Metric.Key}:{broken.Arm}", $"{experiment.Name}: {broken.Sentence}", path, cancellation);
        if (ResultsView.Of(input).Progress.PlanComplete) await notices.TellAsync(NoticeKind.ExperimentEnd, $"{cause}:end", $"{experiment.Name} has the users and the days of its plan; it can be decided.", path, cancellation);
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(30), clock);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            try
            {
                await LookAsync(stopping);
            }
            catch (Exception) when (stopping.IsCancellationRequested) { return; }
#pragma warning disable CA1031 // one look that fails must not end the watch
            catch (Exception fault)
#pragma warning restore CA1031
            {
                log.LogError(fault, "The watch could not look; it looks again in half a minute.");
            }
        }
    }
}
