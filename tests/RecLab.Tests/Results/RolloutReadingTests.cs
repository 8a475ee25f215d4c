using Bunit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Access;
using RecLab.Experiments;
using RecLab.Results;
using RecLab.Results.Parts;
using RecLab.Tests.Experiments;
using Xunit;
using static RecLab.Tests.Results.Readings;
using TestContext = Xunit.TestContext;

namespace RecLab.Tests.Results;

/// <summary>What the guardrails of a rollout's step say, what is done about it without anybody's hand, and how it is shown.</summary>
public sealed class RolloutReadingTests : BunitContext, IClassFixture<RecLabApp>
{
    private static readonly DateTimeOffset Now = Start.AddDays(14);
    private readonly RecLabApp _app;

    public RolloutReadingTests(RecLabApp app)
    {
        _app = app;
        JSInterop.Mode = JSRuntimeMode.Loose;
        AddAuthorization().SetAuthorized("Ada").SetRoles(Roles.Analyst);
        Services.AddFallbackServiceProvider(app.Services.CreateScope().ServiceProvider);
    }

    private static Rollout Half(double? hours = null, RolloutState state = RolloutState.Growing) => new()
    {
        ExperimentId = 1, ExperimentKey = "home-1", Placement = "home", VariantId = 2, Name = "ALS", BeforeVariantId = 1, BeforeName = "Popularity", Seed = "home-1:1", From = 0.5, Steps = "50,75,100",
        HoursPerStep = hours, State = state, StartedAt = Start, StepAt = Start.AddDays(13), RollBackOnBreach = true,
    };

    private static RolloutReading Read(double before, double after, int users, double? hours = null) => RolloutReading.Of(Half(hours), Input(Arm(0, users, before), Arm(1, users, after)), Now);

    [Fact]
    public void Equal_arms_of_twenty_thousand_users_are_safe()
    {
        // per user y is 0 or 2 with p 1/2 over 10 impressions: SE of the relative change = sqrt(2 / 20000) = 0.01, and the one-sided always-valid reach at 40,000 users is below 5 of these
        var reading = Read(0.5, 0.5, 20_000);
        Assert.Equal((RolloutAdvice.Advance, "Click-through rate stays inside its margin."), (reading.Advice, reading.Sentence));
        Assert.Equal(0.01, Math.Sqrt(reading.Guards[0].Fixed!.Effect.Variance), 5);
    }

    [Fact]
    public void Half_the_clicks_break_the_margin()
    {
        var reading = Read(0.5, 0.25, 5000);
        Assert.Equal(RolloutAdvice.Broken, reading.Advice);
        Assert.StartsWith("Click-through rate is beyond its margin: −50.0%", reading.Sentence);
        Assert.EndsWith("margin −5.0%.", reading.Sentence);
    }

    [Fact]
    public void Few_users_wait_and_traffic_that_does_not_add_up_holds()
    {
        Assert.Equal("The smaller side of this step has 50 of the 100 users a judgement needs.", Read(0.5, 0.1, 50).Sentence);
        var mismatch = RolloutReading.Of(Half(), Input(Arm(0, 5000, 0.5), Arm(1, 2000, 0.5)), Now);
        Assert.Equal(RolloutAdvice.Hold, mismatch.Advice);
        Assert.StartsWith("Traffic split: traffic mismatch", mismatch.Sentence);
        Assert.Equal(RolloutAdvice.Wait, Read(0.5, 0.48, 1000).Advice);
    }

    [Fact]
    public void A_schedule_waits_for_its_time_even_when_all_is_safe()
    {
        Assert.Equal(RolloutAdvice.Advance, Read(0.5, 0.5, 20_000, hours: 24).Advice);
        var early = Read(0.5, 0.5, 20_000, hours: 48);
        Assert.Equal((RolloutAdvice.Wait, Start.AddDays(15)), (early.Advice, early.DueAt));
    }

