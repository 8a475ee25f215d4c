using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RecLab.Access;
using RecLab.Controls;
using RecLab.Experiments;
using RecLab.Live;
using RecLab.Storage;
using RecLab.Training;

namespace RecLab.Serving;

/// <summary>Takes every request that moves a rollout. Each is one transaction that reads the state first, leaves a move with the experiment and an entry with the placement, and is in force when the
/// call returns.</summary>
public sealed class RolloutDesk(IDbContextFactory<RecLabDb> databases, LiveExperiments experiments, PlacementShelf shelf, LiveFeed feed, TimeProvider clock)
{
    private const int LongestReason = 500;

    /// <summary>Begins a rollout inside the transaction of a decision. With one step the placement serves the arm to everybody at once.</summary>
    /// <param name="experiment">Just decided for <paramref name="position"/>, with its arms.</param>
    /// <param name="simulated">The reading the decision was made on.</param>
    /// <exception cref="Refusal">The plan cannot be followed, the placement is gone, or another rollout is under way there.</exception>
    public async Task OpenAsync(RecLabDb db, Experiment experiment, int position, RolloutPlan plan, bool simulated, string who, CancellationToken cancellation = default)
    {
        var placement = await db.Set<Placement>().SingleOrDefaultAsync(p => p.Key == experiment.Placement, cancellation)
            ?? throw new Refusal($"There is no placement '{experiment.Placement}' anymore, so nothing can be shipped to it.");
        await RefuseBesideAsync(db, placement.Key, cancellation);
        var arm = experiment.Arms.Single(a => a.Position == position);
        if (plan.Steps.Count != 1 && plan.Fault(arm.Weight * experiment.Traffic) is { } fault) throw new Refusal(fault);
        var before = await db.Set<Variant>().AsNoTracking().FirstOrDefaultAsync(v => v.Id == placement.DefaultVariantId, cancellation);
        var control = experiment.Arms.Single(a => a.Position == 0);
        var now = clock.GetUtcNow();
        var rollout = new Rollout
        {
            ExperimentId = experiment.Id, ExperimentKey = experiment.Key, Placement = placement.Key, VariantId = arm.VariantId, Name = arm.Name,
            BeforeVariantId = before?.Id ?? control.VariantId, BeforeName = before?.Name ?? control.Name, BeforeDefaultId = placement.DefaultVariantId,
            Seed = experiment.HashSeed, From = experiment.Arms.Where(a => a.Position < position).OrderBy(a => a.Position).Sum(a => a.Weight),
            Steps = string.Join(',', plan.Steps), HoursPerStep = plan.HoursPerStep, RollBackOnBreach = plan.RollBackOnBreach, Simulated = simulated,
            Phase = experiment.Phase, StartedAt = now, StepAt = now, Who = who, Why = "decided",
        };
        if (rollout.BeforeVariantId == rollout.VariantId && plan.Steps.Count > 1) throw new Refusal($"{placement.Name} serves {arm.Name} already, so there is nothing to roll out in steps.");
        db.Add(rollout);
        if (plan.Steps.Count == 1) Finish(db, rollout, placement, experiment.State, $"decision on {experiment.Name}", who);
        else
        {
            await PhaseAsync(db, rollout, who, cancellation);
            Note(db, rollout, placement, experiment.State, "roll out", who, $"{rollout.Name} goes to {rollout.StepList[0]}% of the users, the others keep {rollout.BeforeName}; steps {string.Join(", ", rollout.StepList)}%.");
        }
    }

    /// <summary>The next step. At the last the placement serves the variant to everybody.</summary>
    public Task<Rollout> AdvanceAsync(string experimentKey, string who, string why = "", CancellationToken cancellation = default) => MoveAsync(experimentKey, why, cancellation, async (db, rollout, placement, state, reason) =>
    {
        Need(rollout, rollout.IsUnderWay, "advanced");
        rollout.Step++;
        rollout.StepAt = clock.GetUtcNow();
        (rollout.State, rollout.Who, rollout.Why) = (RolloutState.Growing, who, reason);
        if (rollout.Next is null) Finish(db, rollout, placement, state, $"rollout of {rollout.ExperimentKey}", who, reason);
        else
        {
            await PhaseAsync(db, rollout, who, cancellation);
            Note(db, rollout, placement, state, "advance rollout", who, $"{rollout.Name} goes to {rollout.StepList[rollout.Step]}% of the users.{After(reason)}");
        }
    });

    /// <summary>The share stays as it is.</summary>
    public Task<Rollout> HoldAsync(string experimentKey, string who, string why, CancellationToken cancellation = default) => MoveAsync(experimentKey, why, cancellation, (db, rollout, placement, state, reason) =>
    {
        Need(rollout, rollout.State == RolloutState.Growing, "held");
        (rollout.State, rollout.Who, rollout.Why) = (RolloutState.Held, who, reason);
        Note(db, rollout, placement, state, "hold rollout", who, $"{rollout.Name} stays at {rollout.StepList[rollout.Step]}% of the users.{After(reason)}");
        return Task.CompletedTask;
    });

