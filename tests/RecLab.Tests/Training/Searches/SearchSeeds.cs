using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Storage;
using RecLab.Training;
using RecLab.Training.Searches;

namespace RecLab.Tests.Training.Searches;

/// <summary>Rows of a finished search, for pages: the points are those the search would have chosen, the values follow a smooth function of the point.</summary>
internal static class SearchSeeds
{
    public static async Task<Search> FinishedAsync(RecLabApp app, int datasetId, string name = "Nightly tuning")
    {
        await using var db = await app.Services.GetRequiredService<IDbContextFactory<RecLabDb>>().CreateDbContextAsync();
        var begun = new DateTimeOffset(2026, 3, 1, 2, 0, 0, TimeSpan.Zero);
        var search = new Search
        {
            Name = name, DatasetId = datasetId, Families = "als,item-knn", Method = SearchMethod.Parzen, Trials = 16, Seed = 5, State = SearchState.Finished, RequestedBy = "Ada", RequestedAt = begun, FinishedAt = begun.AddMinutes(32),
        };
        db.Add(search);
        await db.SaveChangesAsync();
        List<SearchTrial> trials = [];
        while (new SearchPlan(search, trials).Next(_ => true) is var (family, next))
        {
            var run = new TrainingRun { VariantId = TrainingRun.NoVariant, DatasetId = datasetId, Version = 1_000_000 * search.Id + trials.Count, Options = OptionsJson.Write(family.OptionsOf(next, 1)), State = RunState.Succeeded, RequestedAt = begun };
            db.Add(run);
            await db.SaveChangesAsync();
            var distance = family.Space.Dimensions.Sum(d => Math.Pow(d.Unit(next.Point[d.Name]) - 0.6, 2)) / family.Space.Dimensions.Count;
            var trial = new SearchTrial
            {
                SearchId = search.Id, Family = family.Family.Key, Number = next.Number, Configuration = next.Configuration, Point = JsonSerializer.Serialize(next.Point), Options = run.Options, Budget = next.Budget, RunId = run.Id,
                BegunAt = begun.AddMinutes(trials.Count), EndedAt = begun.AddMinutes(trials.Count + 1), Seconds = 40 + trials.Count, Bytes = 1_000_000 + 10_000 * trials.Count, ScoringMicroseconds = 30 + trials.Count,
            };
            if (trials.Count == 5) trial.Failure = "Memory ran out.";
            else trial.Value = 0.2 - 0.3 * distance;
            db.Add(trial);
            await db.SaveChangesAsync();
            trials.Add(trial);
        }
        return search;
    }
}
