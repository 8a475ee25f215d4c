using RecLab.Controls;
using RecLab.Events;
using RecLab.Experiments;
using RecLab.Serving;
using RecLab.Storage;

namespace RecLab.Results;

/// <summary>What somebody decides about an experiment.</summary>
/// <param name="Arm">Position of the arm to ship; null otherwise.</param>
/// <param name="Reason">Why; required.</param>
/// <param name="Reviewer">Who else looked at it; required where the choice opposes what the numbers suggest.</param>
/// <param name="Simulated">The reading the choice was made on.</param>
/// <param name="Rollout">How a shipped arm reaches everybody; null for at once.</param>
public sealed record DecisionDraft(ExperimentOutcome Outcome, int? Arm, string Reason, string Reviewer, bool Simulated, RolloutPlan? Rollout = null);

/// <summary>Takes decisions: freezes both readings, closes the experiment and lets the placement serve the chosen arm, in one transaction.</summary>
public sealed class DecisionDesk(ExperimentReader experiments, ResultsReader results, UnitTotals units, UnitSlices slices, ExperimentDesk desk, RolloutDesk rollouts, TimeProvider clock)
{
    /// <exception cref="Refusal">There is no reason, no reviewer where one is needed, health forbids shipping, or the experiment cannot be decided.</exception>
    public async Task<Experiment> DecideAsync(string key, DecisionDraft draft, string who, CancellationToken cancellation = default)
    {
        var file = await experiments.ReadAsync(key, cancellation) ?? throw new Refusal($"There is no experiment with the key '{key}'.");
        var live = await results.ReadAsync(file.Experiment, simulated: false, cancellation);
        var simulated = await results.ReadAsync(file.Experiment, simulated: true, cancellation);
        var view = ResultsView.Of(draft.Simulated ? simulated : live);
        if (draft.Outcome == ExperimentOutcome.Ship && view.Withheld)
            throw new Refusal($"Nothing can be shipped on these numbers: {view.Health.Blocking!.Title}, {view.Health.Blocking.Caption}.");
        if (view.Recommendation.IsOpposedBy(draft.Outcome, draft.Arm) && string.IsNullOrWhiteSpace(draft.Reviewer))
            throw new Refusal($"The numbers say '{view.Recommendation.Text}'. Deciding otherwise needs the name of a reviewer.");
        var why = draft.Reviewer.Trim().Length > 0 ? $"{draft.Reason.Trim()} (reviewed by {draft.Reviewer.Trim()})" : draft.Reason;
        FrozenDepth Depth(ResultsInput of) => FrozenDepth.Read(units, slices, new(file.Experiment.Id, of.Phase, of.Simulated), Metrics.AskedMetric.Of(of.GoalMetric, of.Settings, of.Simulated));
        var snapshot = await Task.Run(() => ResultsSnapshot.Of(clock.GetUtcNow(), live, simulated, Depth(live), Depth(simulated)).ToJson(), cancellation);
        var decided = await desk.DecideAsync(key, draft.Outcome, draft.Arm, snapshot, who, why, (db, experiment) => ServeAsync(db, experiment, draft, who), cancellation);
        await rollouts.AnnounceAsync();
        return decided;
    }

    /// <summary>The placement serves the chosen arm from now on, at once or in steps; without a choice it goes on as before.</summary>
    private Task ServeAsync(RecLabDb db, Experiment experiment, DecisionDraft draft, string who) => experiment.ChosenArm is { } position
        ? rollouts.OpenAsync(db, experiment, position, draft.Outcome == ExperimentOutcome.Ship ? draft.Rollout ?? RolloutPlan.AtOnce : RolloutPlan.AtOnce, draft.Simulated, who)
        : Task.CompletedTask;
}
