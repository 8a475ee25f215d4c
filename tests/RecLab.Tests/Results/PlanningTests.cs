using Bunit;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Access;
using RecLab.Experiments;
using RecLab.Results;
using RecLab.Results.Parts;
using RecLab.Statistics;
using RecLab.Tests.Experiments;
using Xunit;
using static RecLab.Tests.Results.Readings;
using TestContext = Xunit.TestContext;

namespace RecLab.Tests.Results;

/// <summary>What is planned before the start, asked while it runs, and put on paper at the end.</summary>
public sealed class PlanningTests : BunitContext, IClassFixture<RecLabApp>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly RecLabApp _app;

    public PlanningTests(RecLabApp app)
    {
        _app = app;
        JSInterop.Mode = JSRuntimeMode.Loose;
        AddAuthorization().SetAuthorized("Ada").SetRoles(Roles.Analyst);
        Services.AddFallbackServiceProvider(app.Services.CreateScope().ServiceProvider);
    }

    [Fact]
    public void New_users_by_weekday_are_averages_over_the_days_seen()
    {
        // day 20454 is Thursday, 1 January 2026; eight days, so Thursday comes twice
        var pattern = PastTraffic.Weekdays([(20454, 10), (20455, 7), (20457, 14), (20461, 30)])!;
        Assert.Equal([14.0, 0, 0, 0, 20, 7, 0], pattern);
        Assert.Null(PastTraffic.Weekdays([(20454, 10), (20459, 10)])); // six days say nothing about a week
        Assert.Null(PastTraffic.Weekdays([]));
    }

    [Fact]
    public void A_plan_counts_the_days_on_which_users_come()
    {
        // a mean with value 1 and variance 1; only Saturdays bring users, 1,000 each
        var moments = Moments.Of(MetricKind.Mean, new UnitSums { Units = 1001, Y = 1001, YY = 2001 });
        Assert.Equal(1, moments.UnitVariance, 6);
        var even = new PastTraffic(moments, 1001, 1000.0 / 7, "here", false);
        var weekend = even with { NewByWeekday = [0, 0, 0, 0, 0, 0, 1000] };
        var users = SampleSize.Of(even, 0.1, 0.8, 0.05, 1, 0.5, 1, 7).UsersPerArm!.Value;
        Assert.InRange(users, 1400, 1800); // about 2 x 1.96+0.84 squared / 0.1 squared
        // half of each Saturday goes to an arm: ceil(users / 500) Saturdays, and the last day of that week makes it whole
        Assert.Equal((int)Math.Ceiling(users / 500.0) * 7, SampleSize.Of(weekend, 0.1, 0.8, 0.05, 1, 0.5, 1, 7, DayOfWeek.Sunday).PlannedDays);
    }

    [Fact]
    public void Days_left_follow_the_weekdays_of_this_phase()
    {
        var (settings, rules) = (new ExperimentSettings { PlannedUsers = 1000, PlannedDays = 7, MinimumDays = 7 }, new JudgementRules(0.05, 5000, AtPlannedEnd: false));
        Progress On(DayOfWeek today) => Progress.Of(settings, rules, false, TimeSpan.FromDays(8), 900, null, [100, 0, 0, 0, 0, 0, 0], today);
        Assert.Equal((1, 7), (On(DayOfWeek.Sunday).DaysLeft!.Value, On(DayOfWeek.Monday).DaysLeft!.Value));
        Assert.Equal(1, Progress.Of(settings, rules, false, TimeSpan.FromDays(8), 900, null).DaysLeft); // 900 in 8 days: the last 100 take 0.9
    }

    [Fact]
    public void Power_today_and_days_left_without_a_plan_are_those_of_the_interval_that_decides()
    {
        // two comparisons at 2.5 % each; the half width of the always-valid interval worked by hand: SE sqrt(2 (k + 1) ln(sqrt(k + 1)/0.025) / k), k = n rho^2, rho that of 5 %
        var rules = new JudgementRules(0.05, 5000, AtPlannedEnd: false).Over(2);
        Progress After(double days) => Progress.Of(new() { TargetEffect = 0.05 }, rules, false, TimeSpan.FromDays(days), (long)(400 * days), new(new(0.01, 0.0004 * 10 / days, 1e9), (long)(800 * days)));
        double rho2 = (-2 * Math.Log(0.05) + Math.Log(1 - 2 * Math.Log(0.05))) / 5000, k = 8000 * rho2, half = 0.02 * Math.Sqrt(2 * (k + 1) * Math.Log(Math.Sqrt(k + 1) / 0.025) / k);
        Assert.Equal(RecLab.Statistics.Distributions.Normal.Cdf((0.05 - half) / 0.02), After(10).Power!.Value, 6);
        Assert.Equal(half + 0.8416212 * 0.02, After(10).SmallestEffect!.Value, 6);
        var left = After(10).DaysLeft!.Value;
        Assert.InRange(left, 5, 30);
        Assert.True(After(10 + left).Power >= 0.8 && After(10 + left - 1).Power < 0.8);
        Assert.Null(After(10 + left).DaysLeft); // it is reached, and there is no plan to wait for
        // at the planned end the fixed-horizon interval decides: 1 - beta at 0.05/0.02 standard errors and z(1.25 %) = 2.2414
        Assert.Equal(RecLab.Statistics.Distributions.Normal.Cdf(2.5 - 2.241403), Progress.Of(new() { TargetEffect = 0.05 }, rules with { AtPlannedEnd = true }, false, TimeSpan.FromDays(10), 4000, new(new(0.01, 0.0004, 1e9), 8000)).Power!.Value, 4);
    }

    [Fact]
    public async Task What_is_asked_is_checked_before_the_start()
    {
        var draft = await _app.DraftAsync("checked") with { Settings = new() { MinimumDays = 3, Targeting = [new("country", ConditionKind.Is, ["DE"])], Guardrails = [new("clicks", 0.05)] } };
        var experiment = await _app.Desk().DraftAsync(draft, "Ada", TestContext.Current.CancellationToken);
        var findings = (await _app.Desk().CheckAsync(experiment, TestContext.Current.CancellationToken)).Findings.Where(f => f.Check != "Fallback").ToArray(); // the models are seeds without artifacts
        Assert.Equal(["Placement", "Models", "Models", "Audience", "Plan", "Hypothesis", "Full week", "Overlap"], findings.Select(f => f.Check));
        Assert.Equal("Nobody was seen here since the server started, so the targeting could not be tried.", findings[3].Sentence);
        Assert.All(findings, f => Assert.True(f.Level < FindingLevel.Waits));
    }

    [Fact]
    public async Task A_draft_keeps_everything_that_was_chosen_when_it_is_edited_again()
    {
        var draft = await _app.DraftAsync("kept") with
        {
            Notes = "asked by the shop",
            Settings = new() { Secondary = ["clicks", "revenue"], Prerequisite = new("other", 1), Overrides = new Dictionary<string, int> { ["qa"] = 1 }, Slices = ["known", "device"], Targeting = [new("country", ConditionKind.Is, ["DE", "AT"])], Layer = new("page", 0.2, 0.6) },
        };
        var stored = await _app.Desk().DraftAsync(draft, "Ada", TestContext.Current.CancellationToken);
        var again = DraftForm.Of(stored).ToDraft(null);
        Assert.Equal("asked by the shop", again.Notes);
        Assert.Equal(draft.Settings.ToJson(), again.Settings.ToJson());
    }

    [Fact]
    public async Task A_change_says_what_it_means_before_it_is_made()
    {
        var experiment = await _app.RunningAsync(await _app.DraftAsync("changed") with { Traffic = 0.5 });
        var card = Render<ChangePlan>(p => p.Add(c => c.Experiment, experiment));
        Assert.Empty(card.FindAll(".note"));
        card.Find("#change-what").Change("traffic");
        card.Find("#change-traffic").Input("80");
        Assert.Contains("nobody changes arms, the phase and its numbers go on", card.Find(".note").TextContent);
        Assert.Equal("Add users to this phase", card.FindAll("button").Last().TextContent);
        card.Find("#change-traffic").Input("20");
        Assert.Contains("This starts a new phase: users are assigned anew and the numbers begin again at zero.", card.Find(".note").TextContent);
        Assert.Equal("Begin phase 2", card.FindAll("button").Last().TextContent);
        card.Find("#change-what").Change("weights");
        card.Find("#change-weight-0").Input("70");
        Assert.Equal("The weights sum to 1.2 and must sum to 1.", card.Find("p.bad").TextContent);
        card.Find("#change-weight-1").Input("30");
        Assert.Empty(card.FindAll("p.bad"));
        await card.Find("#change-what").ChangeAsync("variant");
        Assert.Equal("Choose another variant for the arm.", card.Find("p.bad").TextContent);
        Assert.True(card.FindAll("button").Last().HasAttribute("disabled"));
    }

    [Fact]
    public async Task The_report_says_on_one_page_what_was_asked_found_and_decided()
    {
        var experiment = await _app.RunningAsync(await _app.DraftAsync("reported") with { Hypothesis = "Sequences click better", Settings = new() { Targeting = [new("country", ConditionKind.Is, ["DE"])] } });
        for (var user = 0; user < 40; user++) await _app.ShowAsync(experiment, user % 2, $"r{user}", DateTimeOffset.UtcNow, 10, 1 + user % 3);
        await _app.Services.GetRequiredService<DecisionDesk>().DecideAsync("reported", new(ExperimentOutcome.KeepControl, null, "too little", "Grace", false), "Ada", TestContext.Current.CancellationToken);
        var report = Render<ReportPage>(p => p.Add(r => r.Key, "reported"));
        report.WaitForAssertion(() => Assert.Contains("What was decided", report.Markup), Patience);
        var text = report.Find("section.report").TextContent;
        foreach (var said in new[] { "Sequences click better", "who match: country is DE", "keep A reported-0", "too little (reviewed by Grace)", "A 20, B 20", "frozen with the decision" }) Assert.Contains(said, text, StringComparison.Ordinal);
        Assert.Equal(["draft", "mark ready", "start", "decide"], report.FindAll("section.card:last-of-type tbody tr td:nth-child(2)").Select(c => c.TextContent).TakeLast(4));
        Assert.Equal("/experiments/reported/export.csv?traffic=live", report.Find("a[download]").GetAttribute("href"));
        var nobody = Render<ReportPage>(p => p.Add(r => r.Key, "nowhere"));
        nobody.WaitForAssertion(() => Assert.Contains("There is no experiment 'nowhere'", nobody.Markup), Patience);
    }

    [Fact]
    public async Task A_line_of_the_list_shows_how_far_the_plan_is_and_that_its_placement_is_switched_off()
    {
        var experiment = await _app.RunningAsync(await _app.DraftAsync("lined"));
        var input = Input(Arm(0, 500, 0.4), Arm(1, 500, 0.5)) with { Settings = new() { PlannedUsers = 1000, PlannedDays = 14 } };
        string Line(ResultsInput of) => Render<BoardLine>(p => p.Add(l => l.Row, new(experiment, false, ResultsView.Of(of))).Add(l => l.Axis, new(0.5, 0.1, 0.05))).Markup;
        Assert.Contains("50% of the plan", Line(input));
        Assert.Contains("value=\"0.5\"", Line(input));
        Assert.Contains("Running, switched off", Line(input with { Halt = new("Home", Start, "Ada", "x") }));
    }

    // (1.959964 + 0.841621)^2 (1 - 0.1^2) / 0.1^2 = 777.04 users who click, for a share of 55 %: a score of 0.1
    [Fact]
    public void An_interleaving_is_planned_by_the_users_who_click()
    {
        var clickers = new PastTraffic(Moments.Of(MetricKind.Proportion, new UnitSums { Units = 1000, Y = 250, YY = 250 }), 1000, UsersPerDay: 200, "here", Simulated: false);
        var plan = SampleSize.OfPreference(clickers, 0.1, 0.8, 0.05, comparisons: 1, traffic: 0.5, minimumDays: 7);
        Assert.Equal((778, 35), (plan.UsersPerArm, plan.PlannedDays)); // 25 a day click: 31.1 days, five weeks
        Assert.Equal(777.04 / 25, plan.Days!.Value, 2);
        Assert.Equal(194, plan.TightestAt); // a quarter
        Assert.True(SampleSize.OfPreference(clickers, 0.1, 0.8, 0.05, comparisons: 2, traffic: 0.5, minimumDays: 7).UsersPerArm > 778);
        var unknown = SampleSize.OfPreference(null, 0.1, 0.8, 0.05, 1, 1, 7);
        Assert.Equal((778, null), (unknown.UsersPerArm, unknown.PlannedDays));
        Assert.StartsWith("How long it takes nobody can say yet", unknown.Why, StringComparison.Ordinal);
    }

    /// <summary>The reach of the interval in standard errors, from its formula: sqrt(2 (k + 1)/k ln(sqrt(k + 1)/alpha)), k = n rho^2.</summary>
    [Fact]
    public void The_interval_of_an_interleaving_is_tuned_to_its_plan_and_narrower_all_the_way()
    {
        static double Reach(double users, double tuning) => RecLab.Statistics.Comparisons.AlwaysValid.HalfWidth(1, users, 0.05, tuning);
        Assert.Equal([3.17, 3.04, 3.06, 3.13], new[] { 778 / 12.0, 194, 389, 778 }.Select(n => Math.Round(Reach(n, 194), 2)));
        Assert.Equal([5.16, 4.12, 3.51], new[] { 194.0, 389, 778 }.Select(n => Math.Round(Reach(n, 5000), 2)));
        Assert.Equal((200.0, 5000.0, 300.0), (new ExperimentSettings { Mode = ExperimentMode.Interleaving }.Tuning, new ExperimentSettings().Tuning, new ExperimentSettings { TightestAt = 300 }.Tuning));
        Assert.Equal(300, ExperimentSettings.FromJson(new ExperimentSettings { TightestAt = 300 }.ToJson()).Tuning);
        Assert.DoesNotContain("tuning", new ExperimentSettings().ToJson(), StringComparison.Ordinal);
    }
}
