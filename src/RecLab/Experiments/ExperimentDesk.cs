using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RecLab.Access;
using RecLab.Controls;
using RecLab.Live;
using RecLab.Storage;

namespace RecLab.Experiments;

/// <summary>Takes every request that changes an experiment. Each verb is one transaction that begins by reading the state under the write lock, so two
/// people cannot both start one; each leaves a move (who, when, why) and an audit entry, or refuses with one sentence and changes nothing.</summary>
public sealed class ExperimentDesk(IDbContextFactory<RecLabDb> databases, IPreflight preflight, LiveFeed feed, TimeProvider clock)
{
    /// <summary>What a change of weights, arms or models means; pages show it before they ask for the reason.</summary>
    public const string NewPhaseConsequence =
        "This starts a new phase: users are assigned anew and the numbers begin again at zero. The phase before stays readable.";

    /// <summary>Keeps a new draft.</summary>
    /// <exception cref="Refusal">Something in it is wrong, or the key is taken.</exception>
    public async Task<Experiment> DraftAsync(ExperimentDraft draft, string who, CancellationToken cancellation = default)
    {
        RefuseIf(draft.Faults().FirstOrDefault());
        await using var db = await databases.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        if (await db.Set<Experiment>().AnyAsync(e => e.Key == draft.Key, cancellation))
            throw new Refusal($"There is already an experiment with the key '{draft.Key}'.");
        var experiment = new Experiment { Key = draft.Key, Name = draft.Name, Placement = draft.Placement, CreatedAt = clock.GetUtcNow() };
        Write(draft, experiment);
        if (experiment.Owner.Length == 0) experiment.Owner = who;
        db.Add(experiment);
        await db.SaveChangesAsync(cancellation);
        Log(db, experiment, ExperimentState.Draft, "draft", who, "");
        await KeepAsync(db, transaction, cancellation);
        return experiment;
    }

    /// <summary>Replaces what is asked. One that was ready becomes a draft again and must be checked anew. The key stays.</summary>
    public Task<Experiment> EditAsync(string key, ExperimentDraft draft, string who, CancellationToken cancellation = default) =>
        MoveAsync(key, ExperimentVerb.Edit, "edit", who, "", async (db, experiment) =>
        {
            RefuseIf(draft.Faults().FirstOrDefault());
            if (draft.Key != key) throw new Refusal($"The key '{key}' is the seed of the assignment and cannot be changed.");
            db.RemoveRange(experiment.Arms);
            experiment.Arms = [];
            await db.SaveChangesAsync(cancellation);
            Write(draft, experiment);
            if (experiment.Owner.Length == 0) experiment.Owner = who;
            experiment.State = ExperimentState.Draft;
        }, cancellation);

    /// <summary>Runs every check. Becomes ready when all pass, and waits in <see cref="ExperimentState.Training"/> while only models are missing.</summary>
    public Task<Experiment> MarkReadyAsync(string key, string who, CancellationToken cancellation = default) =>
        MoveAsync(key, ExperimentVerb.MarkReady, "mark ready", who, "", async (db, experiment) =>
        {
            var report = await CheckAsync(db, experiment, cancellation);
            RefuseIf(report.Findings.FirstOrDefault(f => f.Level == FindingLevel.Blocks)?.Sentence);
            experiment.State = report.Findings.Any(f => f.Level == FindingLevel.Waits) ? ExperimentState.Training : ExperimentState.Ready;
        }, cancellation);

    /// <summary>Opens the experiment to traffic. The checks run again first.</summary>
    public Task<Experiment> StartAsync(string key, string who, string why = "", CancellationToken cancellation = default) =>
        MoveAsync(key, ExperimentVerb.Start, "start", who, why, async (db, experiment) =>
        {
            var report = await PassAsync(db, experiment, cancellation);
            experiment.State = ExperimentState.Running;
            experiment.StartedAt = clock.GetUtcNow();
            OpenPhase(db, experiment, report, who, "start");
        }, cancellation);

