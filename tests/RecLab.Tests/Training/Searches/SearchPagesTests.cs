using Bunit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Access;
using RecLab.Controls;
using RecLab.Training;
using RecLab.Training.Searches;
using Xunit;
using TestContext = Xunit.TestContext;

namespace RecLab.Tests.Training.Searches;

public sealed class SearchPagesTests : BunitContext, IClassFixture<TrainingApp>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly TrainingApp _app;

    public SearchPagesTests(TrainingApp app)
    {
        _app = app;
        JSInterop.Mode = JSRuntimeMode.Loose;
        AddAuthorization().SetAuthorized("Ada").SetRoles(Roles.Analyst);
        Services.AddFallbackServiceProvider(app.Services.CreateScope().ServiceProvider);
    }

    [Fact]
    public async Task A_finished_search_shows_the_numbers_of_its_rows()
    {
        var search = await SearchSeeds.FinishedAsync(_app, (await _app.SmallAsync()).Id);
        await using var db = await _app.DbAsync();
        var trials = await db.Set<SearchTrial>().AsNoTracking().Where(t => t.SearchId == search.Id).ToListAsync(TestContext.Current.CancellationToken);
        var best = trials.MaxBy(t => t.Value)!;
        var page = Render<SearchPage>(p => p.Add(s => s.Id, search.Id)); // shows the family of the best
        page.WaitForAssertion(() => Assert.StartsWith($"{LeaderboardWords.Family(best.Family)}, trial {best.Number + 1} is best on validation: NDCG@10 {Figures.Metric(best.Value!.Value)}", page.Find("h1").TextContent, StringComparison.Ordinal), Patience);
        var mine = trials.Where(t => t.Family == best.Family).ToArray();
        Assert.Equal(mine.Length, page.FindAll("section.card.flush")[^1].QuerySelectorAll("tbody tr").Length);
        Assert.Equal(mine.Count(t => t.Value is not null), page.FindAll(".parallel path").Count);
        Assert.Single(page.FindAll(".parallel path.best"));
        Assert.Equal(mine.Count(t => t.Value is not null), page.FindAll(".scatter circle").Count); // size beside quality
        Assert.Contains(page.FindAll(".scatter circle.on"), c => c.TextContent.StartsWith($"trial {best.Number + 1}: {Figures.Metric(best.Value!.Value)}", StringComparison.Ordinal));
        Assert.All(mine, t => Assert.Contains(page.FindAll("td[data-of=Size]"), c => c.TextContent == Figures.Bytes(t.Bytes!.Value)));
        Assert.Equal(2, page.FindAll("section.card.flush")[0].QuerySelectorAll("tbody tr").Length);
        var list = Render<SearchesPage>();
        list.WaitForAssertion(() => Assert.Contains(Figures.Metric(best.Value!.Value), list.Find("table").TextContent, StringComparison.Ordinal), Patience);
    }

    [Fact]
    public void A_search_that_does_not_exist_is_no_fault() =>
        Render<SearchPage>(p => p.Add(s => s.Id, 4711)).WaitForState(() => true);

    [Fact]
    public async Task The_form_says_what_is_varied_and_within_which_range()
    {
        await _app.SmallAsync();
        var page = Render<NewSearchPage>();
        page.WaitForElement("#search-name", Patience);
        page.FindAll("label.check").Single(l => l.TextContent.Trim() == "EASE").QuerySelector("input")!.Change(true);
        Assert.Contains("10 to 5000, by magnitude", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trials_run_leads_to_its_search_and_offers_no_training()
    {
        var search = await SearchSeeds.FinishedAsync(_app, (await _app.SmallAsync()).Id, "elsewhere");
        await using var db = await _app.DbAsync();
        var trial = await db.Set<SearchTrial>().AsNoTracking().FirstAsync(t => t.SearchId == search.Id && t.Value != null, TestContext.Current.CancellationToken);
        var page = Render<RunPage>(p => p.Add(r => r.Id, trial.RunId));
        page.WaitForAssertion(() => Assert.Equal($"elsewhere, {trial.Family} trial {trial.Number + 1} reaches {Figures.Metric(trial.Value!.Value)} on validation.", page.Find("h1").TextContent), Patience);
        Assert.DoesNotContain(page.FindAll("button"), b => b.TextContent is "Train again" or "Serve this version" or "Start anew");
        Assert.Contains(page.FindAll("a"), a => a.GetAttribute("href") == $"searches/{search.Id}");
        await Assert.ThrowsAsync<RefusedException>(() => _app.Get<TrainingDesk>().RetryAsync(trial.RunId, "Ada", TestContext.Current.CancellationToken));
    }
}
