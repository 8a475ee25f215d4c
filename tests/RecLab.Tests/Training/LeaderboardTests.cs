using System.Net;
using System.Text.Json;
using Bunit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Access;
using RecLab.Controls;
using RecLab.Recommenders.Evaluation;
using RecLab.Storage;
using RecLab.Tests.Access;
using RecLab.Training;
using Xunit;
using TestContext = Xunit.TestContext;

namespace RecLab.Tests.Training;

public sealed class LeaderboardTests : BunitContext, IClassFixture<RecLabApp>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly RecLabApp _app;

    public LeaderboardTests(RecLabApp app)
    {
        _app = app;
        JSInterop.Mode = JSRuntimeMode.Loose;
        AddAuthorization().SetAuthorized("Ada").SetRoles(Roles.Viewer);
        Services.AddFallbackServiceProvider(app.Services.CreateScope().ServiceProvider);
    }

    private LeaderboardReader Reader => _app.Services.GetRequiredService<LeaderboardReader>();

    [Fact]
    public async Task Lines_stand_in_the_order_of_the_metric_with_the_numbers_of_their_runs()
    {
        var (dataset, runs) = await _app.JudgedAsync("ordered", "random", "popularity", "ease");
        var board = (await Reader.ReadAsync(new() { Dataset = dataset.Id }, TestContext.Current.CancellationToken))!;
        Assert.Equal(3, board.Lines.Count);
        Assert.Equal(runs.Select(r => EvaluationResult.FromJson(r.Evaluation!)["ndcg", 10]!.Mean).OrderDescending(), board.Lines.Select(l => l["ndcg", 10]!.Mean));
        Assert.Equal("ease", board.Leader!.Variant);
        Assert.Contains("all items ranked, known items left out", board.Protocol.Sentence, StringComparison.Ordinal);
        var page = Render<LeaderboardPage>();
        Services.GetRequiredService<Microsoft.AspNetCore.Components.NavigationManager>().NavigateTo($"leaderboard?data={dataset.Id}");
        page.WaitForAssertion(() => Assert.StartsWith($"ease v1 leads on ordered: NDCG@10 {board.Leader["ndcg", 10]!.Mean:0.0000} (", page.Find("h1").TextContent, StringComparison.Ordinal), Patience);
        Assert.Equal(3, page.FindAll("table.board tbody tr").Count);
        var first = page.Find("table.board tbody tr");
        string Cell(string name) => first.QuerySelectorAll("td[data-of]").Single(c => c.GetAttribute("data-of") == name).TextContent;
        Assert.Equal(Figures.Metric(board.Leader["ndcg", 10]!.Mean!.Value), first.QuerySelector(".bar b")!.TextContent);
        Assert.Equal($"{Figures.Metric(board.Leader["ndcg", 10]!.Low!.Value)} to {Figures.Metric(board.Leader["ndcg", 10]!.High!.Value)}", first.QuerySelector(".bar .cap")!.TextContent);
        Assert.Equal((Figures.Metric(board.Leader["recall", 10]!.Mean!.Value), Figures.Bytes(board.Leader.Run.ArtifactBytes)), (Cell("Recall@10"), Cell("size of the model")));
        Assert.Equal(first.Children.Length, page.FindAll("table.board thead th").Count);
    }

    [Fact]
    public async Task A_leaderboard_says_how_its_runs_were_cut()
    {
        var (random, _) = await _app.CutAsync("at random", new(SplitKind.Random) { Hidden = 0.1, Seed = 7 }, "popularity");
        var (other, _) = await _app.CutAsync("another seed", new(SplitKind.Random) { Hidden = 0.1, Seed = 8 }, "popularity");
        var board = (await Reader.ReadAsync(new() { Dataset = random.Id }, TestContext.Current.CancellationToken))!;
        Assert.Equal(("random-10-10-10-seed7-all", 1), (board.Protocol.Key, board.Lines.Count));
        Assert.StartsWith("Rows of each user drawn at random (validation 10 %, test 10 %, hidden 10 %, seed 7), all items ranked", board.Protocol.Sentence, StringComparison.Ordinal);
        Assert.Equal("random-10-10-10-seed8-all", (await Reader.ReadAsync(new() { Dataset = other.Id }, TestContext.Current.CancellationToken))!.Protocol.Key);
    }

    [Fact]
    public async Task Pairs_are_compared_on_the_same_users_and_adjusted_together()
    {
        var (dataset, runs) = await _app.JudgedAsync("paired", "random", "popularity", "item-knn");
        await _app.AddRunAsync(dataset, "stranger", "random", 1, run => (run.Evaluation, run.ValidationScore) = (runs[2].Evaluation, 0.1)); // its values per user were not kept
        var board = (await Reader.ReadAsync(new() { Dataset = dataset.Id }, TestContext.Current.CancellationToken))!;
        var table = (await _app.Services.GetRequiredService<PairReader>().ReadAsync(board, TestContext.Current.CancellationToken))!;
        Assert.Equal(3, table.Pairs.Count);
        Assert.Equal(["stranger v1"], table.Without);
        var pair = table.Pairs.Single(p => (p.A.Variant, p.B.Variant) == ("item-knn", "random"));
        Assert.Equal(board.Lines.Single(l => l.Variant == "random")["ndcg", 10]!.Mean!.Value - pair.A["ndcg", 10]!.Mean!.Value, pair.Result.Difference, 6); // float storage
        Assert.True(pair.IsDifferent);
        Assert.Equal("worse", LeaderboardWords.Judged(pair));
        // Holm: the smallest of three p values counts three times (Holm 1979), so none falls.
        Assert.All(table.Pairs, p => Assert.True(p.Result.Adjusted >= p.Result.PValue));
        Assert.Equal(Math.Min(1, 3 * table.Pairs.Min(p => p.Result.PValue!.Value)), table.Pairs.Min(p => p.Result.Adjusted!.Value), 12);
        Assert.Null(await _app.Services.GetRequiredService<PairReader>().ReadAsync(board with { Filter = board.Filter with { Metric = "coverage" } }, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_variant_stands_with_the_run_that_is_best_on_validation_and_names_its_newest()
    {
        var (dataset, runs) = await _app.JudgedAsync("versions", "popularity");
        var worse = await _app.AddRunAsync(dataset, "popularity", "popularity", 2, run => (run.Evaluation, run.ValidationScore) = (runs[0].Evaluation, runs[0].ValidationScore - 0.01));
        await using (var db = await _app.Services.GetRequiredService<IDbContextFactory<RecLabDb>>().CreateDbContextAsync(TestContext.Current.CancellationToken))
        {
            foreach (var (epoch, value) in new[] { (1, 0.2), (2, 0.5), (3, 0.4) }) db.Add(new RunPoint { RunId = runs[0].Id, Series = "validation ndcg@10", Epoch = epoch, Value = value });
            db.Add(new RunPoint { RunId = runs[0].Id, Series = "validation loss", Epoch = 3, Value = 9 });
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        var line = Assert.Single((await Reader.ReadAsync(new() { Dataset = dataset.Id }, TestContext.Current.CancellationToken))!.Lines);
        Assert.Equal((runs[0].Id, 2, worse.Id), (line.Run.Id, line.Runs, line.Newest!.Id));
        Assert.Equal((0.5, 0.4), (line.Facts.ValidationBest, line.Facts.ValidationLast)); // best and last epoch
        Assert.Equal(2, (await Reader.ReadAsync(new() { Dataset = dataset.Id, Lines = LeaderboardLines.Runs }, TestContext.Current.CancellationToken))!.Lines.Count);
    }

    [Fact]
    public async Task Five_hundred_runs_are_all_drawn_with_their_intervals()
    {
        var (dataset, runs) = await _app.JudgedAsync("many", "popularity", "ease");
        await using (var db = await _app.Services.GetRequiredService<IDbContextFactory<RecLabDb>>().CreateDbContextAsync(TestContext.Current.CancellationToken))
        {
            for (var v = 2; v <= 250; v++)
                foreach (var run in runs)
                    db.Add(new TrainingRun { VariantId = run.VariantId, DatasetId = dataset.Id, Version = v, State = RunState.Succeeded, Options = "{}", Evaluation = run.Evaluation, ValidationScore = run.ValidationScore, TrainSeconds = v, ArtifactBytes = 1000 * v });
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        Services.GetRequiredService<Microsoft.AspNetCore.Components.NavigationManager>().NavigateTo($"leaderboard?data={dataset.Id}&lines=runs");
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var page = Render<LeaderboardPage>();
        page.WaitForAssertion(() => Assert.Equal(500, page.FindAll("table.board tbody tr").Count), Patience);
        TestContext.Current.TestOutputHelper?.WriteLine($"500 runs read and drawn in {watch.ElapsedMilliseconds} ms");
        Assert.Equal(500, page.FindAll("table.board .rb").Count);
    }

    [Fact]
    public async Task Exports_hold_the_lines_of_the_page_and_no_formula_can_hide_in_them()
    {
        var (dataset, runs) = await _app.JudgedAsync("export", "popularity");
        await _app.AddRunAsync(dataset, "=cmd|' /C calc'!A0", "popularity", 1, run => (run.Evaluation, run.ValidationScore) = (runs[0].Evaluation, 0));
        using var viewer = await _app.SignedInAsync(Roles.Viewer);
        var csv = await viewer.GetStringAsync($"/leaderboard/export.csv?data={dataset.Id}&sort=name", TestContext.Current.CancellationToken);
        Assert.Equal(3, csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("1,'=cmd|' /C calc'!A0,", csv, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(await viewer.GetStringAsync($"/leaderboard/export.json?data={dataset.Id}&metric=recall&k=20", TestContext.Current.CancellationToken));
        Assert.Equal(("recall", 20, 2), (json.RootElement.GetProperty("metric").GetString(), json.RootElement.GetProperty("k").GetInt32(), json.RootElement.GetProperty("lines").GetArrayLength()));
        using var nobody = _app.Browser();
        Assert.NotEqual(HttpStatusCode.OK, (await nobody.GetAsync("/leaderboard/export.csv", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Theory]
    [InlineData("value", "c b a d")]
    [InlineData("-value", "a b c d")]
    [InlineData("name", "a b c d")]
    [InlineData("train", "b a c d")]
    [InlineData("-train", "c a b d")]
    public void Sorting_puts_the_best_or_cheapest_first_and_the_unmeasured_last(string sort, string order) =>
        Assert.Equal(order, string.Join(' ', Leaderboard.InOrder(Four, new() { Sort = sort }).Select(l => l.Variant)));

    [Fact]
    public void The_front_is_what_nothing_beats_in_both()
    {
        // a: 0.1 for 2 s, b: 0.2 for 1 s, c: 0.3 for 3 s; a is beaten by b, d has no value.
        var board = new Leaderboard(new(), "x", new("p", "P"), [], [], [], [], Four, 4);
        Assert.Equal(["b", "c"], board.Front().Select(l => l.Variant));
        Assert.Equal("c", board.Leader!.Variant);
    }

    [Fact]
    public void An_address_leads_back_to_the_same_board_and_nonsense_to_the_default()
    {
        var filter = new LeaderboardFilter { Dataset = 3, Metric = "recall", K = 20, Lines = LeaderboardLines.Runs, Family = "als", Search = "a&b=c", Sort = "-train", Cost = "size", Pairs = 7 };
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(filter.Query());
        Assert.Equal(filter, LeaderboardExport.FilterOf(new Microsoft.AspNetCore.Http.QueryCollection(query)));
        Assert.Equal("", new LeaderboardFilter().Query());
        Assert.Equal(new(), LeaderboardFilter.Of("x", " ", "no such metric", "-1", "?", null, "", null, "gold", "many"));
    }

    private static LeaderboardLine[] Four => [.. new (string, double?, double?)[] { ("a", 0.1, 2), ("b", 0.2, 1), ("c", 0.3, 3), ("d", null, null) }.Select((l, i) => new LeaderboardLine(
        new TrainingRun { Id = i, Options = "{}", TrainSeconds = l.Item3 }, new([new("ndcg", 10, l.Item2, null, null, 5)], new(), null, null), l.Item1, l.Item1, "popularity", false, 1, null, null))];
}