    /// <summary>Stops sending users; the placement serves what it serves without an experiment. Who comes back after a resume sees the same arm.</summary>
    public Task<Experiment> PauseAsync(string key, string who, string why, CancellationToken cancellation = default) =>
        MoveAsync(key, ExperimentVerb.Pause, "pause", who, why, (_, experiment) => { experiment.State = ExperimentState.Paused; return Task.CompletedTask; }, cancellation);

    /// <summary>Sends users again, with the same assignment as before, unless another experiment has taken the placement or a model was replaced meanwhile.</summary>
    public Task<Experiment> ResumeAsync(string key, string who, string why = "", CancellationToken cancellation = default) =>
        MoveAsync(key, ExperimentVerb.Resume, "resume", who, why, async (db, experiment) =>
        {
            var report = await PassAsync(db, experiment, cancellation);
            experiment.State = ExperimentState.Running;
            experiment.StoppedAt = null;
            if (await ModelsChangedAsync(db, experiment, report, cancellation)) await NextPhaseAsync(db, experiment, report, who, "resume with new models", cancellation);
            else (await PresentPhaseAsync(db, experiment, cancellation)).EndedAt = null;
        }, cancellation);

    /// <summary>Closes the experiment to traffic for good; it waits for a decision.</summary>
    public Task<Experiment> StopAsync(string key, string who, string why, CancellationToken cancellation = default) =>
        MoveAsync(key, ExperimentVerb.Stop, "stop", who, why, async (db, experiment) =>
        {
            experiment.State = ExperimentState.Review;
            await CloseAsync(db, experiment, cancellation);
        }, cancellation);

    /// <summary>Other weights or other arms: a new phase (<see cref="NewPhaseConsequence"/>).</summary>
    public Task<Experiment> ChangeArmsAsync(string key, IReadOnlyList<ArmDraft> arms, string who, string why, CancellationToken cancellation = default) =>
        MoveAsync(key, ExperimentVerb.ChangeArms, "change arms", who, why, async (db, experiment) =>
        {
            RefuseIf(ExperimentDraft.ArmFaults(arms).FirstOrDefault());
            db.RemoveRange(experiment.Arms);
            experiment.Arms = [];
            await db.SaveChangesAsync(cancellation);
            Arrange(arms, experiment);
            await NextPhaseAsync(db, experiment, await PassAsync(db, experiment, cancellation), who, "change arms", cancellation);
        }, cancellation);

    /// <summary>Another share of the placement's users. More only adds users and moves nobody; less would drop users who have been counted, so it starts a new phase.</summary>
    public Task<Experiment> ChangeTrafficAsync(string key, double traffic, string who, string why, CancellationToken cancellation = default) =>
        MoveAsync(key, ExperimentVerb.ChangeTraffic, "change traffic", who, why, async (db, experiment) =>
        {
            if (!(traffic is > 0 and <= 1)) throw new Refusal(FormattableString.Invariant($"The traffic share must be above 0 and at most 1, and is {traffic}."));
            var less = traffic < experiment.Traffic;
            experiment.Traffic = traffic;
            if (less) await NextPhaseAsync(db, experiment, await PassAsync(db, experiment, cancellation), who, "less traffic", cancellation);
            else (await PresentPhaseAsync(db, experiment, cancellation)).Traffic = traffic;
        }, cancellation);

    /// <summary>Records one more attribute of the users from now on. What it shows is exploratory: it was not asked before the start.</summary>
    public Task<Experiment> AddSliceAsync(string key, string attribute, string who, CancellationToken cancellation = default) =>
        MoveAsync(key, ExperimentVerb.AddSlice, "add slice", who, attribute.Trim(), (_, experiment) =>
        {
            var (settings, name) = (ExperimentSettings.FromJson(experiment.Settings), attribute.Trim());
            if (name.Length is 0 or > 64) throw new Refusal("A slice is the name of an attribute with 1 to 64 characters.");
            if (settings.Slices.Concat(settings.LaterSlices).Contains(name)) throw new Refusal($"The result is split by '{name}' already.");
            if (settings.Slices.Count + settings.LaterSlices.Count >= ExperimentSettings.MostSlices) throw new Refusal($"A result can be split by at most {ExperimentSettings.MostSlices} attributes.");
            experiment.Settings = (settings with { LaterSlices = [.. settings.LaterSlices, name] }).ToJson();
            return Task.CompletedTask;
        }, cancellation);

