using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Quartz;
using RecLab.Access;
using RecLab.Data;
using RecLab.Events;
using RecLab.Experiments;
using RecLab.Live;
using RecLab.Recommenders.Catalog;
using RecLab.Storage;

namespace RecLab.Training;

/// <summary>What somebody wants a variant to be.</summary>
public sealed record VariantDraft
{
    /// <summary>Lower-case letters, digits and hyphens, 1..40; fixed once the variant exists.</summary>
    public string Key { get; init; } = "";
    public string Name { get; init; } = "";

    /// <summary>Key in the recommender catalogue; fixed once the variant exists.</summary>
    public string Family { get; init; } = "";

    /// <summary>Options as JSON; "{}" for the defaults.</summary>
    public string Options { get; init; } = "{}";
    public int DatasetId { get; init; }

    /// <summary>Cron expression (Quartz syntax, UTC), or null for none.</summary>
    public string? Schedule { get; init; }

    /// <summary>A scheduled training takes a fresh snapshot of the log by this recipe; null: it learns from the data set.</summary>
    public LogRecipe? Log { get; init; }

    /// <summary>Share by which a scheduled run's validation score may be worse than the served one's, 0..1; null promotes every success.</summary>
    public double? PromotionMargin { get; init; }
    public string Notes { get; init; } = "";
}

/// <summary>Somebody who may need a variant: it is not deleted while one does.</summary>
public interface IVariantUser
{
    /// <summary>What needs it, for a sentence ("the placement 'home'"), or null.</summary>
    Task<string?> NeedsAsync(Variant variant, CancellationToken cancellation);
}

/// <summary>Takes requests about variants: create, edit, delete, and which of its versions is served.</summary>
public sealed partial class VariantDesk(IDbContextFactory<RecLabDb> database, TimeProvider clock, LiveFeed feed, TrainingQueue queue, ArtifactStore artifacts, IEnumerable<IVariantUser> users)
{
    /// <exception cref="RefusedException">The draft is not valid; the sentence says what is wrong.</exception>
    public async Task<Variant> CreateAsync(VariantDraft draft, string who, CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        await CheckKeyAsync(db, draft.Key, cancellation);
        var variant = new Variant { Key = draft.Key, Name = "", Family = Family(draft.Family).Key, Options = "{}", CreatedAt = clock.GetUtcNow(), CreatedBy = who };
        await FillAsync(db, variant, draft, cancellation);
        db.Add(variant);
        Audit(db, who, "variant.create", variant);
        await db.SaveChangesAsync(cancellation);
        await queue.ScheduleAsync(variant, cancellation);
        feed.Changed(LiveFeed.Variants);
        return variant;
    }

    /// <summary>Changes everything but key and family. Runs that exist keep the options they were asked with.</summary>
    /// <exception cref="RefusedException">There is no such variant, or the draft is not valid.</exception>
    public async Task<Variant> EditAsync(string key, VariantDraft draft, string who, CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        var variant = await FindAsync(db, key, cancellation);
        if (draft.Family != variant.Family) throw new RefusedException($"The family of '{key}' is {variant.Family} and stays so; make a new variant for another family.");
        await FillAsync(db, variant, draft, cancellation);
        Audit(db, who, "variant.edit", variant);
        await db.SaveChangesAsync(cancellation);
        await queue.ScheduleAsync(variant, cancellation);
        feed.Changed(LiveFeed.Variants);
        return variant;
    }

    /// <summary>A variant as the draft that would leave it as it is.</summary>
    public static VariantDraft DraftOf(Variant variant) => new()
    {
        Key = variant.Key, Name = variant.Name, Family = variant.Family, Options = variant.Options, DatasetId = variant.DatasetId, Schedule = variant.Schedule,
        Log = variant.LogRecipe is { } recipe ? LogRecipe.FromJson(recipe) : null, PromotionMargin = variant.PromotionMargin, Notes = variant.Notes,
    };

    /// <summary>Deletes a variant with its runs and artifacts.</summary>
    /// <exception cref="RefusedException">It is an arm of an experiment, something else needs it, or one of its runs is not finished.</exception>
    public async Task DeleteAsync(string key, string who, CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        var variant = await FindAsync(db, key, cancellation);
        var uses = await UsedByAsync(variant.Id, cancellation);
        if (uses.Count > 0) throw new RefusedException($"The variant '{key}' is an arm of {string.Join(", ", uses.Select(u => $"'{u.Key}'"))} and cannot be deleted.");
        foreach (var user in users)
            if (await user.NeedsAsync(variant, cancellation) is { } need) throw new RefusedException($"The variant '{key}' is needed by {need} and cannot be deleted.");
        var runs = await db.Set<TrainingRun>().Where(r => r.VariantId == variant.Id).ToListAsync(cancellation);
        if (runs.Any(r => r.State is RunState.Queued or RunState.Running)) throw new RefusedException($"A training of '{key}' is queued or running; cancel it first.");
        var ids = runs.Select(r => r.Id).ToArray();
        await using (var transaction = await db.Database.BeginTransactionAsync(cancellation))
        {
            await db.Set<RunPoint>().Where(p => ids.Contains(p.RunId)).ExecuteDeleteAsync(cancellation);
            await db.Set<RunLogLine>().Where(l => ids.Contains(l.RunId)).ExecuteDeleteAsync(cancellation);
            await db.Set<RunStage>().Where(s => ids.Contains(s.RunId)).ExecuteDeleteAsync(cancellation);
            db.RemoveRange(runs);
            db.Remove(variant);
            Audit(db, who, "variant.delete", variant);
            await db.SaveChangesAsync(cancellation);
            await transaction.CommitAsync(cancellation);
        }
        await queue.UnscheduleAsync(variant.Id, cancellation);
        foreach (var id in ids) artifacts.Delete(id);
        feed.Changed(LiveFeed.Variants);
    }

