using Bunit;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Access;
using RecLab.Controls;
using RecLab.Events;
using RecLab.Experiments;
using RecLab.Results;
using RecLab.Results.Metrics;
using RecLab.Results.Parts;
using RecLab.Tests.Access;
using RecLab.Tests.Experiments;
using Xunit;
using TestContext = Xunit.TestContext;

namespace RecLab.Tests.Results;

/// <summary>What one user can count for at most: taken from the past of a placement when the experiment starts, and never again.</summary>
public sealed class CapTests : BunitContext, IClassFixture<RecLabApp>
{
    private readonly RecLabApp _app;

    public CapTests(RecLabApp app)
    {
        _app = app;
        JSInterop.Mode = JSRuntimeMode.Loose;
        AddAuthorization().SetAuthorized("Ada").SetRoles(Roles.Analyst);
        Services.AddFallbackServiceProvider(app.Services.CreateScope().ServiceProvider);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;
    private static DateTimeOffset Now => DateTimeOffset.UtcNow;

    private async Task<ExperimentDraft> DraftAsync(string key, params CapRule[] caps) => await _app.DraftAsync(key) with { Settings = new() { Caps = caps, MinimumUsers = 2, MinimumDays = 0 } };

    /// <summary>So many users shown a list on the placement yesterday; user i clicks i % 10 items, user 0 buys for 900.00, each other for i cents.</summary>
    private Task CrowdedAsync(string placement, int users, bool simulated = false) =>
        Task.WhenAll(Enumerable.Range(0, users).Select(i => _app.PastAsync(placement, $"{placement}-past-{i}", Now.AddDays(-1), i % 10, simulated, i == 0 ? 90_000 : i)));

    private static IReadOnlyList<FixedCap> CapsOf(Experiment experiment) => ExperimentSettings.FromJson(experiment.Settings).FixedCaps;

    [Fact]
    public async Task Without_a_past_a_cap_from_it_is_refused_with_a_sentence_and_a_given_one_is_taken()
    {
        await _app.Desk().DraftAsync(await DraftAsync("no-past", new CapRule("revenue")), "ada", Cancellation);
        var refusal = await Assert.ThrowsAsync<Refusal>(() => _app.Desk().MarkReadyAsync("no-past", "ada", Cancellation));
        Assert.Equal("Nothing was measured on this placement of 100 users, so no cap of revenue per user can be taken from its past; give one.", refusal.Message);
        Assert.Equal(ExperimentState.Draft, (await _app.StoredAsync("no-past")).State);
        await _app.Desk().EditAsync("no-past", await DraftEditedAsync("no-past", new CapRule("revenue", 5_000)), "ada", Cancellation);
        await _app.Desk().MarkReadyAsync("no-past", "ada", Cancellation);
        var started = await _app.Desk().StartAsync("no-past", "ada", cancellation: Cancellation);
        Assert.Equal([new("revenue", false, 5_000, 5_000, "as given"), new FixedCap("revenue", true, 5_000, 5_000, "as given")], CapsOf(started));
    }

    private async Task<ExperimentDraft> DraftEditedAsync(string key, params CapRule[] caps) => ExperimentDraft.Of(await _app.StoredAsync(key)) with { Settings = new() { Caps = caps } };

    [Fact]
    public async Task A_cap_is_the_nearest_rank_of_the_placements_own_users_and_never_moves()
    {
        await CrowdedAsync("ranked", 120);
        await _app.PastAsync("somewhere-else", "rich", Now.AddDays(-1), 1, purchase: 5_000_000);
        var draft = await DraftAsync("ranked", new CapRule("revenue", Percentile: 0.95), new CapRule("clicks"));
        var started = await _app.RunningAsync(draft);
        // 120 users: the 114th of 1, 2, ..., 119, 90000 is 114; of the clicks, 0 to 9, the 120th is 9
        Assert.Equal(["revenue False 114", "clicks False 9"], CapsOf(started).Select(c => $"{c.Metric} {c.Simulated} {c.Parts}"));
        Assert.StartsWith("95th percentile of 120 users over ", CapsOf(started)[0].Source, StringComparison.Ordinal);
        Assert.EndsWith(": lists outside experiments of its users, live", CapsOf(started)[0].Source, StringComparison.Ordinal);

        // a user who spends 4 x 1.00 counts for 1.14, one who spends 0.50 for that; another phase and more of the past change nothing
        for (var visit = 0; visit < 4; visit++) await _app.ShowAsync(started, 1, "spender", Now.AddMinutes(visit), 5, 1, purchase: 100);
        await _app.ShowAsync(started, 1, "saver", Now, 5, 0, purchase: 50);
        foreach (var user in new[] { "a1", "a2" }) await _app.ShowAsync(started, 0, user, Now, 5, 1, purchase: 70);
        await CrowdedAsync("ranked", 20);
        var input = (await _app.Services.GetRequiredService<ResultsReader>().ReadAsync("ranked", simulated: false, cancellation: Cancellation))!;
        var (capped, bare) = (input.Totals.Arms[1].Sums["revenue"], input.Totals.Arms[1].Sums[AskedMetric.Uncapped("revenue")]);
        Assert.Equal((2L, 164.0, 114.0 * 114 + 50 * 50), (capped.Units, capped.Y, capped.YY));
        Assert.Equal((450.0, 400.0 * 400 + 50 * 50), (bare.Y, bare.YY));
        // by SQL of its own, from the events
        var sql = new RawLog(Path.Combine(_app.DataDir, "events.db")).Scalar(
            "SELECT sum(min(spent, 114)) FROM (SELECT e.unit, sum(e.value) spent FROM event e WHERE e.type = 'purchase' AND e.experiment = $e AND e.arm = 1 GROUP BY e.unit)", started.Id);
        Assert.Equal(capped.Y, sql);
        Assert.Equal(ExperimentSettings.FromJson(started.Settings).ToJson(), (await _app.StoredAsync("ranked")).Settings);
    }

    [Fact]
    public async Task A_decision_freezes_capped_and_uncapped_numbers_and_the_exports_say_the_cap()
    {
        var started = await _app.RunningAsync(await DraftAsync("frozen-cap", new CapRule("clicks", 2)) with { GoalMetric = "clicks", Hypothesis = "h" });
        for (var user = 0; user < 40; user++) await _app.ShowAsync(started, user % 2, $"f{user}", Now, 10, user % 2 == 0 ? 1 + user % 3 : 2 + user % 7);
        var reader = _app.Services.GetRequiredService<ResultsPageReader>();
        async Task<(string, string, string)> PageAsync()
        {
            var page = (await reader.ReadAsync("frozen-cap", simulated: false, phase: null, band: null, metric: "clicks", Cancellation))!;
            var judged = page.View.Scorecard.Goal.Judgements[0];
            return ($"{judged.Baseline} {judged.Value} {judged.Change}", $"{page.Detail!.Cap!.Value} {page.Detail.Adjusted[0].Uncapped!.Value.Value.Effect.Value}", string.Join(' ', page.Detail.Ages.SelectMany(a => a.Points).Select(p => $"{p.X}:{p.Y}")));
        }
        var before = await PageAsync();
        var client = await _app.SignedInAsync(Roles.Viewer);
        var csv = (await client.GetStringAsync("/experiments/frozen-cap/export.csv?traffic=live", Cancellation)).Split("\r\n");
        Assert.EndsWith(",cap,definition", csv[0], StringComparison.Ordinal);
        Assert.Contains(",2,clicked items per user shown a list; higher is better", csv[1], StringComparison.Ordinal);
        var json = ResultsInput.FromJson(await client.GetStringAsync("/experiments/frozen-cap/export.json?traffic=live", Cancellation));
        Assert.Equal(2, json.Settings.FixedCaps.Single(c => !c.Simulated).Value);
        Assert.True(json.Totals.Arms[1].Sums["clicks"].Y < json.Totals.Arms[1].Sums[AskedMetric.Uncapped("clicks")].Y);
        Assert.Equal(2, (await _app.Services.GetRequiredService<IResultsSource>().ReadAsync("frozen-cap", false, null, Cancellation))!.Arms[1].Metrics[0].Cap);

        await _app.Services.GetRequiredService<DecisionDesk>().DecideAsync("frozen-cap", new(ExperimentOutcome.KeepControl, null, "a test", "Grace", false), "Ada", Cancellation);
        await _app.ShowAsync(started, 1, "late", Now, 10, 9);
        Assert.Equal(before, await PageAsync());
        Assert.Equal(0, new FoldProof(_app.Services.GetRequiredService<EventStore>()).Rebuild().Differing);
        var report = Render<ReportPage>(p => p.Add(r => r.Key, "frozen-cap"));
        report.WaitForAssertion(() => Assert.Contains("Clicks per user: capped at 2 a user (as given), fixed at the start.", report.Markup), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task The_drill_down_shows_the_cap_and_the_effect_without_it()
    {
        var started = await _app.RunningAsync(await DraftAsync("drilled", new CapRule("clicks", 2)) with { GoalMetric = "clicks" });
        for (var user = 0; user < 40; user++) await _app.ShowAsync(started, user % 2, $"d{user}", Now, 10, user % 2 == 0 ? 1 + user % 3 : 2 + user % 7);
        var page = (await _app.Services.GetRequiredService<ResultsPageReader>().ReadAsync("drilled", simulated: false, phase: null, band: null, metric: "clicks", Cancellation))!;
        var panel = Render<MetricPanel>(p => p.Add(m => m.View, page.View).Add(m => m.Detail, page.Detail!));
        Assert.Contains("2 a user as given; fixed at the start", panel.Find("dl").TextContent);
        Assert.Equal(["Unadjusted", "Adjusted", "Without the cap"], panel.FindAll(".score tbody tr").Select(r => r.Children.First(c => c.TextContent is "Unadjusted" or "Adjusted" or "Without the cap").TextContent));
        var card = Render<ScorecardTable>(p => p.Add(s => s.View, page.View));
        Assert.Contains("capped at 2 a user", card.Find("tr.r td.m").TextContent);
    }

    [Fact]
    public async Task Live_users_are_not_capped_by_simulated_ones_and_the_page_says_so()
    {
        await CrowdedAsync("made-up", 110, simulated: true);
        var drafted = await _app.Desk().DraftAsync(await DraftAsync("made-up", new CapRule("clicks")), "ada", Cancellation);
        var note = Assert.Single((await _app.Desk().CheckAsync(drafted, Cancellation)).Findings, f => f.Check == "Caps");
        Assert.Equal((FindingLevel.Note, "Caps of clicks per user will be taken from lists outside experiments of its users, simulated; live users will not be capped, too few were measured. Give a cap to cap them too. Of simulated visitors only 1 of 28 days was seen, so those of the experiment have longer to reach the cap."), (note.Level, note.Sentence));
        await _app.Desk().MarkReadyAsync("made-up", "ada", Cancellation);
        var started = await _app.Desk().StartAsync("made-up", "ada", cancellation: Cancellation);
        Assert.Equal([true], CapsOf(started).Select(c => c.Simulated));
        await _app.ShowAsync(started, 0, "l", Now, 5, 1);
        var live = ResultsView.Of((await _app.Services.GetRequiredService<ResultsReader>().ReadAsync("made-up", simulated: false, cancellation: Cancellation))!);
        Assert.Equal("not capped: no live users were measured before", live.CapWords(OutcomeMetricCatalog.Get("clicks")));
        await _app.Desk().PauseAsync("made-up", "ada", "lunch", Cancellation);
        Assert.Equal(CapsOf(started), CapsOf(await _app.Desk().ResumeAsync("made-up", "ada", cancellation: Cancellation))); // checked again, not fixed again
    }

    [Fact]
    public async Task The_past_is_control_of_the_newest_experiment_on_the_placement_where_there_is_one()
    {
        var first = await _app.RunningAsync(await _app.DraftAsync("earlier"));
        for (var user = 0; user < 110; user++) await _app.ShowAsync(first, 0, $"e{user}", Now, 10, user % 5);
        await _app.Desk().StopAsync("earlier", "ada", "enough", Cancellation);
        var draft = await DraftAsync("second-look", new CapRule("clicks")) with { Placement = "earlier" };
        var cap = Assert.Single(CapsOf(await _app.RunningAsync(draft)));
        Assert.Equal((4.0, "99.9th percentile of 110 users over 1 days: control of Test earlier, live"), (cap.Value, cap.Source.Replace("over 2 days", "over 1 days", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_copy_of_an_experiment_asks_for_its_caps_anew()
    {
        await _app.RunningAsync(await DraftAsync("copied", new CapRule("clicks", 3)));
        var copy = await _app.Desk().DuplicateAsync("copied", "copied-2", "ada", Cancellation);
        Assert.Empty(CapsOf(copy));
        Assert.Equal([new CapRule("clicks", 3)], ExperimentSettings.FromJson(copy.Settings).Caps);
    }

    [Theory]
    [InlineData("ctr", "ctr", "Click-through rate is no amount and no count of a user and cannot be capped.")]
    [InlineData("ctr", "tea", "There is no metric 'tea'.")]
    [InlineData("tea", "clicks", "There is no metric 'tea'.")]
    [InlineData("coverage", "clicks", "Catalogue coverage is known of all lists of an arm together and cannot be the goal.")]
    [InlineData("ctr", "custom:save:count", "save per user is capped and not asked for; make it a goal, a guardrail or a secondary metric.")]
    public async Task What_cannot_be_measured_or_capped_is_refused(string goal, string capped, string sentence)
    {
        var draft = await DraftAsync($"refused-{Math.Abs(string.GetHashCode(goal + capped))}", new CapRule(capped, 3)) with { GoalMetric = goal };
        Assert.Equal(sentence, (await Assert.ThrowsAsync<Refusal>(() => _app.Desk().DraftAsync(draft, "ada", Cancellation))).Message);
    }

    [Theory]
    [InlineData(0.0, 0.999, "The cap of 'clicks' must be above 0, and is 0.")]
    [InlineData(-2.0, 0.999, "The cap of 'clicks' must be above 0, and is -2.")]
    [InlineData(null, 0.2, "The percentile of the cap of 'clicks' must lie between 0.5 and 1, and is 0.2.")]
    public void A_cap_without_sense_is_a_fault_of_the_draft(double? value, double percentile, string sentence)
    {
        var draft = new ExperimentDraft { Key = "k", Name = "n", Placement = "p", Arms = [new(1, "a", 0.5), new(2, "b", 0.5)], Settings = new() { Caps = [new("clicks", value, percentile)] } };
        Assert.Equal([sentence], draft.Faults());
        Assert.Equal(["The metric 'clicks' has two caps."], (draft with { Settings = new() { Caps = [new("clicks", 1), new("clicks", 2)] } }).Faults());
    }

    [Theory]
    [InlineData(1000, 0.999, 999)]
    [InlineData(100, 0.999, 100)]
    [InlineData(120, 0.95, 114)]
    [InlineData(1, 0.5, 1)]
    public void The_nearest_rank_leaves_at_least_the_share_below(int users, double percentile, int rank) => Assert.Equal(rank, PastPeriod.Rank(users, percentile));
}
