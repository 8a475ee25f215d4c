using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using RecLab.Access;
using RecLab.Controls;
using RecLab.Live;
using RecLab.Storage;

namespace RecLab.Experiments;

/// <summary>How every verb is carried out: one transaction that begins by reading the state under the write lock, so two people cannot both start an experiment; it leaves a move (who, when, why) and
/// an audit entry, or refuses with one sentence and changes nothing. The desks say what a verb does.</summary>
public sealed class ExperimentBook(IDbContextFactory<RecLabDb> databases, IPreflight preflight, LiveFeed feed, TimeProvider clock)
{
    internal DateTimeOffset Now => clock.GetUtcNow();

    internal Task<RecLabDb> OpenAsync(CancellationToken cancellation) => databases.CreateDbContextAsync(cancellation);

    /// <summary>Keeps one that is new.</summary>
    internal async Task<Experiment> AddAsync(Experiment experiment, string who, CancellationToken cancellation)
    {
        await using var db = await OpenAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        if (await db.Set<Experiment>().AnyAsync(e => e.Key == experiment.Key, cancellation))
            throw new Refusal($"There is already an experiment with the key '{experiment.Key}'.");
        db.Add(experiment);
        await db.SaveChangesAsync(cancellation);
        Log(db, experiment, ExperimentState.Draft, "draft", who, "");
        await KeepAsync(db, transaction, cancellation);
        return experiment;
    }

    /// <summary>One verb that the state must allow.</summary>
    /// <param name="name">What the move is called in the log.</param>
    /// <param name="after">What else belongs to the transaction once the move is logged.</param>
    internal async Task<Experiment> MoveAsync(string key, ExperimentVerb verb, string name, string who, string why, Func<RecLabDb, Experiment, Task> change, CancellationToken cancellation,
        Func<RecLabDb, Experiment, Task>? after = null) =>
        (await TryMoveAsync(key, who, async (db, experiment) =>
        {
            RefuseIf(Lifecycle.Objection(experiment, verb));
            await change(db, experiment);
            return (name, why);
        }, cancellation, after))!;

    /// <summary>A change that looks for itself whether there is one to make.</summary>
    /// <param name="change">What the move is called and why it was made; null where nothing is to be done, and then nothing is.</param>
    internal async Task<Experiment?> TryMoveAsync(string key, string who, Func<RecLabDb, Experiment, Task<(string Name, string Why)?>> change, CancellationToken cancellation, Func<RecLabDb, Experiment, Task>? after = null)
    {
        await using var db = await OpenAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var experiment = await LoadAsync(db, key, cancellation);
        var from = experiment.State;
        if (await change(db, experiment) is not { } move) return null;
        Log(db, experiment, from, move.Name, who, move.Why);
        if (after is not null) await after(db, experiment);
        await KeepAsync(db, transaction, cancellation);
        return experiment;
    }

    internal static async Task<Experiment> LoadAsync(RecLabDb db, string key, CancellationToken cancellation) =>
        await db.Set<Experiment>().Include(e => e.Arms.OrderBy(a => a.Position)).SingleOrDefaultAsync(e => e.Key == key, cancellation)
        ?? throw new Refusal($"There is no experiment with the key '{key}'.");

    /// <summary>What the past says to an experiment that a verb is about to move, read before the verb's transaction.</summary>
    internal async Task<PastLook> ReadPastAsync(string key, ExperimentVerb verb, bool settle, CancellationToken cancellation)
    {
        Experiment experiment;
        await using (var db = await OpenAsync(cancellation)) experiment = await LoadAsync(db, key, cancellation);
        RefuseIf(Lifecycle.Objection(experiment, verb));
        return await preflight.ReadPastAsync(experiment, settle, cancellation);
    }

    /// <summary>The models and the placement as they are now, and whether another experiment is in the way.</summary>
    /// <param name="past">What was read before the transaction; null where there is none, or where the experiment has started.</param>
    internal async Task<PreflightReport> CheckAsync(RecLabDb db, Experiment experiment, PastLook? past, CancellationToken cancellation)
    {
        if (past is not null && past.Asked != PastLook.Of(experiment)) throw new Refusal($"The experiment '{experiment.Name}' was changed at this moment by somebody else. Look at it and try again.");
        var report = await preflight.LookAsync(experiment, past, cancellation);
        var others = await db.Set<Experiment>().AsNoTracking()
            .Where(e => e.Placement == experiment.Placement && e.State == ExperimentState.Running && e.Id != experiment.Id).ToListAsync(cancellation);
        return report with { Findings = [.. report.Findings, Overlap.Look(experiment, others)] };
    }

    /// <summary>The same, refused with the first finding that blocks or waits.</summary>
    internal async Task<PreflightReport> PassAsync(RecLabDb db, Experiment experiment, PastLook? past, CancellationToken cancellation)
    {
        var report = await CheckAsync(db, experiment, past, cancellation);
        RefuseIf(report.Findings.FirstOrDefault(f => f.Level is FindingLevel.Blocks or FindingLevel.Waits)?.Sentence);
        return report;
    }

    /// <summary>Refuses a draft with the first thing that is wrong with it.</summary>
    internal void RefuseIfWrong(ExperimentDraft draft) => RefuseIf(draft.Faults().Concat(preflight.Faults(draft)).FirstOrDefault());

    /// <summary>Fixes what must not change once the first user is counted.</summary>
    internal Task<ExperimentSettings> SettleAsync(Experiment experiment, PastLook past) => preflight.SettleAsync(experiment, past);

    internal static void RefuseIf(string? sentence)
    {
        if (sentence is not null) throw new Refusal(sentence);
    }

    private async Task KeepAsync(RecLabDb db, IDbContextTransaction transaction, CancellationToken cancellation)
    {
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        feed.Changed(LiveFeed.Experiments);
    }

    private void Log(RecLabDb db, Experiment experiment, ExperimentState from, string verb, string who, string why)
    {
        db.Add(new ExperimentMove { ExperimentId = experiment.Id, From = from, To = experiment.State, Verb = verb, Who = who, Why = why.Trim(), At = Now });
        db.Add(new AuditEntry { At = Now, Who = who, Action = $"experiment.{verb.Replace(' ', '-')}", Subject = $"experiment {experiment.Id} ({experiment.Key})", Detail = why.Trim() });
    }
}
