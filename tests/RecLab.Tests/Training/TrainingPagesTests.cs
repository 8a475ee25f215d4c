using Bunit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Access;
using RecLab.Data;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Evaluation;
using RecLab.Training;
using Xunit;
using TestContext = Xunit.TestContext;

namespace RecLab.Tests.Training;

/// <summary>The pages over the real rooms and a real database; what they show is compared with the rows.</summary>
public sealed class TrainingPagesTests : BunitContext, IClassFixture<TrainingApp>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TrainingApp _app;

    public TrainingPagesTests(TrainingApp app)
    {
        _app = app;
        JSInterop.Mode = JSRuntimeMode.Loose;
        AddAuthorization().SetAuthorized("Ada").SetRoles(Roles.Analyst);
        Services.AddFallbackServiceProvider(app.Services.CreateScope().ServiceProvider);
    }

    [Fact]
    public async Task A_trained_run_shows_the_numbers_of_its_row()
    {
        await _app.VariantAsync("shown", "popularity");
        var run = await _app.OverAsync((await _app.Get<TrainingDesk>().RequestAsync("shown", "Ada")).Id);
        var stored = EvaluationResult.FromJson(run.Evaluation!);
        var page = Render<RunPage>(p => p.Add(r => r.Id, run.Id));
        page.WaitForAssertion(() => Assert.Equal($"shown v1 reaches NDCG@10 {stored["ndcg", 10]!.Mean:0.0000} on the test slice.", page.Find("h1").TextContent), Patience);
        Assert.Contains($"{stored["hit", 10]!.Mean:0.0000}", page.Find("table").TextContent);
        var parts = page.FindComponent<MetricsCard>();
        foreach (var k in new[] { 10, 50 })
        {
            parts.FindAll("button").First(b => b.TextContent == $"@{k}").Click();
            var tail = stored.Slices.Single(s => s.Name == "items: tail");
            Assert.Contains($"{tail["ndcg", k]!.Mean:0.0000}", parts.FindAll("tr").Single(r => r.TextContent.Contains("items: tail", StringComparison.Ordinal)).TextContent);
        }
        Assert.Equal(6, page.FindAll("ol.steps li.d").Count);
        Assert.Contains("Read 'small': 960 rows", page.Find("[role=log]").TextContent);
        page.Find("#log-search").Input("no such word");
        Assert.Contains("No line has", page.Find("[role=log]").TextContent);

        var variants = Render<VariantsPage>();
        variants.WaitForAssertion(() => Assert.Contains($"{stored["recall", 10]!.Mean:0.0000}", variants.Find("table").TextContent), Patience);
        var variant = Render<VariantPage>(p => p.Add(v => v.Key, "shown"));
        variant.WaitForAssertion(() => Assert.Contains("Model card, version 1", variant.Markup), Patience);
        var board = Render<TrainingPage>();
        board.WaitForAssertion(() => Assert.Contains("shown v1", board.Markup), Patience);
    }

    [Fact]
    public async Task A_lost_run_says_why_and_offers_to_resume()
    {
        var dataset = await _app.SmallAsync();
        var variant = await _app.VariantAsync("unlucky", "popularity");
        await using var db = await _app.DbAsync();
        var run = new TrainingRun { VariantId = variant.Id, DatasetId = dataset.Id, Options = "{}", Version = 1, State = RunState.Lost, Fraction = 0.3, Attempt = 1, Error = "Lost: its process was killed (signal 9).", RequestedAt = DateTimeOffset.UtcNow };
        db.Add(run);
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        db.Add(new RunLogLine { RunId = run.Id, At = DateTimeOffset.UtcNow, Text = "the last thing it said" });
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        var page = Render<RunPage>(p => p.Add(r => r.Id, run.Id));
        page.WaitForAssertion(() => Assert.Equal("unlucky v1 was lost at 30%.", page.Find("h1").TextContent), Patience);
        Assert.Contains("signal 9", page.Find(".err").TextContent);
        page.FindAll(".err button").Single(b => b.TextContent.Contains("last lines")).Click();
        Assert.Contains("the last thing it said", page.Find("pre").TextContent);
        Assert.Contains(page.FindAll("button"), b => b.TextContent == "Resume");
    }

    [Fact]
    public void A_run_that_does_not_exist_is_no_fault()
    {
        var page = Render<RunPage>(p => p.Add(r => r.Id, 987654));
        page.WaitForAssertion(() => Assert.Equal("No run 987654", page.Find("h1").TextContent), Patience);
    }

    [Fact]
    public async Task The_form_of_a_family_keeps_a_wrong_value_and_says_what_is_wrong()
    {
        await _app.SmallAsync();
        var page = Render<NewVariantPage>();
        page.WaitForElement("#variant-family", Patience);
        page.Find("#variant-family").Change("als");
        page.WaitForElement("#option-Factors", Patience).Change("0");
        Assert.Contains("between 1 and 1024", page.Find(".why").TextContent);
        Assert.Equal("0", page.Find("#option-Factors").GetAttribute("value"));
        page.Find("#option-Factors").Change("32");
        Assert.Empty(page.FindAll(".why"));
        Assert.Contains("changed", page.Find("label[for=option-Factors]").TextContent);
        Assert.Equal("implicit-als", page.Find("#variant-key").GetAttribute("value"));
    }

    [Fact]
    public void Every_family_can_be_chosen_in_the_form()
    {
        foreach (var family in RecommenderCatalog.All)
        {
            var fields = Render<OptionsFields>(p => p.Add(f => f.Form, OptionsForm.For(family)));
            Assert.Equal(OptionField.Of(family).Count, fields.FindAll(".field").Count);
        }
    }

    [Fact]
    public async Task The_list_of_data_shows_what_is_ready_and_what_was_refused()
    {
        await _app.SmallAsync();
        var writer = _app.Get<DatasetWriter>();
        var failed = await writer.ReserveAsync("broken file", "csv", DatasetOrigin.Imported, 0.1, "Ada", TestContext.Current.CancellationToken);
        await writer.FailAsync(failed.Id, "'broken.csv' has no rows.", null);
        var page = Render<DataPage>();
        page.WaitForAssertion(() => Assert.Contains("'broken.csv' has no rows.", page.Find("table").TextContent), Patience);
        Assert.Contains("960", page.Find("table").TextContent);

        var small = (await _app.SmallAsync()).Id;
        var one = Render<DatasetPage>(p => p.Add(d => d.Id, small));
        one.WaitForAssertion(() => Assert.Contains("Gini of popularity", one.Markup), Patience);
        Assert.Contains("No line was refused.", one.Markup);
    }

    [Fact]
    public async Task A_data_set_with_a_knowledge_graph_says_how_large_it_is()
    {
        var (writer, small) = (_app.Get<DatasetWriter>(), TrainingApp.Small());
        var graph = new KnowledgeGraph(new(["e0", "e1", "w", "b"]), new(["made_by", "friend_of"]), [0, 1, 2], [0, 0, 1], [2, 3, 3], new(["0", "1", "not here"]), [0, 1, 1]);
        var dataset = await writer.ReserveAsync("with a graph", "made", DatasetOrigin.Imported, 0.1, "test", TestContext.Current.CancellationToken);
        await writer.StoreAsync(dataset.Id, small.Describe(new([], graph), Audience.Empty), new("made", small.Count, small.Count, [], []), TestContext.Current.CancellationToken);
        var page = Render<DatasetPage>(p => p.Add(d => d.Id, dataset.Id));
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("dl.kv")), Patience);
        var numbers = page.FindAll("dl.kv > *").Select(e => e.TextContent).ToArray();
        Assert.Equal(["Knowledge graph", "3 edges", "Its relations", "2", "Its entities", "4", "Items in it", "2"], numbers[Array.IndexOf(numbers, "Knowledge graph")..][..8]);
        var plain = (await _app.SmallAsync()).Id;
        var other = Render<DatasetPage>(p => p.Add(d => d.Id, plain));
        other.WaitForAssertion(() => Assert.NotEmpty(other.FindAll("dl.kv")), Patience);
        Assert.DoesNotContain("Knowledge graph", other.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_histogram_has_its_table()
    {
        var chart = Render<RecLab.Controls.Charts.Histogram>(p => p.Add(h => h.Label, "Users").Add(h => h.Bars, [("1", 5), ("2–3", 1_200)]).Add(h => h.YName, "users"));
        Assert.Equal(2, chart.FindAll("rect.bar").Count);
        chart.Find("button").Click();
        Assert.Equal(["1", "5", "2–3", "1,200"], chart.FindAll("tbody th, tbody td").Select(c => c.TextContent));
    }
}
