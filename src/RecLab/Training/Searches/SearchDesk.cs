using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using RecLab.Access;
using RecLab.Data;
using RecLab.Live;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Evaluation;
using RecLab.Recommenders.Search;
using RecLab.Storage;

namespace RecLab.Training.Searches;

/// <summary>What somebody wants to search for.</summary>
public sealed record SearchDraft
{
    public string Name { get; init; } = "";
    public int DatasetId { get; init; }

    /// <summary>Keys of the families; each gets the same budget.</summary>
    public IReadOnlyList<string> Families { get; init; } = [];
    public SearchMethod Method { get; init; } = SearchMethod.Parzen;

    /// <summary>Whole trainings each family may spend, 2..1000.</summary>
    public int Trials { get; init; } = 20;

    /// <summary>Minutes of training after which a family begins no further trial, above 0; null for no limit.</summary>
    public double? Minutes { get; init; }

    /// <summary>Key in <see cref="RankingMetricCatalog.All"/>.</summary>
    public string Metric { get; init; } = "ndcg";

    /// <summary>Places looked at, 1..100.</summary>
    public int K { get; init; } = 10;
    public int Seed { get; init; } = 42;

    /// <summary>Device slot of all trials; null for the best there is for each family.</summary>
    public string? Device { get; init; }

    /// <summary>Key of a variant whose options its family starts from; null for the defaults.</summary>
    public string? Variant { get; init; }
}

/// <summary>Takes requests about searches: start, cancel, resume, delete, and make a variant of what was found.</summary>
public sealed class SearchDesk(IDbContextFactory<RecLabDb> database, TrainingDesk trainings, VariantDesk variants, Families available, ArtifactStore artifacts, LiveFeed feed, TimeProvider clock)
{
    /// <exception cref="RefusedException">The draft is not valid; the sentence says what is wrong.</exception>
    public async Task<Search> StartAsync(SearchDraft draft, string who, CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        var name = draft.Name.Trim() is { Length: > 0 and <= 80 } given ? given : throw new RefusedException("The name must be 1 to 80 characters long.");
        var dataset = await db.Set<Dataset>().AsNoTracking().FirstOrDefaultAsync(d => d.Id == draft.DatasetId, cancellation) ?? throw new RefusedException("Choose a data set to search on.");
        if (dataset.State != DatasetState.Ready) throw new RefusedException($"The data set '{dataset.Name}' is not ready.");
        if (draft.Families.Count == 0) throw new RefusedException("Choose at least one family to tune.");
        RecommenderFamily[] families = [.. draft.Families.Distinct(StringComparer.Ordinal).Select(Family)];
        foreach (var family in families) trainings.Slot(draft.Device, family);
        CheckBudget(draft);
        if (RankingMetricCatalog.All.All(m => m.Key != draft.Metric)) throw new RefusedException($"There is no ranking metric '{draft.Metric}'. Known: {string.Join(", ", RankingMetricCatalog.All.Select(m => m.Key))}.");
        if (draft.K is < 1 or > 100) throw new RefusedException("The places looked at must be 1 to 100.");
        var search = new Search
        {
            Name = name, DatasetId = dataset.Id, Families = string.Join(',', families.Select(f => f.Key)), Method = draft.Method, Trials = draft.Trials, Minutes = draft.Minutes, Metric = draft.Metric, K = draft.K,
            Seed = draft.Seed, Device = draft.Device, Bases = await BasesAsync(db, draft, families, cancellation), RequestedBy = who, RequestedAt = clock.GetUtcNow(),
        };
        db.Add(search);
        await db.SaveChangesAsync(cancellation);
        await DoneAsync(db, who, "search.start", search, string.Create(CultureInfo.InvariantCulture, $"{search.Families}: {search.Trials} trainings each"), cancellation);
        return search;
    }

    /// <summary>Stops a search and its trials; it can be resumed.</summary>
    /// <exception cref="RefusedException">There is no such search, or it is over.</exception>
    public async Task CancelAsync(int id, string who, CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        var search = await FindAsync(db, id, cancellation);
        var now = clock.GetUtcNow();
        if (await db.Set<Search>().Where(s => s.Id == id && s.State == SearchState.Running).ExecuteUpdateAsync(set => set
            .SetProperty(s => s.State, SearchState.Cancelled).SetProperty(s => s.FinishedAt, now).SetProperty(s => s.Error, $"Cancelled by {who}."), cancellation) == 0) throw new RefusedException($"The search '{search.Name}' is not running.");
        foreach (var run in await LiveRunsAsync(db, id, cancellation))
        {
            try
            {
                await trainings.CancelAsync(run.Id, who, cancellation);
            }
            catch (RefusedException) when (!run.CancelRequested)
            {
                continue; // it ended by itself meanwhile
            }
        }
        await DoneAsync(db, who, "search.cancel", search, "", cancellation);
    }

