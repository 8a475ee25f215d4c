using Microsoft.EntityFrameworkCore;
using RecLab.Access;
using RecLab.Controls;
using RecLab.Experiments;
using RecLab.Live;
using RecLab.Serving;
using RecLab.Storage;

namespace RecLab.Results;

/// <summary>What somebody decides about an experiment.</summary>
/// <param name="Arm">Position of the arm to ship; null otherwise.</param>
/// <param name="Reason">Why; required.</param>
/// <param name="Reviewer">Who else looked at it; required where the choice opposes what the numbers suggest.</param>
/// <param name="Simulated">The reading the choice was made on.</param>
public sealed record DecisionDraft(ExperimentOutcome Outcome, int? Arm, string Reason, string Reviewer, bool Simulated);

/// <summary>Takes decisions: freezes both readings, closes the experiment and lets the placement serve the chosen arm, in one transaction.</summary>
public sealed class DecisionDesk(ExperimentReader experiments, ResultsReader results, ExperimentDesk desk, LiveFeed feed, TimeProvider clock)
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
        var snapshot = ResultsSnapshot.Of(clock.GetUtcNow(), live, simulated).ToJson();
        var decided = await desk.DecideAsync(key, draft.Outcome, draft.Arm, snapshot, who, why, (db, experiment) => ServeAsync(db, experiment, who), cancellation);
        feed.Changed(LiveFeed.Placements);
        return decided;
    }

    /// <summary>The placement serves the chosen arm from now on; without a choice it goes on as before.</summary>
    private async Task ServeAsync(RecLabDb db, Experiment experiment, string who)
    {
        if (experiment.ChosenArm is not { } position) return;
        var arm = experiment.Arms.Single(a => a.Position == position);
        var placement = await db.Set<Placement>().SingleOrDefaultAsync(p => p.Key == experiment.Placement)
            ?? throw new Refusal($"There is no placement '{experiment.Placement}' anymore, so nothing can be shipped to it.");
        placement.Promote(arm.VariantId, clock.GetUtcNow(), who, $"decision on {experiment.Name}", experiment.Key);
        db.Add(new AuditEntry
        {
            At = clock.GetUtcNow(), Who = who, Action = "placement.default", Subject = $"placement {placement.Id} ({placement.Key})",
            Detail = $"serves {arm.Name} after the decision on experiment {experiment.Id} ({experiment.Key})",
        });
    }
}
