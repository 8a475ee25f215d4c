using Microsoft.EntityFrameworkCore;
using RecLab.Data;
using RecLab.Recommenders.Evaluation;
using RecLab.Storage;

namespace RecLab.Training.Searches;

/// <summary>A search as the list shows it.</summary>
public sealed record SearchRow(Search Search, string Dataset, SearchView View);

/// <summary>Reads what the pages about searches show; changes nothing.</summary>
public sealed class SearchReader(IDbContextFactory<RecLabDb> database)
{
    private const int MostSearches = 200;

    /// <summary>All searches, newest first.</summary>
    public async Task<IReadOnlyList<SearchRow>> ListAsync(CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        var searches = await db.Set<Search>().AsNoTracking().OrderByDescending(s => s.Id).Take(MostSearches).ToListAsync(cancellation);
        int[] ids = [.. searches.Select(s => s.Id)];
        var trials = (await db.Set<SearchTrial>().AsNoTracking().Where(t => ids.Contains(t.SearchId)).OrderBy(t => t.Id).ToListAsync(cancellation)).ToLookup(t => t.SearchId);
        var names = await db.Set<Dataset>().AsNoTracking().Select(d => new { d.Id, d.Name }).ToDictionaryAsync(d => d.Id, d => d.Name, cancellation);
        return [.. searches.Select(s => (Search: s, Dataset: names.GetValueOrDefault(s.DatasetId, "deleted"))).Select(s => new SearchRow(s.Search, s.Dataset, new(s.Search, s.Dataset, [.. trials[s.Search.Id]], [], [])))];
    }

    /// <summary>One search, or null.</summary>
    public async Task<SearchView?> FindAsync(int id, CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        if (await db.Set<Search>().AsNoTracking().FirstOrDefaultAsync(s => s.Id == id, cancellation) is not { } search) return null;
        var trials = await db.Set<SearchTrial>().AsNoTracking().Where(t => t.SearchId == id).OrderBy(t => t.Id).ToListAsync(cancellation);
        int[] open = [.. trials.Where(t => !t.IsOver()).Select(t => t.RunId)];
        var runs = await db.Set<TrainingRun>().AsNoTracking().Where(r => open.Contains(r.Id)).ToListAsync(cancellation);
        var families = search.FamilyKeys();
        var variants = await db.Set<Variant>().AsNoTracking().Where(v => families.Contains(v.Family)).OrderBy(v => v.Name).ToListAsync(cancellation);
        var dataset = await db.Set<Dataset>().AsNoTracking().Where(d => d.Id == search.DatasetId).Select(d => d.Name).FirstOrDefaultAsync(cancellation);
        return new(search, dataset ?? "deleted", trials, runs, variants);
    }
}
