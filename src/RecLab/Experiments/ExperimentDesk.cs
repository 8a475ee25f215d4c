using Microsoft.EntityFrameworkCore;
using RecLab.Controls;
using RecLab.Storage;

namespace RecLab.Experiments;

/// <summary>Takes every request that changes what is asked and where an experiment stands. What may begin a new phase of one that is under way is asked of the <see cref="PhaseDesk"/>.</summary>
public sealed class ExperimentDesk(ExperimentBook book)
{
    /// <summary>Keeps a new draft.</summary>
    /// <exception cref="Refusal">Something in it is wrong, or the key is taken.</exception>
    public Task<Experiment> DraftAsync(ExperimentDraft draft, string who, CancellationToken cancellation = default)
    {
        book.RefuseIfWrong(draft);
        var experiment = new Experiment { Key = draft.Key, Name = draft.Name, Placement = draft.Placement, CreatedAt = book.Now };
        Write(draft, experiment, who);
        return book.AddAsync(experiment, who, cancellation);
    }

    /// <summary>Replaces what is asked. One that was ready becomes a draft again and must be checked anew. The key stays.</summary>
    /// <param name="look">Looks at what stands there before it is replaced, and throws where that is not what was read; nobody changes it in between.</param>
    public Task<Experiment> EditAsync(string key, ExperimentDraft draft, string who, CancellationToken cancellation = default, Action<Experiment>? look = null) =>
        book.MoveAsync(key, ExperimentVerb.Edit, "edit", who, "", async (db, experiment) =>
        {
            look?.Invoke(experiment);
            book.RefuseIfWrong(draft);
            if (draft.Key != key) throw new Refusal($"The key '{key}' is the seed of the assignment and cannot be changed.");
            db.RemoveRange(experiment.Arms);
            experiment.Arms = [];
            await db.SaveChangesAsync(cancellation);
            Write(draft, experiment, who);
            experiment.State = ExperimentState.Draft;
        }, cancellation);

    /// <summary>Runs every check. Becomes ready when all pass, and waits in <see cref="ExperimentState.Training"/> while only models are missing.</summary>
    public async Task<Experiment> MarkReadyAsync(string key, string who, CancellationToken cancellation = default)
    {
        var past = await book.ReadPastAsync(key, ExperimentVerb.MarkReady, settle: false, cancellation);
        return await book.MoveAsync(key, ExperimentVerb.MarkReady, "mark ready", who, "", async (db, experiment) =>
        {
            var report = await book.CheckAsync(db, experiment, past, cancellation);
            ExperimentBook.RefuseIf(report.Findings.FirstOrDefault(f => f.Level == FindingLevel.Blocks)?.Sentence);
            experiment.State = report.Findings.Any(f => f.Level == FindingLevel.Waits) ? ExperimentState.Training : ExperimentState.Ready;
        }, cancellation);
    }

    /// <summary>Opens the experiment to traffic. The checks run again first.</summary>
    public async Task<Experiment> StartAsync(string key, string who, string why = "", CancellationToken cancellation = default)
    {
        var past = await book.ReadPastAsync(key, ExperimentVerb.Start, settle: true, cancellation);
        return await book.MoveAsync(key, ExperimentVerb.Start, "start", who, why, async (db, experiment) =>
        {
            var report = await book.PassAsync(db, experiment, past, cancellation);
            experiment.State = ExperimentState.Running;
            experiment.StartedAt = book.Now;
            experiment.Settings = (await book.SettleAsync(experiment, past)).ToJson();
            Phases.Open(db, experiment, report, who, "start", book.Now);
        }, cancellation);
    }

    /// <summary>Stops sending users; the placement serves what it serves without an experiment. Who comes back after a resume sees the same arm.</summary>
    public Task<Experiment> PauseAsync(string key, string who, string why, CancellationToken cancellation = default) =>
        book.MoveAsync(key, ExperimentVerb.Pause, "pause", who, why, (_, experiment) => { experiment.State = ExperimentState.Paused; return Task.CompletedTask; }, cancellation);

    /// <summary>Sends users again, with the same assignment as before, unless another experiment has taken the placement or a model was replaced meanwhile.</summary>
    public Task<Experiment> ResumeAsync(string key, string who, string why = "", CancellationToken cancellation = default) =>
        book.MoveAsync(key, ExperimentVerb.Resume, "resume", who, why, async (db, experiment) =>
        {
            var report = await book.PassAsync(db, experiment, null, cancellation);
            experiment.State = ExperimentState.Running;
            experiment.StoppedAt = null;
            if (await Phases.ModelsChangedAsync(db, experiment, report, cancellation)) await Phases.NextAsync(db, experiment, report, who, "resume with new models", book.Now, cancellation);
            else (await Phases.PresentAsync(db, experiment, cancellation)).EndedAt = null;
        }, cancellation);

    /// <summary>Closes the experiment to traffic for good; it waits for a decision.</summary>
    public Task<Experiment> StopAsync(string key, string who, string why, CancellationToken cancellation = default) =>
        book.MoveAsync(key, ExperimentVerb.Stop, "stop", who, why, async (db, experiment) =>
        {
            experiment.State = ExperimentState.Review;
            await Phases.CloseAsync(db, experiment, book.Now, cancellation);
        }, cancellation);

