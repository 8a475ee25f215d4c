using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RecLab.Storage;

namespace RecLab.Experiments;

/// <summary>Begins and ends the phases of an experiment inside the transaction of a verb.</summary>
internal static class Phases
{
    /// <summary>Opens the phase that the experiment says is the present one, with the arms it has and the models that would answer.</summary>
    public static void Open(RecLabDb db, Experiment experiment, PreflightReport report, string who, string why, DateTimeOffset now) => db.Add(new ExperimentPhase
    {
        ExperimentId = experiment.Id, Number = experiment.Phase, StartedAt = now, Traffic = experiment.Traffic, Who = who, Why = why,
        Arms = JsonSerializer.Serialize(experiment.Arms.Select(a => new PhaseArm(a.Position, a.VariantId, a.Name, a.Weight, Served(report, a)))),
    });

    /// <summary>Ends the present phase and opens the next one.</summary>
    public static async Task NextAsync(RecLabDb db, Experiment experiment, PreflightReport report, string who, string why, DateTimeOffset now, CancellationToken cancellation)
    {
        (await PresentAsync(db, experiment, cancellation)).EndedAt ??= now;
        experiment.Phase++;
        Open(db, experiment, report, who, why, now);
    }

    public static Task<ExperimentPhase> PresentAsync(RecLabDb db, Experiment experiment, CancellationToken cancellation) =>
        db.Set<ExperimentPhase>().SingleAsync(p => p.ExperimentId == experiment.Id && p.Number == experiment.Phase, cancellation);

    /// <summary>Whether another model would answer for an arm than when the present phase began.</summary>
    public static async Task<bool> ModelsChangedAsync(RecLabDb db, Experiment experiment, PreflightReport report, CancellationToken cancellation)
    {
        var then = ExperimentFile.ArmsOf(await PresentAsync(db, experiment, cancellation)).ToDictionary(a => a.Position, a => a.RunId);
        return experiment.Arms.Any(a => then.GetValueOrDefault(a.Position) != Served(report, a));
    }

    /// <summary>Nobody is sent any more.</summary>
    public static async Task CloseAsync(RecLabDb db, Experiment experiment, DateTimeOffset now, CancellationToken cancellation)
    {
        experiment.StoppedAt ??= now;
        (await PresentAsync(db, experiment, cancellation)).EndedAt ??= now;
    }

    private static int? Served(PreflightReport report, ExperimentArm arm) => report.ServedRuns.TryGetValue(arm.VariantId, out var run) ? run : null;
}
