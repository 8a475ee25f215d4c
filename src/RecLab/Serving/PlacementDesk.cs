using Microsoft.EntityFrameworkCore;
using RecLab.Access;
using RecLab.Controls;
using RecLab.Experiments;
using RecLab.Live;
using RecLab.Storage;
using RecLab.Training;

namespace RecLab.Serving;

/// <summary>Takes every request that changes a placement. Each is one transaction with its audit entry, and in force when the call returns: the next request is answered by it.</summary>
public sealed class PlacementDesk(IDbContextFactory<RecLabDb> databases, PlacementShelf shelf, ModelShelf models, LiveFeed feed, TimeProvider clock)
{
    private const int LongestReason = 500;

    /// <exception cref="Refusal">The draft is not valid, or the key is taken.</exception>
    public async Task<Placement> CreateAsync(PlacementDraft draft, string who, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        draft = await CheckedAsync(db, draft, cancellation);
        if (await db.Set<Placement>().AnyAsync(p => p.Key == draft.Key, cancellation)) throw new Refusal($"There is already a placement '{draft.Key}'.");
        var placement = new Placement { Key = draft.Key, Name = draft.Name };
        Write(draft, placement);
        db.Add(placement);
        return await KeepAsync(db, placement, who, "placement.create", Words(draft), cancellation);
    }

    /// <summary>Changes everything but the key, which stands in snippets and in the log.</summary>
    /// <exception cref="Refusal">There is no such placement, or the draft is not valid.</exception>
    public Task<Placement> EditAsync(string key, PlacementDraft draft, string who, CancellationToken cancellation = default) => ChangeAsync(key, _ => draft, who, cancellation);