    /// <summary>Why a phase began that differs from the one before in its shares alone.</summary>
    public const string ReweightWhy = "reweight";

    /// <summary>A bandit's new shares: a new phase, in which users are sent anew. Made from a named phase, so that the same change asked for twice is made once.</summary>
    /// <param name="phase">The phase whose numbers led to it.</param>
    /// <param name="shares">By position; control's must be its fixed one.</param>
    /// <returns>Null, and nothing changed, where the experiment is no longer running in that phase or a model behind an arm was replaced.</returns>
    public async Task<Experiment?> ReweightAsync(string key, int phase, IReadOnlyList<double> shares, string who, string why, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var experiment = await LoadAsync(db, key, cancellation);
        if (!Lifecycle.Allows(experiment.State, ExperimentVerb.Reweight) || experiment.Phase != phase) return null;
        var settings = ExperimentSettings.FromJson(experiment.Settings);
        if (settings.Mode != ExperimentMode.Bandit) throw new Refusal($"The experiment '{experiment.Name}' is no bandit; its shares are changed by people.");
        if (shares.Count != experiment.Arms.Count) throw new Refusal($"{experiment.Arms.Count} arms need as many shares, not {shares.Count}.");
        RefuseIf(ExperimentDraft.ArmFaults([.. experiment.Arms.Select(a => new ArmDraft(a.VariantId, a.Name, shares[a.Position]))]).FirstOrDefault());
        if (Math.Abs(shares[0] - settings.Bandit.ControlShare) > 1e-4) throw new Refusal("A bandit never changes the share of control.");
        var report = await preflight.LookAsync(experiment, cancellation);
        if (await ModelsChangedAsync(db, experiment, report, cancellation)) return null;
        foreach (var arm in experiment.Arms) arm.Weight = shares[arm.Position];
        await NextPhaseAsync(db, experiment, report, who, ReweightWhy, cancellation);
        Log(db, experiment, experiment.State, ReweightWhy, who, why);
        await KeepAsync(db, transaction, cancellation);
        return experiment;
    }

    /// <summary>Begins a new phase where the model behind an arm was replaced since the present one began; returns null and changes nothing otherwise.</summary>
    public async Task<Experiment?> AdoptModelsAsync(string key, string who, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var experiment = await LoadAsync(db, key, cancellation);
        if (experiment.State != ExperimentState.Running) return null;
        var report = await preflight.LookAsync(experiment, cancellation);
        if (!await ModelsChangedAsync(db, experiment, report, cancellation)) return null;
        await NextPhaseAsync(db, experiment, report, who, "new model", cancellation);
        Log(db, experiment, experiment.State, "new model", who, $"Phase {experiment.Phase} begins because a model behind an arm was replaced.");
        await KeepAsync(db, transaction, cancellation);
        return experiment;
    }

    /// <summary>Records the outcome and freezes the numbers; the experiment is read-only from now on.</summary>
    /// <param name="chosenArm">Position of the arm that serves from now on; null without one.</param>
    /// <param name="snapshot">The numbers as they were when it was decided, JSON.</param>
    /// <param name="why">The reason; required.</param>
    /// <param name="also">What else must happen in the same transaction.</param>
    public Task<Experiment> DecideAsync(string key, ExperimentOutcome outcome, int? chosenArm, string snapshot, string who, string why,
        Func<RecLabDb, Experiment, Task>? also = null, CancellationToken cancellation = default) =>
        MoveAsync(key, ExperimentVerb.Decide, "decide", who, why, async (db, experiment) =>
        {
            if (string.IsNullOrWhiteSpace(why)) throw new Refusal("A decision needs its reason.");
            if (outcome == ExperimentOutcome.Ship && experiment.Arms.All(a => a.Position != chosenArm))
                throw new Refusal($"The experiment '{experiment.Name}' has no arm to ship at position {chosenArm}.");
            experiment.State = ExperimentState.Decided;
            experiment.Outcome = outcome;
            experiment.ChosenArm = outcome switch { ExperimentOutcome.Ship => chosenArm, ExperimentOutcome.KeepControl => 0, _ => null };
            experiment.DecidedAt = clock.GetUtcNow();
            experiment.Snapshot = snapshot;
            await CloseAsync(db, experiment, cancellation);
        }, cancellation, also);

