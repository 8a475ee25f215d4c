using Bunit;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Access;
using RecLab.Events;
using RecLab.Experiments;
using RecLab.Results;
using RecLab.Results.Metrics;
using RecLab.Results.Parts;
using RecLab.Tests.Experiments;
using Xunit;
using TestContext = Xunit.TestContext;

namespace RecLab.Tests.Results;

/// <summary>Experiments over ratings, the time to the first click and a shop's own events, from the wizard to the page, beside SQL over the raw events.</summary>
public sealed class MeasuredExperimentTests : BunitContext, IClassFixture<RecLabApp>
{
    private readonly RecLabApp _app;

    public MeasuredExperimentTests(RecLabApp app)
    {
        _app = app;
        JSInterop.Mode = JSRuntimeMode.Loose;
        AddAuthorization().SetAuthorized("Ada").SetRoles(Roles.Analyst);
        Services.AddFallbackServiceProvider(app.Services.CreateScope().ServiceProvider);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_page_shows_what_sql_finds_in_the_events()
    {
        var started = await _app.RunningAsync(await _app.DraftAsync("measured") with
        {
            GoalMetric = "custom:save:total",
            Settings = new() { Guardrails = [new("time-to-click", 0.1), new("custom:complaint:users:lower", 0.2)], Secondary = ["rating", "raters", "dwell", "custom:save:count"], MinimumUsers = 2, MinimumDays = 0 },
        });
        var random = new Random(5);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(u =>
        {
            List<(string, double?)> also = [];
            for (var i = random.Next(4); i > 0; i--) also.Add(("custom:save", random.Next(3) == 0 ? null : random.Next(1, 900) / 8.0));
            if (random.Next(3) == 0) also.Add(("rating", random.Next(1, 6)));
            if (random.Next(8) == 0) also.Add(("custom:complaint", null));
            also.Add(("custom:dwell", random.Next(5, 200)));
            return _app.ShowAsync(started, u % 2, $"m{u}", DateTimeOffset.UtcNow.AddHours(-1), 8, random.Next(3), also: [.. also]);
        }));
        var view = ResultsView.Of((await _app.Services.GetRequiredService<ResultsReader>().ReadAsync("measured", simulated: false, cancellation: Cancellation))!);
        Assert.Equal(["custom:save:total", "time-to-click", "custom:complaint:users:lower", "rating", "raters", "dwell", "custom:save:count"], view.Scorecard.Rows.Select(r => r.Metric.Key));
        var log = new RawLog(Path.Combine(_app.DataDir, "events.db"));
        double Sql(string select) => log.Scalar($"WITH mine AS (SELECT * FROM event WHERE experiment = $e AND arm = 1), users AS (SELECT DISTINCT unit FROM recommendation WHERE experiment = $e AND arm = 1) {select}", started.Id);
        var expected = new Dictionary<string, double>
        {
            ["custom:save:total"] = Sql("SELECT (SELECT sum(value) FROM mine WHERE type = 'custom:save') * 1.0 / (SELECT count(*) FROM users)"),
            ["custom:complaint:users:lower"] = Sql("SELECT (SELECT count(DISTINCT unit) FROM mine WHERE type = 'custom:complaint') * 1.0 / (SELECT count(*) FROM users)"),
            ["rating"] = Sql("SELECT avg(value) FROM mine WHERE type = 'rating'"),
            ["raters"] = Sql("SELECT (SELECT count(DISTINCT unit) FROM mine WHERE type = 'rating') * 1.0 / (SELECT count(*) FROM users)"),
            ["dwell"] = Sql("SELECT avg(value) FROM mine WHERE type = 'custom:dwell'"),
            ["custom:save:count"] = Sql("SELECT (SELECT count(*) FROM mine WHERE type = 'custom:save') * 1.0 / (SELECT count(*) FROM users)"),
            ["time-to-click"] = Sql("SELECT avg(wait) FROM (SELECT (min(e.occurred_at) - min(r.served_at)) / 1000 wait FROM mine e JOIN recommendation r ON r.id = e.recommendation WHERE e.type = 'click' GROUP BY e.unit)"),
        };
        foreach (var row in view.Scorecard.Rows) Assert.Equal(expected[row.Metric.Key], row.Judgements[0].Value, 9);
        // the variance of a mean per user, by hand from the events
        var squares = Sql("SELECT sum(v * v) - sum(v) * sum(v) / 100.0 FROM (SELECT coalesce((SELECT sum(value) FROM mine WHERE type = 'custom:save' AND mine.unit = users.unit), 0) v FROM users)");
        Assert.Equal(squares / 99 / 100, view.Input.Totals.Arms[1].Of(view.Scorecard.Goal.Metric).Estimate().Value.Variance, 6);
        Assert.Equal(0, new FoldProof(_app.Services.GetRequiredService<EventStore>()).Rebuild().Differing);
        var detail = MetricDetail.Of(view, "time-to-click", new Dictionary<(int, int), RecLab.Statistics.UnitSums>(), [])!;
        var panel = Render<MetricPanel>(p => p.Add(m => m.View, view).Add(m => m.Detail, detail));
        Assert.Contains("only users who click within a day; read it beside the share of users who click. Lower is better.", panel.Find("p.sec").TextContent);
    }

