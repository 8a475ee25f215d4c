using System.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using RecLab.Data;
using RecLab.Recommenders;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Data.Import;
using RecLab.Recommenders.Evaluation;
using RecLab.Training;
using RecLab.Training.Searches;
using Xunit;

namespace RecLab.Tests.Training.Searches;

/// <summary>Searches over the real queue: every trial is a process of its own.</summary>
public sealed class SearchLifeTests(SearchLifeTests.SearchedApp app) : IClassFixture<SearchLifeTests.SearchedApp>
{
    /// <summary>The application with one finished search of two families, made when it is first asked for.</summary>
    public sealed class SearchedApp : TrainingApp
    {
        private Task<Search>? _found;

        public Task<Search> FoundAsync() => _found ??= FindAsync();

        private async Task<Search> FindAsync()
        {
            var draft = new SearchDraft { Name = "both", DatasetId = (await SmallAsync()).Id, Families = ["item-knn", "als"], Trials = 2, Metric = "recall", K = 5 };
            return await SearchLifeTests.OverAsync(this, (await Get<SearchDesk>().StartAsync(draft, "Ada", Now)).Id);
        }
    }

    private static CancellationToken Now => TestContext.Current.CancellationToken;
    private SearchDesk Desk => app.Get<SearchDesk>();

    [Fact]
    public async Task Every_family_gets_the_same_budget_and_the_numbers_are_those_of_validation()
    {
        var dataset = await app.SmallAsync();
        var search = await app.FoundAsync();
        Assert.Equal((SearchState.Finished, null), (search.State, search.Error));
        var trials = await TrialsAsync(app, search.Id);
        Assert.Equal(["als 0", "als 1", "item-knn 0", "item-knn 1"], trials.Select(t => $"{t.Family} {t.Number}").Order());

        // The first are the options it started from, and what is stored is what the same training reaches on validation.
        var first = trials.Single(t => t is { Family: "als", Number: 0 });
        var family = RecommenderCatalog.Get("als");
        Assert.Equal(family.Defaults, OptionsJson.Read(family, first.Options));
        var split = dataset.Plan().Cut(TrainingApp.Small());
        var model = family.Create(family.Defaults).Train(split.Train, new TrainingContext { Seed = 42, Threads = 1, Validation = split.Validation });
        var again = Evaluator.Evaluate(model, split.ForTuning(), new() { Ks = [5, 10], Resamples = 0, Threads = 1 }, cancellation: Now);
        Assert.Equal(again["recall", 5]!.Mean, first.Value);
        Assert.True(first.Bytes > 4 * 80 * 16); // 80 users' vectors of at least 16 floats

        await using var db = await app.DbAsync();
        var runs = await db.Set<TrainingRun>().AsNoTracking().Where(r => r.VariantId == TrainingRun.NoVariant).ToListAsync(Now);
        Assert.All(runs.Where(r => trials.Any(t => t.RunId == r.Id)), r =>
        {
            Assert.Equal((RunState.Succeeded, 1, null, ""), (r.State, r.Attempt, r.Evaluation, r.Artifact));
            Assert.False(Directory.Exists(Path.Combine(app.DataDir, "artifacts", $"run-{r.Id}")));
        });
        Assert.Equal(await db.Set<TrainingRun>().Where(r => r.Id == first.RunId).Select(r => r.ValidationScore).SingleAsync(Now), again["ndcg", 10]!.Mean);
    }

    [Fact]
    public async Task Other_rows_in_the_test_and_hidden_slices_change_nothing()
    {
        var data = TrainingApp.Small();
        var plan = (await app.SmallAsync()).Plan();
        var cut = plan.Cut(data);
        var unseen = new[] { cut.Test, cut.Hidden }.SelectMany(s => Enumerable.Range(0, s.Count).Select(r => (s.User[r], s.Time[r]))).ToHashSet();
        Assert.NotEmpty(unseen);
        var other = new Interactions(data.Users, data.Items, data.User, [.. Enumerable.Range(0, data.Count).Select(r => unseen.Contains((data.User[r], data.Time[r])) ? (data.Item[r] + 7) % data.Items.Count : data.Item[r])], data.Value, data.Time);
        Assert.NotEqual(cut.Test.Item, plan.Cut(other).Test.Item);
        Assert.Equal(cut.Validation.Item, plan.Cut(other).Validation.Item);
        var writer = app.Get<DatasetWriter>();
        var made = await writer.ReserveAsync("other test rows", "made", DatasetOrigin.Generated, 0.1, "test", Now);
        await writer.StoreAsync(made.Id, other, new ImportReport("made", other.Count, other.Count, [], []), Now);

        var found = await app.FoundAsync();
        var again = await OverAsync(app, (await Desk.StartAsync(new() { Name = "blind", DatasetId = made.Id, Families = ["als"], Trials = 2, Metric = found.Metric, K = found.K }, "Ada", Now)).Id);
        double?[] values = [.. (await TrialsAsync(app, found.Id)).Where(t => t.Family == "als").Select(t => t.Value)], blind = [.. (await TrialsAsync(app, again.Id)).Select(t => t.Value)];
        Assert.All(values, v => Assert.InRange(v!.Value, 0.01, 1));
        Assert.Equal(values, blind);
    }

