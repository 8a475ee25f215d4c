using RecLab.Controls;

namespace RecLab.Experiments;

/// <summary>Takes every request that may begin a new phase of an experiment that is under way: other arms, other shares, other models.</summary>
public sealed class PhaseDesk(ExperimentBook book, IPreflight preflight)
{
    /// <summary>What a change of weights, arms or models means; pages show it before they ask for the reason.</summary>
    public const string Consequence =
        "This starts a new phase: users are assigned anew and the numbers begin again at zero. The phase before stays readable.";

    /// <summary>Why a phase began that differs from the one before in its shares alone.</summary>
    public const string ReweightWhy = "reweight";

    /// <summary>Other weights or other arms: a new phase (<see cref="Consequence"/>).</summary>
    public Task<Experiment> ChangeArmsAsync(string key, IReadOnlyList<ArmDraft> arms, string who, string why, CancellationToken cancellation = default) =>
        book.MoveAsync(key, ExperimentVerb.ChangeArms, "change arms", who, why, async (db, experiment) =>
        {
            ExperimentBook.RefuseIf(ExperimentDraft.ArmFaults(arms).FirstOrDefault());
            db.RemoveRange(experiment.Arms);
            experiment.Arms = [];
            await db.SaveChangesAsync(cancellation);
            experiment.Arrange(arms);
            await Phases.NextAsync(db, experiment, await book.PassAsync(db, experiment, null, cancellation), who, "change arms", book.Now, cancellation);
        }, cancellation);

    /// <summary>Another share of the placement's users. More only adds users and moves nobody; less would drop users who have been counted, so it starts a new phase.</summary>
    public Task<Experiment> ChangeTrafficAsync(string key, double traffic, string who, string why, CancellationToken cancellation = default) =>
        book.MoveAsync(key, ExperimentVerb.ChangeTraffic, "change traffic", who, why, async (db, experiment) =>
        {
            if (!(traffic is > 0 and <= 1)) throw new Refusal(FormattableString.Invariant($"The traffic share must be above 0 and at most 1, and is {traffic}."));
            var less = traffic < experiment.Traffic;
            experiment.Traffic = traffic;
            if (less) await Phases.NextAsync(db, experiment, await book.PassAsync(db, experiment, null, cancellation), who, "less traffic", book.Now, cancellation);
            else (await Phases.PresentAsync(db, experiment, cancellation)).Traffic = traffic;
        }, cancellation);

    /// <summary>A bandit's new shares: a new phase, in which users are sent anew. Made from a named phase, so that the same change asked for twice is made once.</summary>
    /// <param name="phase">The phase whose numbers led to it.</param>
    /// <param name="shares">By position; control's must be its fixed one.</param>
    /// <returns>Null, and nothing changed, where the experiment is no longer running in that phase or a model behind an arm was replaced.</returns>
    public Task<Experiment?> ReweightAsync(string key, int phase, IReadOnlyList<double> shares, string who, string why, CancellationToken cancellation = default) =>
        book.TryMoveAsync(key, who, async (db, experiment) =>
        {
            if (!Lifecycle.Allows(experiment.State, ExperimentVerb.Reweight) || experiment.Phase != phase) return null;
            var settings = ExperimentSettings.FromJson(experiment.Settings);
            if (settings.Mode != ExperimentMode.Bandit) throw new Refusal($"The experiment '{experiment.Name}' is no bandit; its shares are changed by people.");
            if (shares.Count != experiment.Arms.Count) throw new Refusal($"{experiment.Arms.Count} arms need as many shares, not {shares.Count}.");
            ExperimentBook.RefuseIf(ExperimentDraft.ArmFaults([.. experiment.Arms.Select(a => new ArmDraft(a.VariantId, a.Name, shares[a.Position]))]).FirstOrDefault());
            if (Math.Abs(shares[0] - settings.Bandit.ControlShare) > 1e-4) throw new Refusal("A bandit never changes the share of control.");
            var report = await preflight.LookAsync(experiment, cancellation: cancellation);
            if (await Phases.ModelsChangedAsync(db, experiment, report, cancellation)) return null;
            foreach (var arm in experiment.Arms) arm.Weight = shares[arm.Position];
            await Phases.NextAsync(db, experiment, report, who, ReweightWhy, book.Now, cancellation);
            return (ReweightWhy, why);
        }, cancellation);

    /// <summary>Begins a new phase where the model behind an arm was replaced since the present one began; returns null and changes nothing otherwise.</summary>
    public Task<Experiment?> AdoptModelsAsync(string key, string who, CancellationToken cancellation = default) =>
        book.TryMoveAsync(key, who, async (db, experiment) =>
        {
            if (experiment.State != ExperimentState.Running) return null;
            var report = await preflight.LookAsync(experiment, cancellation: cancellation);
            if (!await Phases.ModelsChangedAsync(db, experiment, report, cancellation)) return null;
            await Phases.NextAsync(db, experiment, report, who, "new model", book.Now, cancellation);
            return ("new model", $"Phase {experiment.Phase} begins because a model behind an arm was replaced.");
        }, cancellation);
}