    /// <summary>Puts it out of sight; nothing is deleted.</summary>
    public Task<Experiment> ArchiveAsync(string key, string who, string why = "", CancellationToken cancellation = default) =>
        MoveAsync(key, ExperimentVerb.Archive, "archive", who, why, async (db, experiment) =>
        {
            if (await db.Set<Rollout>().AnyAsync(r => r.ExperimentId == experiment.Id && (r.State == RolloutState.Growing || r.State == RolloutState.Held), cancellation))
                throw new Refusal($"The experiment '{experiment.Name}' is being rolled out and cannot be archived before that ends.");
            experiment.State = ExperimentState.Archived;
        }, cancellation);

    /// <summary>A new draft that asks the same under another key.</summary>
    public async Task<Experiment> DuplicateAsync(string key, string newKey, string who, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var original = await LoadAsync(db, key, cancellation);
        return await DraftAsync(ExperimentDraft.Of(original) with { Key = newKey, Name = $"{original.Name} (copy)", Owner = who }, who, cancellation);
    }

    /// <summary>A key like the given one that no experiment has yet: home-1 gives home-2.</summary>
    public async Task<string> FreeKeyAsync(string like, CancellationToken cancellation = default)
    {
        var stem = like.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9').TrimEnd('-');
        if (stem.Length is 0 or > 56) stem = stem.Length == 0 ? "experiment" : stem[..56];
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var taken = (await db.Set<Experiment>().Where(e => e.Key.StartsWith(stem)).Select(e => e.Key).ToListAsync(cancellation)).ToHashSet(StringComparer.Ordinal);
        for (var n = 1; ; n++)
            if (!taken.Contains($"{stem}-{n}")) return $"{stem}-{n}";
    }

    /// <summary>Everything that is checked before a start, as it would be found now.</summary>
    public async Task<PreflightReport> CheckAsync(Experiment experiment, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await CheckAsync(db, experiment, cancellation);
    }

    private async Task<PreflightReport> CheckAsync(RecLabDb db, Experiment experiment, CancellationToken cancellation)
    {
        var report = await preflight.LookAsync(experiment, cancellation);
        var others = await db.Set<Experiment>().AsNoTracking()
            .Where(e => e.Placement == experiment.Placement && e.State == ExperimentState.Running && e.Id != experiment.Id).ToListAsync(cancellation);
        return report with { Findings = [.. report.Findings, Overlap.Look(experiment, others)] };
    }

    private async Task<PreflightReport> PassAsync(RecLabDb db, Experiment experiment, CancellationToken cancellation)
    {
        var report = await CheckAsync(db, experiment, cancellation);
        RefuseIf(report.Findings.FirstOrDefault(f => f.Level is FindingLevel.Blocks or FindingLevel.Waits)?.Sentence);
        return report;
    }