    /// <summary>Records one more attribute of the users from now on. What it shows is exploratory: it was not asked before the start.</summary>
    public Task<Experiment> AddSliceAsync(string key, string attribute, string who, CancellationToken cancellation = default) =>
        book.MoveAsync(key, ExperimentVerb.AddSlice, "add slice", who, attribute.Trim(), (_, experiment) =>
        {
            var (settings, name) = (ExperimentSettings.FromJson(experiment.Settings), attribute.Trim());
            if (name.Length is 0 or > 64) throw new Refusal("A slice is the name of an attribute with 1 to 64 characters.");
            if (settings.Slices.Concat(settings.LaterSlices).Contains(name)) throw new Refusal($"The result is split by '{name}' already.");
            if (settings.Slices.Count + settings.LaterSlices.Count >= ExperimentSettings.MostSlices) throw new Refusal($"A result can be split by at most {ExperimentSettings.MostSlices} attributes.");
            experiment.Settings = (settings with { LaterSlices = [.. settings.LaterSlices, name] }).ToJson();
            return Task.CompletedTask;
        }, cancellation);

    /// <summary>Records the outcome and freezes the numbers; the experiment is read-only from now on.</summary>
    /// <param name="chosenArm">Position of the arm that serves from now on; null without one.</param>
    /// <param name="snapshot">The numbers as they were when it was decided, JSON.</param>
    /// <param name="why">The reason; required.</param>
    /// <param name="also">What else must happen in the same transaction.</param>
    public Task<Experiment> DecideAsync(string key, ExperimentOutcome outcome, int? chosenArm, string snapshot, string who, string why,
        Func<RecLabDb, Experiment, Task>? also = null, CancellationToken cancellation = default) =>
        book.MoveAsync(key, ExperimentVerb.Decide, "decide", who, why, async (db, experiment) =>
        {
            if (string.IsNullOrWhiteSpace(why)) throw new Refusal("A decision needs its reason.");
            if (outcome == ExperimentOutcome.Ship && experiment.Arms.All(a => a.Position != chosenArm))
                throw new Refusal($"The experiment '{experiment.Name}' has no arm to ship at position {chosenArm}.");
            experiment.State = ExperimentState.Decided;
            experiment.Outcome = outcome;
            experiment.ChosenArm = outcome switch { ExperimentOutcome.Ship => chosenArm, ExperimentOutcome.KeepControl => 0, _ => null };
            experiment.DecidedAt = book.Now;
            experiment.Snapshot = snapshot;
            await Phases.CloseAsync(db, experiment, book.Now, cancellation);
        }, cancellation, also);

    /// <summary>Puts it out of sight; nothing is deleted.</summary>
    public Task<Experiment> ArchiveAsync(string key, string who, string why = "", CancellationToken cancellation = default) =>
        book.MoveAsync(key, ExperimentVerb.Archive, "archive", who, why, async (db, experiment) =>
        {
            if (await db.Set<Rollout>().AnyAsync(r => r.ExperimentId == experiment.Id && (r.State == RolloutState.Growing || r.State == RolloutState.Held), cancellation))
                throw new Refusal($"The experiment '{experiment.Name}' is being rolled out and cannot be archived before that ends.");
            experiment.State = ExperimentState.Archived;
        }, cancellation);

    /// <summary>A new draft that asks the same under another key.</summary>
    public async Task<Experiment> DuplicateAsync(string key, string newKey, string who, CancellationToken cancellation = default)
    {
        await using var db = await book.OpenAsync(cancellation);
        var original = await ExperimentBook.LoadAsync(db, key, cancellation);
        return await DraftAsync(ExperimentDraft.Of(original) with { Key = newKey, Name = $"{original.Name} (copy)", Owner = who }, who, cancellation);
    }

    /// <summary>A key like the given one that no experiment has yet: home-1 gives home-2.</summary>
    public async Task<string> FreeKeyAsync(string like, CancellationToken cancellation = default)
    {
        var stem = like.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9').TrimEnd('-');
        if (stem.Length is 0 or > 56) stem = stem.Length == 0 ? "experiment" : stem[..56];
        await using var db = await book.OpenAsync(cancellation);
        var taken = (await db.Set<Experiment>().Where(e => e.Key.StartsWith(stem)).Select(e => e.Key).ToListAsync(cancellation)).ToHashSet(StringComparer.Ordinal);
        for (var n = 1; ; n++)
            if (!taken.Contains($"{stem}-{n}")) return $"{stem}-{n}";
    }

    /// <summary>Everything that is checked before a start, as it would be found now.</summary>
    public async Task<PreflightReport> CheckAsync(Experiment experiment, CancellationToken cancellation = default)
    {
        await using var db = await book.OpenAsync(cancellation);
        return await book.CheckAsync(db, experiment, null, cancellation);
    }

    private static void Write(ExperimentDraft draft, Experiment experiment, string who)
    {
        (experiment.Name, experiment.Placement, experiment.Hypothesis) = (draft.Name.Trim(), draft.Placement, draft.Hypothesis.Trim());
        (experiment.Owner, experiment.Tags, experiment.Notes) = (draft.Owner.Trim() is { Length: > 0 } owner ? owner : who, draft.Tags.Trim(), draft.Notes.Trim());
        (experiment.Traffic, experiment.GoalMetric, experiment.Alpha) = (draft.Traffic, draft.GoalMetric, draft.Alpha);
        experiment.Settings = (draft.Settings with { FixedCaps = [] }).ToJson(); // only a start fixes them
        experiment.Arrange(draft.Arms);
    }
}