    /// <summary>Goes on from where it was held; the time of the step begins anew.</summary>
    public Task<Rollout> ResumeAsync(string experimentKey, string who, string why = "", CancellationToken cancellation = default) => MoveAsync(experimentKey, why, cancellation, (db, rollout, placement, state, reason) =>
    {
        Need(rollout, rollout.State == RolloutState.Held, "resumed");
        (rollout.State, rollout.Who, rollout.Why, rollout.StepAt) = (RolloutState.Growing, who, reason, clock.GetUtcNow());
        Note(db, rollout, placement, state, "resume rollout", who, $"{rollout.Name} goes on at {rollout.StepList[rollout.Step]}% of the users.{After(reason)}");
        return Task.CompletedTask;
    });

    /// <summary>Everybody gets what was there before, also after the last step as long as the placement still serves what was rolled out.</summary>
    /// <param name="why">Required.</param>
    public Task<Rollout> RollBackAsync(string experimentKey, string who, string why, CancellationToken cancellation = default) => MoveAsync(experimentKey, why, cancellation, (db, rollout, placement, state, reason) =>
    {
        if (reason.Length == 0) throw new Refusal("Say why it is rolled back.");
        var served = rollout.State == RolloutState.Done && placement.DefaultVariantId == rollout.VariantId && placement.DefaultExperiment == rollout.ExperimentKey;
        Need(rollout, rollout.IsUnderWay || served, "rolled back");
        var back = rollout.BeforeDefaultId is null ? "its fallback chain" : rollout.BeforeName;
        if (served) placement.Promote(rollout.BeforeDefaultId, clock.GetUtcNow(), who, $"{rollout.Name} was rolled back: {reason}", null);
        (rollout.State, rollout.Who, rollout.Why, rollout.EndedAt) = (RolloutState.RolledBack, who, reason, clock.GetUtcNow());
        Close(db, rollout);
        Note(db, rollout, placement, state, "roll back", who, $"{placement.Name} serves {back} again.{After(reason)}");
        return Task.CompletedTask;
    });

    /// <summary>Begins a new phase at the same step where a model behind it was replaced since; the share and who has it stay.</summary>
    /// <returns>Null where nothing was replaced.</returns>
    public async Task<Rollout?> AdoptModelsAsync(string experimentKey, string who, CancellationToken cancellation = default)
    {
        await using (var db = await databases.CreateDbContextAsync(cancellation))
        {
            var present = await db.Set<Rollout>().AsNoTracking().SingleOrDefaultAsync(r => r.ExperimentKey == experimentKey, cancellation);
            if (present is not { IsUnderWay: true } || !await ReplacedAsync(db, present, cancellation)) return null;
        }
        return await MoveAsync(experimentKey, "", cancellation, async (db, rollout, placement, state, _) =>
        {
            Need(rollout, rollout.IsUnderWay, "given new models");
            if (!await ReplacedAsync(db, rollout, cancellation)) return;
            await PhaseAsync(db, rollout, who, cancellation, "new model");
            Note(db, rollout, placement, state, "new model", who, $"Phase {rollout.Phase} begins because a model behind the rollout was replaced; who has it stays.");
        });
    }

    /// <summary>A placement with a rollout under way is changed by it alone.</summary>
    /// <exception cref="Refusal">One is under way.</exception>
    internal static async Task RefuseBesideAsync(RecLabDb db, string placement, CancellationToken cancellation)
    {
        if (await db.Set<Rollout>().AsNoTracking().FirstOrDefaultAsync(r => r.Placement == placement && (r.State == RolloutState.Growing || r.State == RolloutState.Held), cancellation) is { } open)
            throw new Refusal($"{open.Name} is being rolled out at '{placement}' after {open.ExperimentKey}; end that rollout or roll it back first.");
    }

    private async Task<Rollout> MoveAsync(string experimentKey, string why, CancellationToken cancellation, Func<RecLabDb, Rollout, Placement, ExperimentState, string, Task> change)
    {
        var reason = why.Trim() is { Length: <= LongestReason } said ? said : throw new Refusal($"Say why in at most {LongestReason} characters.");
        await using var db = await databases.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var rollout = await db.Set<Rollout>().SingleOrDefaultAsync(r => r.ExperimentKey == experimentKey, cancellation) ?? throw new Refusal($"The experiment '{experimentKey}' has nothing to roll out.");
        var placement = await db.Set<Placement>().SingleOrDefaultAsync(p => p.Key == rollout.Placement, cancellation) ?? throw new Refusal($"There is no placement '{rollout.Placement}' anymore.");
        var state = await db.Set<Experiment>().Where(e => e.Id == rollout.ExperimentId).Select(e => e.State).SingleAsync(cancellation);
        await change(db, rollout, placement, state, reason);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        await AnnounceAsync();
        return rollout;
    }