    /// <summary>Goes on with a search that was cancelled, or in which nothing succeeded; finished trials stay as they are.</summary>
    /// <exception cref="RefusedException">There is no such search, it runs or is finished, or its last trials are still stopping.</exception>
    public async Task ResumeAsync(int id, string who, CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        var search = await FindAsync(db, id, cancellation);
        if (search.State is not SearchState.Cancelled) throw new RefusedException($"The search '{search.Name}' is {(search.State == SearchState.Running ? "running" : "over")}; only a cancelled one can be resumed.");
        if (!await db.Set<Dataset>().AnyAsync(d => d.Id == search.DatasetId && d.State == DatasetState.Ready, cancellation)) throw new RefusedException($"The data set of '{search.Name}' is gone.");
        if ((await LiveRunsAsync(db, id, cancellation)).Count > 0) throw new RefusedException($"The last trials of '{search.Name}' are still stopping; try again in a moment.");
        var stopped = await (from trial in db.Set<SearchTrial>() join run in db.Set<TrainingRun>() on trial.RunId equals run.Id
                             where trial.SearchId == id && trial.Value == null && trial.Failure == null && (run.State == RunState.Cancelled || run.State == RunState.Lost) select run).ToListAsync(cancellation);
        foreach (var run in stopped) await trainings.PutBackAsync(db, run, cancellation);
        (search.State, search.FinishedAt, search.Error) = (SearchState.Running, null, null); // last: a trial that is not yet put back would be taken for one that broke
        await DoneAsync(db, who, "search.resume", search, "", cancellation);
    }

    /// <summary>Deletes a search with its trials.</summary>
    /// <exception cref="RefusedException">There is no such search, or it or one of its trials is running.</exception>
    public async Task DeleteAsync(int id, string who, CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        var search = await FindAsync(db, id, cancellation);
        if (search.State == SearchState.Running || (await LiveRunsAsync(db, id, cancellation)).Count > 0) throw new RefusedException($"The search '{search.Name}' is running; cancel it first.");
        var runs = await db.Set<SearchTrial>().Where(t => t.SearchId == id).Select(t => t.RunId).ToArrayAsync(cancellation);
        await using (var transaction = await db.Database.BeginTransactionAsync(cancellation))
        {
            await db.Set<RunPoint>().Where(p => runs.Contains(p.RunId)).ExecuteDeleteAsync(cancellation);
            await db.Set<RunLogLine>().Where(l => runs.Contains(l.RunId)).ExecuteDeleteAsync(cancellation);
            await db.Set<RunStage>().Where(s => runs.Contains(s.RunId)).ExecuteDeleteAsync(cancellation);
            await db.Set<TrainingRun>().Where(r => runs.Contains(r.Id)).ExecuteDeleteAsync(cancellation);
            await db.Set<SearchTrial>().Where(t => t.SearchId == id).ExecuteDeleteAsync(cancellation);
            db.Remove(search);
            await DoneAsync(db, who, "search.delete", search, "", cancellation);
            await transaction.CommitAsync(cancellation);
        }
        foreach (var run in runs) artifacts.Delete(run);
        feed.Changed(LiveFeed.Searches);
    }