    [Fact]
    public async Task The_plan_takes_the_variance_of_new_metrics_from_the_past()
    {
        await _app.PlacementAsync("planned");
        double[] saved = [.. Enumerable.Range(0, 150).Select(i => i % 4 * 1.5)];
        await Task.WhenAll(saved.Index().Select(s => _app.PastAsync("planned", $"p{s.Index}", DateTimeOffset.UtcNow.AddDays(-1), 1, also: [("custom:keep", s.Item), ("rating", 1 + s.Index % 5)])));
        var reader = _app.Services.GetRequiredService<PastTrafficReader>();
        // other tests of this class show lists outside experiments to nobody, so all of them are these
        var (sum, rating) = (await reader.ReadAsync("planned", OutcomeMetricCatalog.Get("custom:keep:total"), cancellation: Cancellation), await reader.ReadAsync("planned", OutcomeMetricCatalog.Get("rating"), cancellation: Cancellation));
        var moments = RecLab.Statistics.Moments.OfValues(saved);
        Assert.Equal((150L, moments.Value), (sum!.Users, Math.Round(sum.Moments.Value, 12)));
        Assert.Equal(moments.UnitVariance, sum.Moments.UnitVariance, 9);
        Assert.Equal(3.0, rating!.Moments.Value);
        Assert.NotNull(SampleSize.Of(rating, 0.05, 0.8, 0.05, 1, 0.5, 1, 7).UsersPerArm);
        var capped = await reader.ReadAsync("planned", OutcomeMetricCatalog.Get("custom:keep:total"), cap: 3_000, Cancellation);
        Assert.Equal(saved.Average(v => Math.Min(v, 3)), capped!.Moments.Value, 12);
        Assert.True(capped.Moments.UnitVariance < sum.Moments.UnitVariance);
    }

    [Fact]
    public async Task The_wizard_offers_own_events_as_goal_guardrail_and_secondary_with_caps_and_keeps_them()
    {
        var draft = await _app.DraftAsync("chosen");
        var form = DraftForm.Of(await _app.Desk().DraftAsync(draft, "Ada", Cancellation));
        IRenderedComponent<StepMetrics> Step() => Render<StepMetrics>(p => p.Add(s => s.Form, form).Add(s => s.Size, new SampleSize()).Add(s => s.Kinds, ["save"]));
        var step = Step();
        step.Find("#w-own").Change("Not a name");
        step.FindAll("button").Single(b => b.TextContent == "Add the metric").Click();
        Assert.StartsWith("The name of an event is 1 to 50 small letters", step.Find("#w-own-said").TextContent, StringComparison.Ordinal);
        step.Find("#w-own").Change("custom:save");
        step.Find("#w-own-aspect").Change("Total");
        step.FindAll("button").Single(b => b.TextContent == "Add the metric").Click();
        step.Find("#w-own").Change("complaint");
        step.Find("#w-own-aspect").Change("Users");
        step.Find("#w-own-way").Change("lower");
        step.FindAll("button").Single(b => b.TextContent == "Add the metric").Click();
        Assert.Contains("Users with complaint", step.Find("#w-goal").TextContent);
        step.Find("#w-goal").Change("custom:save:total");
        Assert.Contains("sum of the values of custom:save per user within seven days after a list; higher is better", step.Find(".hint").TextContent);
        var guard = step.FindAll(".gd").Single(g => g.TextContent.Contains("Users with complaint", StringComparison.Ordinal));
        Assert.Contains("stop line if higher by more than", guard.TextContent);
        guard.QuerySelector("input[type=checkbox]")!.Change(true);
        step.FindAll(".gd").Single(g => g.TextContent.Contains("Cap value of save per user", StringComparison.Ordinal)).QuerySelector("input[type=checkbox]")!.Change(true);
        step.Find("[aria-label='Cap of Value of save per user, empty: from the past']").Change("12.5");

        var stored = await _app.Desk().EditAsync("chosen", form.ToDraft(null), "Ada", Cancellation);
        var settings = ExperimentSettings.FromJson(stored.Settings);
        Assert.Equal(("custom:save:total", "custom:complaint:users:lower"), (stored.GoalMetric, Assert.Single(settings.Guardrails).Metric));
        Assert.Equal([new CapRule("custom:save:total", 12.5)], settings.Caps);
        var again = DraftForm.Of(stored);
        Assert.Equal(form.ToDraft(null).Settings.ToJson(), again.ToDraft(null).Settings.ToJson());
        await _app.Desk().MarkReadyAsync("chosen", "Ada", Cancellation);
        Assert.Equal(12_500, ExperimentSettings.FromJson((await _app.Desk().StartAsync("chosen", "Ada", cancellation: Cancellation)).Settings).FixedCaps[0].Parts);
        step = Step();
        step.FindAll("button").Single(b => b.GetAttribute("aria-label") == "Remove Value of save per user").Click();
        Assert.Equal("ctr", form.GoalMetric);
    }

    [Fact]
    public async Task A_bandit_on_a_shops_own_event_waits_a_week()
    {
        var draft = await _app.DraftAsync("slow-bandit", 0.2, 0.4, 0.4) with { GoalMetric = "custom:save:count", Settings = new() { Mode = ExperimentMode.Bandit } };
        Assert.StartsWith("'custom:save:count' counts for seven days after a list, so a bandit with it as its goal", Assert.Single(draft.Faults()), StringComparison.Ordinal);
    }
}