    [Theory]
    [InlineData(true, "RolledBack", "roll back")]
    [InlineData(false, "Held", "hold rollout")]
    public async Task A_broken_guardrail_acts_by_itself_as_was_chosen(bool back, string state, string verb)
    {
        var (key, cancellation) = ($"broken-{state.ToLowerInvariant()}", TestContext.Current.CancellationToken);
        var experiment = await DecidedAsync(key, new([50, 100], null, back));
        await CrowdAsync(experiment, 300, clicksBefore: 3, clicksAfter: 0);
        await _app.Services.GetRequiredService<RolloutKeeper>().LookAsync(cancellation);
        await using var db = await _app.Databases().CreateDbContextAsync(cancellation);
        var rollout = await db.Set<Rollout>().SingleAsync(r => r.ExperimentKey == key, cancellation);
        Assert.Equal((state, "RecLab"), (rollout.State.ToString(), rollout.Who));
        Assert.StartsWith("Click-through rate is beyond its margin", rollout.Why);
        Assert.Equal((verb, "RecLab"), (await _app.MovesAsync(experiment.Id))[^1] is var move ? (move.Verb, move.Who) : default);
    }

    [Fact]
    public async Task A_schedule_goes_on_by_itself_and_a_person_is_waited_for_without_one()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (hand, clock) = (await DecidedAsync("by-hand", new([50, 75, 100], null, true)), await DecidedAsync("by-clock", new([50, 75, 100], 1, true)));
        foreach (var experiment in new[] { hand, clock }) await CrowdAsync(experiment, 400, clicksBefore: 2, clicksAfter: 4);
        await using var db = await _app.Databases().CreateDbContextAsync(cancellation);
        foreach (var rollout in db.Set<Rollout>().Where(r => r.ExperimentKey == "by-hand" || r.ExperimentKey == "by-clock")) rollout.StepAt = DateTimeOffset.UtcNow.AddHours(-2);
        await db.SaveChangesAsync(cancellation);
        await _app.Services.GetRequiredService<RolloutKeeper>().LookAsync(cancellation);
        db.ChangeTracker.Clear();
        Assert.Equal(["by-clock 1 3", "by-hand 0 2"], await db.Set<Rollout>().Where(r => r.ExperimentKey == "by-hand" || r.ExperimentKey == "by-clock").OrderBy(r => r.ExperimentKey)
            .Select(r => $"{r.ExperimentKey} {r.Step} {r.Phase}").ToArrayAsync(cancellation));
    }

    [Fact]
    public async Task A_decided_experiment_shows_its_metrics_in_depth_as_they_were()
    {
        var experiment = await _app.RunningAsync(await _app.DraftAsync("frozen"));
        for (var user = 0; user < 60; user++) await _app.ShowAsync(experiment, user % 2, $"f{user}", DateTimeOffset.UtcNow, 10, user % 2 + 1 + (user % 3 == 0 ? 1 : 0));
        await DecideAsync("frozen", null);
        async Task<ResultsPageModel> PageAsync() => (await _app.Services.GetRequiredService<ResultsPageReader>().ReadAsync("frozen", false, null, null, "ctr", TestContext.Current.CancellationToken))!;
        var before = await PageAsync();
        Assert.NotEmpty(before.Detail!.Positions);
        Assert.Single(before.Detail.Ages[0].Points);
        for (var user = 0; user < 60; user++) await _app.ShowAsync(experiment, user % 2, $"f{user}", DateTimeOffset.UtcNow, 10, 9); // a late replay into the same phase
        var after = await PageAsync();
        Assert.Equal(before.Detail.Positions.Select(p => p.Points.ToArray()), after.Detail!.Positions.Select(p => p.Points.ToArray()));
        Assert.Equal(before.Detail.Ages[0].Points, after.Detail.Ages[0].Points);
        Assert.Equal(before.View.Verdict, after.View.Verdict);
    }

    [Fact]
    public void The_card_shows_each_state()
    {
        IRenderedComponent<RolloutCard> Card(RolloutReading reading, bool reversible = false, bool halted = false) =>
            Render<RolloutCard>(p => p.Add(c => c.Reading, reading).Add(c => c.May, true).Add(c => c.Reversible, reversible).Add(c => c.Halted, halted));
        var growing = Card(Read(0.5, 0.5, 20_000));
        Assert.Contains("At 50%", growing.Find(".card-h").TextContent);
        Assert.Equal(["Go to 75%", "Hold rollout", "Roll back"], growing.FindAll(".acts button").Select(b => b.TextContent));
        Assert.Contains("safe", growing.Find(".guards tbody tr").TextContent);
        Assert.True(growing.FindAll(".acts button")[2].HasAttribute("disabled"));
        growing.Find("#rollout-why").Input("complaints");
        Assert.False(growing.FindAll(".acts button")[2].HasAttribute("disabled"));
        Assert.Contains("nobody is counted", Card(Read(0.5, 0.5, 20_000), halted: true).Markup);

        var empty = Card(RolloutReading.Of(Half(), Input(Arm(0, 0, 0), Arm(1, 0, 0)), Now));
        Assert.Contains("none yet", empty.Find(".guards").TextContent);
        Assert.DoesNotContain("NaN", empty.Markup);

        var held = Card(RolloutReading.Of(Half(state: RolloutState.Held), Input(Arm(0, 5000, 0.5), Arm(1, 5000, 0.25)), Now));
        Assert.Contains("broken", held.Find(".guards").TextContent);
        Assert.Contains("Go on", held.FindAll(".acts button").Select(b => b.TextContent));

        var done = Half(state: RolloutState.Done);
        (done.Step, done.EndedAt) = (2, Now);
        Assert.Empty(Card(RolloutReading.Of(done, null, Now)).FindAll(".acts"));
        Assert.Equal(["Roll back"], Card(RolloutReading.Of(done, null, Now), reversible: true).FindAll(".acts button").Select(b => b.TextContent));
        var back = Half(state: RolloutState.RolledBack);
        (back.Why, back.Who, back.EndedAt) = ("it is slower", "Ada", Now);
        Assert.Contains("home serves its fallback chain again since 00:00:00 UTC, 15 Jan 2026, by Ada: it is slower", Card(RolloutReading.Of(back, null, Now)).Markup);
    }

    [Fact]
    public void A_switched_off_placement_stands_before_every_number()
    {
        var input = Input(Arm(0, 5000, 0.4), Arm(1, 5000, 0.5)) with { Halt = new("Home page", Start.AddDays(13), "Ada", "nonsense") };
        var view = ResultsView.Of(input);
        Assert.Equal((VerdictKind.SwitchedOff, "Switched off: Home page serves its fallback to everybody."), (view.Verdict.Kind, view.Verdict.Sentence));
        Assert.Contains("Until then: ALS is better: +25.0% click-through against Popularity.", view.Verdict.Lede);
        Assert.Null(view.Recommendation.Outcome);
        Assert.Equal(VerdictKind.Better, ResultsView.Of(input with { State = ExperimentState.Decided }).Verdict.Kind);
        Assert.Equal(VerdictKind.DoNotTrust, ResultsView.Of(Input(Arm(0, 1000, 0.4), Arm(1, 2000, 0.5)) with { Halt = input.Halt }).Verdict.Kind);
        Assert.DoesNotContain("left", Render<ProgressCard>(p => p.Add(c => c.View, view)).Find(".figures").TextContent);
    }

    private async Task<Experiment> DecidedAsync(string key, RolloutPlan plan)
    {
        await _app.RunningAsync(await _app.DraftAsync(key));
        await DecideAsync(key, plan);
        var experiment = await _app.StoredAsync(key);
        experiment.Phase = 2; // the rollout's first step
        return experiment;
    }

    private Task DecideAsync(string key, RolloutPlan? plan) => _app.Services.GetRequiredService<DecisionDesk>()
        .DecideAsync(key, new(ExperimentOutcome.Ship, 1, "it is better", "Grace", false, plan), "Ada", TestContext.Current.CancellationToken);

    /// <summary>Users on both sides, each shown one list of ten; every third clicks one more, so that they differ.</summary>
    private async Task CrowdAsync(Experiment experiment, int users, int clicksBefore, int clicksAfter) =>
        await Task.WhenAll(Enumerable.Range(0, users).Select(u => _app.ShowAsync(experiment, u % 2, $"{experiment.Key}-{u}", DateTimeOffset.UtcNow, 10, (u % 2 == 0 ? clicksBefore : clicksAfter) + (u % 3 == 0 ? 1 : 0))));
}
