using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Controls;
using RecLab.Events;
using RecLab.Experiments;
using RecLab.Live;
using RecLab.Results;
using RecLab.Results.Metrics;
using RecLab.Storage;
using RecLab.Tests.Events;
using RecLab.Tests.Experiments;
using Xunit;

namespace RecLab.Tests.Results;

/// <summary>The past of a placement is read before the transaction that uses it, remembered for a minute, and over as many days by the form as by the start.</summary>
public sealed class PastPeriodTests(RecLabApp app) : IClassFixture<RecLabApp>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The application's own checks; a test does something of its own once the past was read, as another person might.</summary>
    private sealed class Meanwhile(IPreflight own, Func<Task> then) : IPreflight
    {
        public int Reads { get; private set; }
        public List<PastLook?> Given { get; } = [];

        public Task<PreflightReport> LookAsync(Experiment experiment, PastLook? past = null, CancellationToken cancellation = default)
        {
            Given.Add(past);
            return own.LookAsync(experiment, past, cancellation);
        }

        public IEnumerable<string> Faults(ExperimentDraft draft) => own.Faults(draft);

        public async Task<PastLook> ReadPastAsync(Experiment experiment, bool settle, CancellationToken cancellation = default)
        {
            var look = await own.ReadPastAsync(experiment, settle, cancellation);
            Reads++;
            await then();
            return look;
        }

        public Task<ExperimentSettings> SettleAsync(Experiment experiment, PastLook past) => own.SettleAsync(experiment, past);
    }

    private (ExperimentDesk Desk, Meanwhile Checks) Desk(Func<Task> then)
    {
        var checks = new Meanwhile(app.Services.GetRequiredService<IPreflight>(), then);
        return (new(new(app.Databases(), checks, app.Services.GetRequiredService<LiveFeed>(), TimeProvider.System)), checks);
    }

    private async Task<string> ReadyAsync(string key, params CapRule[] caps)
    {
        var draft = await app.DraftAsync(key) with { Settings = new() { Caps = caps, MinimumUsers = 2, MinimumDays = 0 } };
        await app.Desk().DraftAsync(draft, "ada", Cancellation);
        await app.Desk().MarkReadyAsync(key, "ada", Cancellation);
        return key;
    }

    private Task CrowdAsync(string placement, int users, int daysAgo, Func<int, int> clicks) =>
        Task.WhenAll(Enumerable.Range(0, users).Select(i => app.PastAsync(placement, $"{placement}-{daysAgo}-{i}", DateTimeOffset.UtcNow.AddDays(-daysAgo), clicks(i))));

    [Fact]
    public async Task The_past_is_read_while_everybody_can_write_and_only_used_within_the_transaction()
    {
        await CrowdAsync("unlocked", 110, 1, i => i % 5);
        var key = await ReadyAsync("unlocked", new CapRule("clicks"));
        var (desk, checks) = Desk(async () =>
        {
            // would wait for a transaction that is open, and then fail
            await using var db = await app.Databases().CreateDbContextAsync(Cancellation);
            db.Database.SetCommandTimeout(1);
            db.Add(new Setting { Name = "written-meanwhile", Value = "yes" });
            await db.SaveChangesAsync(Cancellation);
        });
        var started = await desk.StartAsync(key, "ada", cancellation: Cancellation);
        Assert.Equal(4, Assert.Single(ExperimentSettings.FromJson(started.Settings).FixedCaps).Value);
        Assert.Equal(1, checks.Reads);
        Assert.Equal([4.0], Assert.Single(checks.Given)!.Caps!.Select(c => c.Value)); // what was read is what the transaction looked at
    }

    [Fact]
    public async Task What_was_asked_anew_meanwhile_is_refused_and_nothing_starts()
    {
        var key = await ReadyAsync("asked-anew", new CapRule("clicks", 3));
        var (desk, _) = Desk(async () =>
        {
            await using var db = await app.Databases().CreateDbContextAsync(Cancellation);
            var experiment = await db.Set<Experiment>().SingleAsync(e => e.Key == key, Cancellation);
            experiment.Settings = (ExperimentSettings.FromJson(experiment.Settings) with { Caps = [new("clicks", 4)] }).ToJson();
            await db.SaveChangesAsync(Cancellation);
        });
        var refusal = await Assert.ThrowsAsync<Refusal>(() => desk.StartAsync(key, "ada", cancellation: Cancellation));
        Assert.Equal("The experiment 'Test asked-anew' was changed at this moment by somebody else. Look at it and try again.", refusal.Message);
        Assert.Equal(ExperimentState.Ready, (await app.StoredAsync(key)).State);
    }

    [Fact]
    public async Task What_was_found_is_told_again_for_a_minute_without_another_look()
    {
        using var book = new LogBook();
        var clock = new ManualClock(DateTimeOffset.FromUnixTimeMilliseconds(LogBook.Noon));
        var past = new PastPeriod(app.Services.GetRequiredService<ExperimentReader>(), new PastUsers(book.Store), clock);
        void Shown(string unit, int clicks)
        {
            var list = LogBook.List(unit, items: 9, at: LogBook.Noon - EventTimes.Hour, experiment: 0);
            book.Serve(list);
            book.TakeAll([.. Enumerable.Range(1, clicks).Select(i => book.Event("click", list, $"i{i}"))]);
        }
        async Task<(double? Cap, bool Found)> AskAsync() =>
            ((await past.FixAsync(new("clicks"), OutcomeMetricCatalog.Get("clicks"), "home", simulated: false, 28, cancellation: Cancellation)).Fixed?.Value, await past.FindAsync("home", false, 28, cancellation: Cancellation) is not null);

        Assert.Equal((null, false), await AskAsync());
        for (var user = 0; user < 100; user++) Shown($"u{user}", 2);
        clock.Advance(PastPeriod.Remembered - TimeSpan.FromSeconds(1));
        Assert.Equal((null, false), await AskAsync());
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((2, true), await AskAsync());
        Shown("busy", 8);
        Assert.Equal((2, true), await AskAsync());
        await past.ForgetAsync(Cancellation);
        Assert.Equal((8, true), await AskAsync());
    }

    [Fact]
    public async Task Who_is_refused_for_want_of_a_past_need_not_wait_once_it_is_there()
    {
        var draft = await app.DraftAsync("brought") with { Settings = new() { Caps = [new("clicks")] } };
        await app.Desk().DraftAsync(draft, "ada", Cancellation);
        await Assert.ThrowsAsync<Refusal>(() => app.Desk().MarkReadyAsync("brought", "ada", Cancellation));
        await CrowdAsync("brought", 100, 1, _ => 3);
        Assert.Equal(ExperimentState.Ready, (await app.Desk().MarkReadyAsync("brought", "ada", Cancellation)).State);
    }

    [Fact]
    public async Task The_form_shows_the_cap_that_the_start_takes_over_the_days_of_its_plan()
    {
        await CrowdAsync("previewed", 120, 25, _ => 10);
        await CrowdAsync("previewed", 120, 1, i => 4 + i % 5);
        var draft = await app.DraftAsync("previewed") with { GoalMetric = "clicks", Settings = new() { Caps = [new("clicks")], TargetEffect = 0.5 } };
        var form = DraftForm.Of(await app.Desk().DraftAsync(draft, "ada", Cancellation));
        await using var scope = app.Services.CreateAsyncScope();
        var plan = await scope.ServiceProvider.GetRequiredService<WizardDesk>().PlanAsync(form, Cancellation);
        // a rise of half is found within three weeks; over 28 days the cap would be the 10 clicks of those who came 25 days ago
        Assert.InRange(plan.Size.PlannedDays!.Value, 7, 21);
        Assert.Equal((8, null), (plan.Cap!.Fixed!.Value, plan.Cap.Short));
        await app.Desk().EditAsync("previewed", form.ToDraft(plan.Size), "ada", Cancellation);
        await app.Desk().MarkReadyAsync("previewed", "ada", Cancellation);
        var started = await app.Desk().StartAsync("previewed", "ada", cancellation: Cancellation);
        Assert.Equal([plan.Cap.Fixed], ExperimentSettings.FromJson(started.Settings).FixedCaps);
    }

    [Fact]
    public async Task A_past_shorter_than_the_plan_is_said_by_the_form_and_by_the_check()
    {
        await CrowdAsync("brief", 120, 1, i => i % 3);
        var draft = await app.DraftAsync("brief") with { GoalMetric = "clicks", Settings = new() { Caps = [new("clicks")], TargetEffect = 0.05, PlannedDays = 14 } };
        var form = DraftForm.Of(await app.Desk().DraftAsync(draft, "ada", Cancellation));
        await using var scope = app.Services.CreateAsyncScope();
        var plan = await scope.ServiceProvider.GetRequiredService<WizardDesk>().PlanAsync(form, Cancellation);
        var sentence = $"Of live users only 1 of {plan.Size.PlannedDays} days was seen, so those of the experiment have longer to reach the cap.";
        Assert.Equal(sentence, plan.Cap!.Short);
        var finding = Assert.Single(plan.Findings, f => f.Check == "Caps");
        Assert.Equal((FindingLevel.Note, $"Caps of clicks per user will be taken from lists outside experiments of its users, live; simulated visitors will not be capped, none was measured. {sentence}"), (finding.Level, finding.Sentence));
    }
}