    [Fact]
    public async Task A_trial_that_breaks_does_not_end_the_search()
    {
        var writer = app.Get<DatasetWriter>();
        var made = await writer.ReserveAsync("negative values", "made", DatasetOrigin.Generated, 0.1, "test", Now);
        var data = TrainingApp.Small();
        await writer.StoreAsync(made.Id, new(data.Users, data.Items, data.User, data.Item, [.. data.Value.Select(_ => -1f)], data.Time), new("made", 1, 1, [], []), Now);
        await app.Get<VariantDesk>().CreateAsync(new() { Key = "weighed", Name = "weighed", Family = "als", Options = """{"weight":"value"}""", DatasetId = made.Id }, "test", Now);
        var search = await OverAsync(app, (await Desk.StartAsync(new() { Name = "half broken", DatasetId = made.Id, Families = ["als", "item-knn"], Trials = 2, Variant = "weighed" }, "Ada", Now)).Id);
        Assert.Equal(SearchState.Finished, search.State);
        var trials = await TrialsAsync(app, search.Id);
        Assert.All(trials.Where(t => t.Family == "als"), t => Assert.Equal("ALS needs weights of zero or more; some values of the data set are negative.", t.Failure));
        Assert.Equal(2, trials.Count(t => t is { Family: "item-knn", Value: not null }));
    }

    [Fact]
    public async Task What_was_found_is_promoted_and_trained()
    {
        var search = await app.FoundAsync();
        var trial = (await TrialsAsync(app, search.Id)).Single(t => t is { Family: "item-knn", Number: 1 });
        var variant = await Desk.PromoteAsync(trial.Id, "tuned", "Tuned", "Ada", Now);
        Assert.Equal((trial.Options, "item-knn"), (variant.Options, variant.Family));
        Assert.Contains("trial 2 of the search 'both'", variant.Notes, StringComparison.Ordinal);
        var run = await app.OverAsync((await app.Get<TrainingDesk>().RequestAsync("tuned", "Ada")).Id);
        await using (var db = await app.DbAsync())
            Assert.Equal((RunState.Succeeded, await db.Set<TrainingRun>().Where(r => r.Id == trial.RunId).Select(r => r.ValidationScore).SingleAsync(Now)), (run.State, run.ValidationScore)); // the same training, to the last bit

        var edited = await app.Get<VariantDesk>().EditAsync("tuned", VariantDesk.DraftOf(variant) with { Options = "{}", Schedule = "0 0 3 * * ?" }, "Ada", Now);
        Assert.NotEqual(trial.Options, edited.Options);
        var again = await Desk.PromoteAsync(trial.Id, "tuned", null, "Ada", Now);
        Assert.Equal((trial.Options, "0 0 3 * * ?"), (again.Options, again.Schedule));
        await app.VariantAsync("elsewhere", "popularity");
        await Assert.ThrowsAsync<RefusedException>(() => Desk.PromoteAsync(trial.Id, "elsewhere", null, "Ada", Now));
    }

    [Fact]
    public async Task A_cancelled_search_stops_its_trials_and_can_be_resumed_and_deleted()
    {
        await app.VariantAsync("slow-base", "als", TrainingApp.Slow);
        var search = await Desk.StartAsync(new() { Name = "stopped", DatasetId = (await app.SmallAsync()).Id, Families = ["als"], Trials = 2, Variant = "slow-base" }, "Ada", Now);
        var trial = (await BegunAsync(app, search.Id, 1))[0];
        await app.InTheMidstAsync(trial.RunId);
        await Assert.ThrowsAsync<RefusedException>(() => Desk.DeleteAsync(search.Id, "Ada", Now));
        await Desk.CancelAsync(search.Id, "Ada", Now);
        Assert.Equal(RunState.Cancelled, (await app.OverAsync(trial.RunId)).State);
        Assert.Equal(SearchState.Cancelled, (await SearchAsync(app, search.Id)).State);
        Assert.False((await TrialsAsync(app, search.Id)).Single().IsOver());

        await Desk.ResumeAsync(search.Id, "Ada", Now);
        var going = await app.UntilAsync(trial.RunId, r => r is { State: RunState.Running, Attempt: 2 });
        await Desk.CancelAsync(search.Id, "Ada", Now);
        await app.OverAsync(trial.RunId);
        await TrainingApp.GoneAsync(going);
        await Desk.DeleteAsync(search.Id, "Ada", Now);
        await using var db = await app.DbAsync();
        Assert.False(await db.Set<Search>().AnyAsync(s => s.Id == search.Id, Now) || await db.Set<SearchTrial>().AnyAsync(t => t.SearchId == search.Id, Now) || await db.Set<TrainingRun>().AnyAsync(r => r.Id == trial.RunId, Now));
    }