    /// <summary>The next request obeys what was written.</summary>
    internal async Task AnnounceAsync()
    {
        await shelf.RefreshAsync(CancellationToken.None);
        await experiments.RefreshAsync(CancellationToken.None);
        feed.Changed(LiveFeed.Placements);
        feed.Changed(LiveFeed.Experiments);
    }

    private void Finish(RecLabDb db, Rollout rollout, Placement placement, ExperimentState state, string because, string who, string reason = "")
    {
        (rollout.State, rollout.EndedAt, rollout.Step) = (RolloutState.Done, clock.GetUtcNow(), rollout.StepList.Count - 1);
        placement.Promote(rollout.VariantId, clock.GetUtcNow(), who, because, rollout.ExperimentKey);
        Close(db, rollout);
        if (rollout.StepList.Count > 1) Note(db, rollout, placement, state, "end rollout", who, $"{rollout.Name} goes to everybody; {placement.Name} serves it.{After(reason)}");
        else Audited(db, placement, who, "placement.default", $"serves {rollout.Name} after the decision on experiment {rollout.ExperimentId} ({rollout.ExperimentKey})");
    }

    private void Close(RecLabDb db, Rollout rollout)
    {
        foreach (var phase in db.Set<ExperimentPhase>().Where(p => p.ExperimentId == rollout.ExperimentId && p.EndedAt == null)) phase.EndedAt = clock.GetUtcNow();
    }

    /// <summary>Opens the phase under which the present step is counted; the users of the one before are never added to it.</summary>
    private async Task PhaseAsync(RecLabDb db, Rollout rollout, string who, CancellationToken cancellation, string? why = null)
    {
        Close(db, rollout);
        var last = await db.Set<ExperimentPhase>().Where(p => p.ExperimentId == rollout.ExperimentId).MaxAsync(p => (int?)p.Number, cancellation) ?? 0;
        rollout.Phase = Math.Max(last, rollout.Phase) + 1;
        var runs = await RunsAsync(db, rollout, cancellation);
        db.Add(new ExperimentPhase
        {
            ExperimentId = rollout.ExperimentId, Number = rollout.Phase, StartedAt = clock.GetUtcNow(), Traffic = 1, Who = who, Why = why ?? $"rollout {rollout.StepList[rollout.Step]}%",
            Arms = JsonSerializer.Serialize(new PhaseArm[] { new(0, rollout.BeforeVariantId, rollout.BeforeName, 1 - rollout.Share, runs.Before), new(1, rollout.VariantId, rollout.Name, rollout.Share, runs.Chosen) }),
        });
    }

    private static async Task<(int? Before, int? Chosen)> RunsAsync(RecLabDb db, Rollout rollout, CancellationToken cancellation)
    {
        var served = await db.Set<Variant>().AsNoTracking().Where(v => v.Id == rollout.BeforeVariantId || v.Id == rollout.VariantId).ToDictionaryAsync(v => v.Id, v => v.ServedRunId, cancellation);
        return (served.GetValueOrDefault(rollout.BeforeVariantId), served.GetValueOrDefault(rollout.VariantId));
    }

    private static async Task<bool> ReplacedAsync(RecLabDb db, Rollout rollout, CancellationToken cancellation)
    {
        var phase = await db.Set<ExperimentPhase>().AsNoTracking().SingleAsync(p => p.ExperimentId == rollout.ExperimentId && p.Number == rollout.Phase, cancellation);
        var then = ExperimentFile.ArmsOf(phase);
        return (then[0].RunId, then[1].RunId) != await RunsAsync(db, rollout, cancellation);
    }

    private void Note(RecLabDb db, Rollout rollout, Placement placement, ExperimentState state, string verb, string who, string sentence)
    {
        db.Add(new ExperimentMove { ExperimentId = rollout.ExperimentId, From = state, To = state, Verb = verb, Who = who, Why = sentence, At = clock.GetUtcNow() });
        Audited(db, placement, who, $"placement.{verb.Replace(' ', '-')}", $"{sentence} Experiment {rollout.ExperimentId} ({rollout.ExperimentKey}).");
    }

    private void Audited(RecLabDb db, Placement placement, string who, string action, string detail) =>
        db.Add(new AuditEntry { At = clock.GetUtcNow(), Who = who, Action = action, Subject = PlacementDesk.SubjectOf(placement), Detail = detail });

    private static void Need(Rollout rollout, bool may, string done)
    {
        if (!may) throw new Refusal($"The rollout of {rollout.Name} {(rollout.State switch { RolloutState.Growing => "is under way", RolloutState.Held => "is held", RolloutState.Done => "is complete", _ => "was rolled back" })} and cannot be {done}.");
    }

    private static string After(string reason) => reason.Length == 0 ? "" : $" Reason: {reason}";
}