    /// <summary>Serves another finished run of the variant: promotion by hand, or going back.</summary>
    /// <exception cref="RefusedException">The run is not a success of this variant.</exception>
    public async Task ServeAsync(string key, int runId, string who, CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        var variant = await FindAsync(db, key, cancellation);
        var run = await db.Set<TrainingRun>().FirstOrDefaultAsync(r => r.Id == runId && r.VariantId == variant.Id, cancellation);
        if (run is not { State: RunState.Succeeded }) throw new RefusedException($"Run {runId} is not a finished training of '{key}'.");
        if (!await db.Set<Dataset>().AnyAsync(d => d.Id == run.DatasetId, cancellation)) throw new RefusedException($"Version {run.Version} of '{key}' learnt from a snapshot that is gone, so it cannot be served again; train it anew.");
        variant.ServedRunId = runId;
        Audit(db, who, "variant.serve", variant, $"version {run.Version} (run {runId})");
        await db.SaveChangesAsync(cancellation);
        feed.Changed(LiveFeed.Variants);
    }

    /// <summary>The experiments this variant is an arm of, newest first.</summary>
    public async Task<IReadOnlyList<Experiment>> UsedByAsync(int variantId, CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        return await db.Set<Experiment>().AsNoTracking().Where(e => e.Arms.Any(a => a.VariantId == variantId)).OrderByDescending(e => e.Id).ToListAsync(cancellation);
    }

    /// <summary>The key a name suggests: "Implicit ALS" is "implicit-als".</summary>
    public static string KeyOf(string name)
    {
        var plain = name.Normalize(System.Text.NormalizationForm.FormD).ToLowerInvariant();
        var key = string.Concat(plain.Where(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '-' or '_').Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')).Trim('-');
        while (key.Contains("--", StringComparison.Ordinal)) key = key.Replace("--", "-", StringComparison.Ordinal);
        return key.Length > 40 ? key[..40].Trim('-') : key;
    }

    /// <exception cref="RefusedException">The key is malformed or taken.</exception>
    internal static async Task CheckKeyAsync(RecLabDb db, string key, CancellationToken cancellation)
    {
        if (!KeyForm().IsMatch(key)) throw new RefusedException($"The key '{key}' must be 1 to 40 lower-case letters, digits and hyphens, starting with a letter or digit.");
        if (await db.Set<Variant>().AnyAsync(v => v.Key == key, cancellation)) throw new RefusedException($"There is already a variant '{key}'.");
    }

    private static async Task<Variant> FindAsync(RecLabDb db, string key, CancellationToken cancellation) =>
        await db.Set<Variant>().FirstOrDefaultAsync(v => v.Key == key, cancellation) ?? throw new RefusedException($"There is no variant '{key}'.");

    private static async Task FillAsync(RecLabDb db, Variant variant, VariantDraft draft, CancellationToken cancellation)
    {
        variant.Name = draft.Name.Trim() is { Length: > 0 and <= 80 } name ? name : throw new RefusedException("The name must be 1 to 80 characters long.");
        try
        {
            variant.Options = OptionsJson.Write(OptionsJson.Read(Family(variant.Family), draft.Options));
        }
        catch (OptionsException e)
        {
            throw new RefusedException(e.Message);
        }
        var dataset = await db.Set<Dataset>().AsNoTracking().FirstOrDefaultAsync(d => d.Id == draft.DatasetId, cancellation) ?? throw new RefusedException("Choose a data set to learn from.");
        if (dataset.State != DatasetState.Ready) throw new RefusedException($"The data set '{dataset.Name}' is not ready.");
        variant.DatasetId = dataset.Id;
        variant.Schedule = string.IsNullOrWhiteSpace(draft.Schedule) ? null : draft.Schedule.Trim();
        if (variant.Schedule is not null && !CronExpression.TryParse(variant.Schedule, out _))
            throw new RefusedException($"The schedule '{variant.Schedule}' is not a cron expression; for every night at 3 write 0 0 3 * * ?");
        if (draft.Log is not null) SnapshotDesk.Check(draft.Log);
        variant.LogRecipe = draft.Log?.ToJson();
        if (draft.PromotionMargin is < 0 or > 1 or double.NaN) throw new RefusedException("The promotion margin must lie between 0 and 1.");
        variant.PromotionMargin = draft.PromotionMargin;
        variant.Notes = draft.Notes.Trim();
    }

    private static RecommenderFamily Family(string key) => RecommenderCatalog.All.FirstOrDefault(f => f.Key == key)
        ?? throw new RefusedException($"There is no recommender family '{key}'. Known: {string.Join(", ", RecommenderCatalog.All.Select(f => f.Key))}.");

    private void Audit(RecLabDb db, string who, string action, Variant variant, string detail = "") =>
        db.Add(new AuditEntry { At = clock.GetUtcNow(), Who = who, Action = action, Subject = $"variant {variant.Key}", Detail = detail });

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,39}$")]
    private static partial Regex KeyForm();
}