    private async Task<Experiment> MoveAsync(string key, ExperimentVerb verb, string name, string who, string why, Func<RecLabDb, Experiment, Task> change, CancellationToken cancellation,
        Func<RecLabDb, Experiment, Task>? after = null)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var experiment = await LoadAsync(db, key, cancellation);
        RefuseIf(Lifecycle.Objection(experiment, verb));
        var from = experiment.State;
        await change(db, experiment);
        Log(db, experiment, from, name, who, why);
        if (after is not null) await after(db, experiment);
        await KeepAsync(db, transaction, cancellation);
        return experiment;
    }

    private static async Task<Experiment> LoadAsync(RecLabDb db, string key, CancellationToken cancellation) =>
        await db.Set<Experiment>().Include(e => e.Arms.OrderBy(a => a.Position)).SingleOrDefaultAsync(e => e.Key == key, cancellation)
        ?? throw new Refusal($"There is no experiment with the key '{key}'.");

    private async Task KeepAsync(RecLabDb db, Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction transaction, CancellationToken cancellation)
    {
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        feed.Changed(LiveFeed.Experiments);
    }

    private void Log(RecLabDb db, Experiment experiment, ExperimentState from, string verb, string who, string why)
    {
        db.Add(new ExperimentMove { ExperimentId = experiment.Id, From = from, To = experiment.State, Verb = verb, Who = who, Why = why.Trim(), At = clock.GetUtcNow() });
        db.Add(new AuditEntry { At = clock.GetUtcNow(), Who = who, Action = $"experiment.{verb.Replace(' ', '-')}", Subject = $"experiment {experiment.Id} ({experiment.Key})", Detail = why.Trim() });
    }

    private static void Write(ExperimentDraft draft, Experiment experiment)
    {
        (experiment.Name, experiment.Placement, experiment.Hypothesis) = (draft.Name.Trim(), draft.Placement, draft.Hypothesis.Trim());
        (experiment.Owner, experiment.Tags, experiment.Notes) = (draft.Owner.Trim(), draft.Tags.Trim(), draft.Notes.Trim());
        (experiment.Traffic, experiment.GoalMetric, experiment.Alpha) = (draft.Traffic, draft.GoalMetric, draft.Alpha);
        experiment.Settings = draft.Settings.ToJson();
        Arrange(draft.Arms, experiment);
    }

    private static void Arrange(IReadOnlyList<ArmDraft> arms, Experiment experiment) =>
        experiment.Arms = [.. arms.Select((arm, position) => new ExperimentArm { Position = position, VariantId = arm.VariantId, Name = arm.Name, Weight = arm.Weight })];

    private void OpenPhase(RecLabDb db, Experiment experiment, PreflightReport report, string who, string why) => db.Add(new ExperimentPhase
    {
        ExperimentId = experiment.Id, Number = experiment.Phase, StartedAt = clock.GetUtcNow(), Traffic = experiment.Traffic, Who = who, Why = why,
        Arms = JsonSerializer.Serialize(experiment.Arms.Select(a => new PhaseArm(a.Position, a.VariantId, a.Name, a.Weight, Served(report, a)))),
    });

    private static int? Served(PreflightReport report, ExperimentArm arm) => report.ServedRuns.TryGetValue(arm.VariantId, out var run) ? run : null;

    private async Task NextPhaseAsync(RecLabDb db, Experiment experiment, PreflightReport report, string who, string why, CancellationToken cancellation)
    {
        (await PresentPhaseAsync(db, experiment, cancellation)).EndedAt ??= clock.GetUtcNow();
        experiment.Phase++;
        OpenPhase(db, experiment, report, who, why);
    }

    private static Task<ExperimentPhase> PresentPhaseAsync(RecLabDb db, Experiment experiment, CancellationToken cancellation) =>
        db.Set<ExperimentPhase>().SingleAsync(p => p.ExperimentId == experiment.Id && p.Number == experiment.Phase, cancellation);

    private static async Task<bool> ModelsChangedAsync(RecLabDb db, Experiment experiment, PreflightReport report, CancellationToken cancellation)
    {
        var phase = await PresentPhaseAsync(db, experiment, cancellation);
        var then = JsonSerializer.Deserialize<PhaseArm[]>(phase.Arms)!.ToDictionary(a => a.Position, a => a.RunId);
        return experiment.Arms.Any(a => then.GetValueOrDefault(a.Position) != Served(report, a));
    }

    private async Task CloseAsync(RecLabDb db, Experiment experiment, CancellationToken cancellation)
    {
        experiment.StoppedAt ??= clock.GetUtcNow();
        (await PresentPhaseAsync(db, experiment, cancellation)).EndedAt ??= clock.GetUtcNow();
    }

    private static void RefuseIf(string? sentence)
    {
        if (sentence is not null) throw new Refusal(sentence);
    }
}