    /// <summary>Makes a new variant of a trial's options, or gives them to a variant of the same family.</summary>
    /// <param name="trialId">Which trial; its options count at full length of training.</param>
    /// <param name="key">Key of the new variant, or of one there is.</param>
    /// <param name="name">Name of a new variant; null to change the one there is.</param>
    /// <exception cref="RefusedException">The trial did not succeed, or the variant cannot be made or changed.</exception>
    public async Task<Variant> PromoteAsync(int trialId, string key, string? name, string who, CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        var trial = await db.Set<SearchTrial>().AsNoTracking().FirstOrDefaultAsync(t => t.Id == trialId, cancellation) ?? throw new RefusedException("There is no such trial.");
        var search = await FindAsync(db, trial.SearchId, cancellation);
        if (trial.Value is not { } value) throw new RefusedException($"Trial {trial.Number + 1} of '{search.Name}' has no result to promote.");
        var notes = string.Create(CultureInfo.InvariantCulture, $"Options of trial {trial.Number + 1} of the search '{search.Name}': {LeaderboardWords.Metric(search.Metric, search.K)} {value:0.0000} on validation.");
        if (name is not null)
        {
            var made = await variants.CreateAsync(new() { Key = key, Name = name, Family = trial.Family, Options = trial.Options, DatasetId = search.DatasetId, Notes = notes }, who, cancellation);
            await DoneAsync(db, who, "search.promote", search, $"trial {trial.Number + 1} of {trial.Family} as {key}", cancellation);
            return made;
        }
        var present = await db.Set<Variant>().AsNoTracking().FirstOrDefaultAsync(v => v.Key == key, cancellation) ?? throw new RefusedException($"There is no variant '{key}'.");
        if (present.Family != trial.Family) throw new RefusedException($"'{key}' is of the family {present.Family}, the trial of {trial.Family}.");
        var changed = await variants.EditAsync(key, VariantDesk.DraftOf(present) with { Options = trial.Options, Notes = present.Notes.Length == 0 ? notes : $"{present.Notes}\n{notes}" }, who, cancellation);
        await DoneAsync(db, who, "search.promote", search, $"trial {trial.Number + 1} of {trial.Family} into {key}", cancellation);
        return changed;
    }

    private RecommenderFamily Family(string key)
    {
        var family = RecommenderCatalog.All.FirstOrDefault(f => f.Key == key) ?? throw new RefusedException($"There is no recommender family '{key}'. Known: {string.Join(", ", RecommenderCatalog.All.Select(f => f.Key))}.");
        if (!Tunable(family)) throw new RefusedException($"{family.Name} has no option that a search may vary.");
        return available.Unavailable(family) is { } reason ? throw new RefusedException($"{family.Name} cannot be trained here: {reason}") : family;
    }

    /// <summary>Whether a search has something to vary.</summary>
    public static bool Tunable(RecommenderFamily family) => family.OptionsType.GetProperties().Any(p => p.IsDefined(typeof(TunableAttribute), true));

    private static void CheckBudget(SearchDraft draft)
    {
        if (draft.Trials is < 2 or > 1000) throw new RefusedException("Each family may spend 2 to 1000 whole trainings.");
        if (draft.Method == SearchMethod.Halving && draft.Trials < 3) throw new RefusedException("Successive halving shares out at least 3 whole trainings a family.");
        if (draft.Minutes is { } minutes && !(minutes is > 0 and <= 100_000)) throw new RefusedException("The minutes of training a family may spend must be above 0, or left out.");
    }

    private static async Task<string> BasesAsync(RecLabDb db, SearchDraft draft, RecommenderFamily[] families, CancellationToken cancellation)
    {
        if (draft.Variant is not { } key) return "{}";
        var variant = await db.Set<Variant>().AsNoTracking().FirstOrDefaultAsync(v => v.Key == key, cancellation) ?? throw new RefusedException($"There is no variant '{key}'.");
        return families.Any(f => f.Key == variant.Family) ? new JsonObject { [variant.Family] = JsonNode.Parse(variant.Options) }.ToJsonString() : throw new RefusedException($"The family of '{key}' is not among those to tune.");
    }

    private static async Task<Search> FindAsync(RecLabDb db, int id, CancellationToken cancellation) =>
        await db.Set<Search>().FirstOrDefaultAsync(s => s.Id == id, cancellation) ?? throw new RefusedException($"There is no search {id}.");

    private static Task<List<TrainingRun>> LiveRunsAsync(RecLabDb db, int id, CancellationToken cancellation) =>
        (from trial in db.Set<SearchTrial>() join run in db.Set<TrainingRun>() on trial.RunId equals run.Id
         where trial.SearchId == id && (run.State == RunState.Queued || run.State == RunState.Running) select run).AsNoTracking().ToListAsync(cancellation);

    private async Task DoneAsync(RecLabDb db, string who, string action, Search search, string detail, CancellationToken cancellation)
    {
        db.Add(new AuditEntry { At = clock.GetUtcNow(), Who = who, Action = action, Subject = $"search {search.Id} ({search.Name})", Detail = detail });
        await db.SaveChangesAsync(cancellation);
        feed.Changed(LiveFeed.Searches);
    }
}