    [Fact]
    public async Task A_search_whose_trial_is_killed_and_whose_server_is_restarted_runs_no_trial_twice()
    {
        string folder;
        int id;
        SearchTrial[] before;
        await using (var first = new TrainingApp())
        {
            first.CreateClient().Dispose();
            await first.VariantAsync("long", "als", """{"factors":128,"iterations":400,"solver":"cholesky"}""");
            id = (await first.Get<SearchDesk>().StartAsync(new() { Name = "interrupted", DatasetId = (await first.SmallAsync()).Id, Families = ["item-knn", "als"], Trials = 2, Variant = "long" }, "Ada", Now)).Id;
            before = await BegunAsync(first, id, 2); // one slot: the long training comes second
            var running = await first.InTheMidstAsync(before[1].RunId);
            using (var process = Process.GetProcessById(running.ProcessId!.Value)) process.Kill();
            await first.UntilAsync(before[1].RunId, r => r is { State: RunState.Running, Attempt: 2, Fraction: > 0.06 }); // lost, and put back by itself
            before = await TrialsAsync(first, id);
            folder = await first.LeaveAsync();
        }
        Assert.True(before[0].IsOver() && !before[1].IsOver());
        try
        {
            await using var second = new RestartedApp(folder);
            second.CreateClient().Dispose();
            Assert.Equal(SearchState.Finished, (await OverAsync(second, id)).State);
            var trials = await TrialsAsync(second, id);
            Assert.Equal(["als 0", "als 1", "item-knn 0", "item-knn 1"], trials.Select(t => $"{t.Family} {t.Number}").Order());
            Assert.Equal((before[0].Value, before[0].EndedAt), (trials[0].Value, trials[0].EndedAt));
            await using var db = await second.DbAsync();
            var runs = await db.Set<TrainingRun>().AsNoTracking().OrderBy(r => r.Id).ToListAsync(Now);
            Assert.Equal(trials.Select(t => t.RunId), runs.Select(r => r.Id)); // one run a trial
            Assert.Equal([1, 3, 1, 1], runs.Select(r => r.Attempt)); // only the interrupted one went on, twice
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_draft_that_makes_no_sense_is_refused_with_a_sentence()
    {
        var dataset = (await app.SmallAsync()).Id;
        var good = new SearchDraft { Name = "x", DatasetId = dataset, Families = ["als"] };
        await using var db = await app.DbAsync();
        var count = await db.Set<Search>().CountAsync(Now);
        foreach (var (draft, part) in new[]
        {
            (good with { Name = " " }, "name"), (good with { DatasetId = 999 }, "data set"), (good with { Families = [] }, "at least one family"), (good with { Families = ["nothing"] }, "no recommender family 'nothing'"),
            (good with { Families = ["random"] }, "no option that a search may vary"), (good with { Trials = 1 }, "2 to 1000"), (good with { Trials = 2, Method = SearchMethod.Halving }, "at least 3"), (good with { Minutes = 0 }, "above 0"),
            (good with { Minutes = double.NaN }, "above 0"), (good with { Metric = "gini" }, "no ranking metric 'gini'"), (good with { K = 0 }, "1 to 100"), (good with { Device = "cuda:9" }, "no device 'cuda:9'"), (good with { Variant = "nobody" }, "no variant 'nobody'"),
        })
            Assert.Contains(part, (await Assert.ThrowsAsync<RefusedException>(() => Desk.StartAsync(draft, "Ada", Now))).Message, StringComparison.Ordinal);
        Assert.Equal(count, await db.Set<Search>().CountAsync(Now));
    }

    private static async Task<Search> SearchAsync(TrainingApp app, int id)
    {
        await using var db = await app.DbAsync();
        return await db.Set<Search>().AsNoTracking().SingleAsync(s => s.Id == id, Now);
    }

    private static async Task<SearchTrial[]> TrialsAsync(TrainingApp app, int id)
    {
        await using var db = await app.DbAsync();
        return await db.Set<SearchTrial>().AsNoTracking().Where(t => t.SearchId == id).OrderBy(t => t.Id).ToArrayAsync(Now);
    }

    private static async Task<Search> OverAsync(TrainingApp app, int id)
    {
        for (var i = 0; ; i++)
        {
            var search = await SearchAsync(app, id);
            if (search.State != SearchState.Running) return search;
            if (i == 1200) Assert.Fail($"After 120 s the search has {string.Join("; ", (await TrialsAsync(app, id)).Select(t => $"{t.Family} {t.Number}: {t.Value} {t.Failure}"))}");
            await Task.Delay(100, Now);
        }
    }

    private static async Task<SearchTrial[]> BegunAsync(TrainingApp app, int id, int count)
    {
        for (var i = 0; ; i++)
        {
            if (await TrialsAsync(app, id) is { } trials && trials.Length >= count) return trials;
            if (i == 600) Assert.Fail($"After 60 s fewer than {count} trials have begun.");
            await Task.Delay(100, Now);
        }
    }

    /// <summary>The application started again on a folder that an earlier one left.</summary>
    private sealed class RestartedApp(string folder) : TrainingApp
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            builder.UseSetting("RecLab:DataDir", folder);
        }
    }
}