    /// <summary>The same with a draft that is made of what stands there: nobody changes it between the look and the writing.</summary>
    /// <param name="change">Makes the draft of the present placement; what it throws leaves everything as it is.</param>
    public async Task<Placement> ChangeAsync(string key, Func<Placement, PlacementDraft> change, string who, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation); // one writer at a time, from the look on
        var placement = await FindAsync(db, key, cancellation);
        var draft = await CheckedAsync(db, change(placement), cancellation);
        if (draft.Key != key) throw new Refusal($"The key '{key}' stands in snippets and in the log and cannot be changed.");
        Write(draft, placement);
        return await KeepAsync(db, placement, who, "placement.edit", Words(draft), cancellation);
    }

    /// <summary>Serves a variant to everybody whom no experiment claims, or the fallback chain.</summary>
    /// <param name="variantKey">Null for the fallback chain.</param>
    /// <param name="why">Required.</param>
    /// <exception cref="Refusal">No reason, no such placement or variant, or a variant without a model.</exception>
    public async Task<Placement> ServeAsync(string key, string? variantKey, string why, string who, CancellationToken cancellation = default)
    {
        why = Reason(why);
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var placement = await FindAsync(db, key, cancellation);
        await RolloutDesk.RefuseBesideAsync(db, key, cancellation);
        var variant = variantKey is null ? null : await db.Set<Variant>().AsNoTracking().FirstOrDefaultAsync(v => v.Key == variantKey, cancellation) ?? throw new Refusal($"There is no variant '{variantKey}'.");
        if (variant is { ServedRunId: null }) throw new Refusal($"{variant.Name} has no trained model that could be served.");
        placement.Promote(variant?.Id, clock.GetUtcNow(), who, why, null);
        return await KeepAsync(db, placement, who, "placement.default", $"serves {variant?.Name ?? "the fallback chain"}: {why}", cancellation);
    }

    /// <summary>Serves what a decided experiment chose, at full traffic.</summary>
    /// <exception cref="Refusal">The experiment is not decided, belongs elsewhere or chose nothing.</exception>
    public async Task<Placement> PromoteAsync(string key, string experimentKey, string who, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var placement = await FindAsync(db, key, cancellation);
        await RolloutDesk.RefuseBesideAsync(db, key, cancellation);
        var experiment = await db.Set<Experiment>().AsNoTracking().Include(e => e.Arms).FirstOrDefaultAsync(e => e.Key == experimentKey, cancellation) ?? throw new Refusal($"There is no experiment '{experimentKey}'.");
        if (experiment.Placement != key) throw new Refusal($"{experiment.Name} was about the placement '{experiment.Placement}', not '{key}'.");
        if (experiment.State is not (ExperimentState.Decided or ExperimentState.Archived) || experiment.ChosenArm is not { } position)
            throw new Refusal($"{experiment.Name} has not been decided for an arm, so there is nothing to promote.");
        var arm = experiment.Arms.Single(a => a.Position == position);
        if (!await db.Set<Variant>().AnyAsync(v => v.Id == arm.VariantId && v.ServedRunId != null, cancellation)) throw new Refusal($"{arm.Name} has no trained model that could be served.");
        placement.Promote(arm.VariantId, clock.GetUtcNow(), who, $"decision on {experiment.Name}", experiment.Key);
        return await KeepAsync(db, placement, who, "placement.default", $"serves {arm.Name} after the decision on experiment {experiment.Id} ({experiment.Key})", cancellation);
    }

    /// <summary>The kill switch: everybody gets the fallback chain from the next request on, and no list is counted for an experiment.</summary>
    /// <param name="why">May be empty: in an emergency nobody should have to think of words.</param>
    /// <exception cref="Refusal">The placement serves its fallback already.</exception>
    public async Task<Placement> HaltAsync(string key, string why, string who, CancellationToken cancellation = default)
    {
        why = why.Trim().Length == 0 ? "no reason given." : Reason(why);
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var placement = await FindAsync(db, key, cancellation);
        if (placement.HaltedAt is not null) throw new Refusal($"{placement.Name} serves its fallback already, by {placement.HaltedBy}.");
        (placement.HaltedAt, placement.HaltedBy, placement.HaltedWhy) = (clock.GetUtcNow(), who, why);
        return await KeepAsync(db, placement, who, "placement.halt", why, cancellation);
    }

    /// <summary>Serves normally again.</summary>
    /// <exception cref="Refusal">The placement was not halted.</exception>
    public async Task<Placement> ReleaseAsync(string key, string who, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var placement = await FindAsync(db, key, cancellation);
        if (placement.HaltedAt is not { } since) throw new Refusal($"{placement.Name} serves normally already.");
        (placement.HaltedAt, placement.HaltedBy, placement.HaltedWhy) = (null, "", "");
        return await KeepAsync(db, placement, who, "placement.release", $"had served its fallback for {Figures.Duration(clock.GetUtcNow() - since)}", cancellation);
    }

    /// <summary>Takes a placement out of use: requests are answered with 404 and no experiment can begin here. Nothing is deleted, and the key stays taken, because it stands in the log.</summary>
    /// <exception cref="Refusal">There is no such placement, it is archived already, or an experiment runs or waits here.</exception>
    public async Task<Placement> ArchiveAsync(string key, string who, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var placement = await FindAsync(db, key, cancellation);
        if (placement.ArchivedAt is not null) throw new Refusal($"{placement.Name} is archived already.");
        var open = await db.Set<Experiment>().Where(e => e.Placement == key && (e.State == ExperimentState.Running || e.State == ExperimentState.Paused)).Select(e => e.Name).FirstOrDefaultAsync(cancellation);
        if (open is not null) throw new Refusal($"{open} is about {placement.Name}; stop it before the placement is archived.");
        await RolloutDesk.RefuseBesideAsync(db, key, cancellation);
        (placement.ArchivedAt, placement.ArchivedBy) = (clock.GetUtcNow(), who);
        return await KeepAsync(db, placement, who, "placement.archive", "requests are answered with 404", cancellation);
    }

    /// <summary>Takes an archived placement into use again, as it was.</summary>
    /// <exception cref="Refusal">There is no such placement, or it is in use.</exception>
    public async Task<Placement> RestoreAsync(string key, string who, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var placement = await FindAsync(db, key, cancellation);
        if (placement.ArchivedAt is null) throw new Refusal($"{placement.Name} is in use already.");
        (placement.ArchivedAt, placement.ArchivedBy) = (null, "");
        return await KeepAsync(db, placement, who, "placement.restore", "answers again", cancellation);
    }

    private async Task<PlacementDraft> CheckedAsync(RecLabDb db, PlacementDraft draft, CancellationToken cancellation)
    {
        draft = draft.Tidy();
        if (draft.Faults().FirstOrDefault() is { } fault) throw new Refusal(fault);
        var known = await db.Set<Variant>().Select(v => v.Key).ToListAsync(cancellation);
        if (draft.Fallbacks.FirstOrDefault(k => k != "popularity" && !known.Contains(k)) is { } unknown) throw new Refusal($"There is no variant '{unknown}' to fall back to.");
        if (models.All.Count > 0 && draft.Categories.FirstOrDefault(c => models.All.All(m => m.InCategory(c) is null)) is { } category)
            throw new Refusal($"No served model knows an item of the category '{category}', so nothing could be shown.");
        return draft;
    }

    private async Task<Placement> KeepAsync(RecLabDb db, Placement placement, string who, string action, string detail, CancellationToken cancellation)
    {
        await using (var transaction = db.Database.CurrentTransaction ?? await db.Database.BeginTransactionAsync(cancellation))
        {
            await db.SaveChangesAsync(cancellation); // a new placement gets its number here
            db.Add(new AuditEntry { At = clock.GetUtcNow(), Who = who, Action = action, Subject = SubjectOf(placement), Detail = detail });
            await db.SaveChangesAsync(cancellation);
            await transaction.CommitAsync(cancellation);
        }
        await shelf.RefreshAsync(CancellationToken.None);
        feed.Changed(LiveFeed.Placements);
        return placement;
    }

    /// <summary>How audit entries name a placement.</summary>
    public static string SubjectOf(Placement placement) => $"placement {placement.Id} ({placement.Key})";

    private static async Task<Placement> FindAsync(RecLabDb db, string key, CancellationToken cancellation) =>
        await db.Set<Placement>().FirstOrDefaultAsync(p => p.Key == key, cancellation) ?? throw new Refusal($"There is no placement '{key}'.");

    private static void Write(PlacementDraft draft, Placement placement)
    {
        (placement.Name, placement.Fallbacks, placement.ListLength) = (draft.Name, string.Join(',', draft.Fallbacks), draft.ListLength);
        (placement.HideSeen, placement.Exploration) = (draft.HideSeen, draft.Exploration);
        placement.Filters = new PlacementFilters(draft.Categories, draft.Blocked).ToJson();
    }

    private static string Reason(string why) => why.Trim() is { Length: > 0 and <= LongestReason } reason ? reason : throw new Refusal($"Say why, in 1 to {LongestReason} characters.");

    private static string Words(PlacementDraft d) =>
        $"{d.Name}; falls back to {(d.Fallbacks.Count == 0 ? "the newest popularity model" : string.Join(", ", d.Fallbacks))}; {d.ListLength} items; {(d.HideSeen ? "hides" : "shows")} what was seen; "
        + $"categories {(d.Categories.Count == 0 ? "all" : string.Join(", ", d.Categories))}; {d.Blocked.Count} blocked; exploration {Figures.Rate(d.Exploration)}";
}
