using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Data;
using RecLab.Events;
using RecLab.Experiments;
using RecLab.Notices;
using RecLab.Operations;
using RecLab.Results;
using RecLab.Tests.Experiments;
using RecLab.Tests.Results;
using RecLab.Training;
using Xunit;

namespace RecLab.Tests.Operations;

/// <summary>The things that people are told of, each once for its cause.</summary>
public sealed class WatchTests : IAsyncLifetime
{
    private readonly RecLabApp _app = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_job_that_failed_is_told_once_and_its_next_failure_again()
    {
        var variant = await _app.VariantAsync("als", run: null);
        var run = await _app.RunAsync(variant.Id, 1, RunState.Failed);
        await ChangeAsync(run.Id, r => (r.Error, r.FinishedAt, r.Attempt) = ("The data has no positive value.", DateTimeOffset.UtcNow, 1));
        Assert.Equal([(NoticeKind.JobFailed, "The training of als v1 failed: The data has no positive value.", $"/training/{run.Id}")], await LookAsync());
        Assert.Single(await LookAsync());
        await ChangeAsync(run.Id, r => (r.State, r.Attempt) = (RunState.Lost, 2));
        Assert.Equal(2, (await LookAsync()).Length);
        await ChangeAsync(run.Id, r => (r.Attempt, r.FinishedAt) = (3, DateTimeOffset.UtcNow.AddDays(-2)));
        Assert.Equal(2, (await LookAsync()).Length); // no news any more
    }

    [Fact]
    public async Task An_import_that_failed_is_told()
    {
        await using (var db = await _app.Databases().CreateDbContextAsync(TestContext.Current.CancellationToken))
        {
            db.Add(new Dataset { Name = "clicks", Layout = "csv", State = DatasetState.Failed, Error = "Line 3 has no user.", CreatedAt = DateTimeOffset.UtcNow });
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        Assert.Equal("The import of clicks failed: Line 3 has no user.", Assert.Single(await LookAsync()).Sentence);
    }

    [Fact]
    public async Task A_simulation_that_failed_is_told()
    {
        await using (var db = await _app.Databases().CreateDbContextAsync(TestContext.Current.CancellationToken))
        {
            db.Add(new RecLab.Laboratory.SimulationRun { Placement = "home", World = "w", Clicks = "c", State = RecLab.Laboratory.SimulationState.Failed, Error = "The placement is gone.", FinishedAt = DateTimeOffset.UtcNow });
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        Assert.Equal([(NoticeKind.JobFailed, "Simulation 1 failed: The placement is gone.", "/simulations/1")], await LookAsync());
    }

    [Fact]
    public async Task A_traffic_split_that_breaks_is_told_once_for_each_reading()
    {
        var experiment = await _app.RunningAsync(await _app.DraftAsync("split") with { Name = "Front page" });
        var now = DateTimeOffset.UtcNow;
        await Task.WhenAll(Enumerable.Range(0, 100).Select(u => _app.ShowAsync(experiment, u < 50 ? 0 : 1, $"u{u}", now, 3, 1)));
        Assert.Empty(await LookAsync()); // 50 : 50
        await Task.WhenAll(Enumerable.Range(100, 60).Select(u => _app.ShowAsync(experiment, 1, $"u{u}", now, 3, 1)));
        var (kind, sentence, path) = Assert.Single(await LookAsync()); // 50 : 110, chi-square 22.5 with one degree of freedom, p = 2e-6
        Assert.Equal((NoticeKind.SampleRatio, "/experiments/split?traffic=live"), (kind, path));
        Assert.StartsWith("Front page does not split its users as planned", sentence, StringComparison.Ordinal);
        Assert.Single(await LookAsync());
    }

    [Fact]
    public async Task An_experiment_with_the_users_and_days_of_its_plan_is_told_once()
    {
        var draft = await _app.DraftAsync("end");
        var experiment = await _app.RunningAsync(draft with { Name = "Cart", Settings = new() { PlannedUsers = 20, PlannedDays = 10, MinimumDays = 7 } });
        var now = DateTimeOffset.UtcNow;
        await Task.WhenAll(Enumerable.Range(0, 40).Select(u => _app.ShowAsync(experiment, u % 2, $"u{u}", now.AddDays(-2), 3, 1)));
        await _app.StartedAsync("end", now.AddDays(-9));
        Assert.Empty(await LookAsync());
        await _app.StartedAsync("end", now.AddDays(-11.5)); // the day on which the ten days were over is over too
        Assert.Equal([(NoticeKind.ExperimentEnd, "Cart has the users and the days of its plan; it can be decided.", "/experiments/end")], await LookAsync());
        Assert.Single(await LookAsync());
    }

    // 500 users an arm, 40 % of them buyers in control and 12 % in the arm: a change of -69 % whose always-valid interval lies beyond -5 %; half of the error goes to each of the two guardrails
    [Fact]
    public async Task A_guardrail_that_breaks_is_told_once_for_each_arm_and_not_while_chance_may_have_done_it()
    {
        var experiment = await _app.RunningAsync(await _app.DraftAsync("guard") with { Name = "Cart", Settings = new() { Guardrails = [new("conversion", 0.05), new("ctr", 0.5)], MinimumUsers = 50 } });
        var now = DateTimeOffset.UtcNow;
        await Task.WhenAll(Enumerable.Range(0, 120).Select(u => _app.ShowAsync(experiment, u % 2, $"u{u}", now, 3, 1, purchase: u % 20 < (u % 2 == 0 ? 8 : 7) ? 100 : null)));
        Assert.Empty(await LookAsync()); // 24 of 60 against 18
        await Task.WhenAll(Enumerable.Range(120, 880).Select(u => _app.ShowAsync(experiment, u % 2, $"u{u}", now, 3, 1, purchase: u % 20 < (u % 2 == 0 ? 8 : 3) ? 100 : null)));
        var (kind, sentence, path) = Assert.Single(await LookAsync());
        Assert.Equal((NoticeKind.Guardrail, "/experiments/guard"), (kind, path));
        Assert.StartsWith("Cart: guard-1 breaks the guardrail conversion: −", sentence, StringComparison.Ordinal);
        Assert.Single(await LookAsync());
    }

    [Fact]
    public async Task An_experiment_that_cannot_be_read_is_told_and_hides_no_other()
    {
        var broken = await _app.RunningAsync(await _app.DraftAsync("broken") with { Name = "Broken" });
        var split = await _app.RunningAsync(await _app.DraftAsync("split") with { Name = "Front page" });
        await using (var db = await _app.Databases().CreateDbContextAsync(TestContext.Current.CancellationToken))
        {
            (await db.Set<Experiment>().SingleAsync(e => e.Id == broken.Id, TestContext.Current.CancellationToken)).Settings = "{";
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        await Task.WhenAll(Enumerable.Range(0, 160).Select(u => _app.ShowAsync(split, u < 50 ? 0 : 1, $"u{u}", DateTimeOffset.UtcNow, 3, 1)));
        Assert.Equal([(NoticeKind.NotWatched, "/experiments/broken"), (NoticeKind.SampleRatio, "/experiments/split?traffic=live")], (await LookAsync()).Select(n => (n.Kind, n.Path)).OrderByDescending(n => n.Kind));
        Assert.Equal(2, (await LookAsync()).Length);

        var live = _app.Services.GetRequiredService<LiveExperiments>();
        await live.RefreshAsync(TestContext.Current.CancellationToken); // nor does it keep the others from their users
        Assert.NotNull(live.Assign("split", "u1"));
        Assert.Null(live.Assign("broken", "u1"));
    }

    [Fact]
    public void Events_that_stop_while_lists_are_served_are_told_once_for_each_silence()
    {
        var (pulse, now) = (new Pulse(), DateTimeOffset.UnixEpoch.AddDays(20_000));
        void Lists(int count) { for (var i = 0; i < count; i++) pulse.Listed(simulated: false); }
        Lists(1000);
        Assert.Null(pulse.Stopped(now.AddDays(1))); // nobody ever sent one: a shop that does not yet
        pulse.Heard(now);
        Lists(Pulse.SilentLists - 1);
        Assert.Null(pulse.Stopped(now.AddHours(1)));
        Lists(1);
        Assert.Null(pulse.Stopped(now + Pulse.Silence - TimeSpan.FromSeconds(1)));
        var first = pulse.Stopped(now + Pulse.Silence)!;
        Assert.Equal(first.Cause, pulse.Stopped(now.AddHours(2))!.Cause);
        pulse.Heard(now.AddHours(3));
        Assert.Null(pulse.Stopped(now.AddHours(4)));
        Lists(Pulse.SilentLists);
        Assert.NotEqual(first.Cause, pulse.Stopped(now.AddHours(4))!.Cause);
    }

    [Fact]
    public void A_log_that_cannot_be_written_is_told_until_it_can()
    {
        var (pulse, now) = (new Pulse(), DateTimeOffset.UnixEpoch.AddDays(20_000));
        pulse.Wrote(false, now);
        pulse.Wrote(false, now.AddMinutes(1));
        Assert.Equal("Events cannot be written since 2024-10-04 00:00 UTC; their senders are asked to try again.", pulse.Stopped(now.AddMinutes(2))!.Sentence); // 20,000 days after 1970
        pulse.Wrote(true, now.AddMinutes(3));
        Assert.Null(pulse.Stopped(now.AddMinutes(4)));
    }

    [Fact]
    public async Task The_log_tells_the_pulse_of_live_lists_and_events()
    {
        var experiment = await _app.RunningAsync(await _app.DraftAsync("pulse"));
        var log = _app.Services.GetRequiredService<EventLog>();
        await _app.ShowAsync(experiment, 0, "u1", DateTimeOffset.UtcNow, 3, 1);
        await Task.WhenAll(Enumerable.Range(0, Pulse.SilentLists).Select(i => log.AppendAsync(new Exposure
        {
            Id = Guid.CreateVersion7(), ServedAt = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), Placement = "pulse", Unit = $"u{i}", Session = "s", Items = ["i1"], Propensities = [1], Reason = "no-experiment",
        })));
        Assert.Contains("No event has come since", log.Pulse.Stopped(DateTimeOffset.UtcNow.AddHours(1))!.Sentence, StringComparison.Ordinal);
        await _app.ShowAsync(experiment, 0, "u2", DateTimeOffset.UtcNow, 3, 1);
        Assert.Null(log.Pulse.Stopped(DateTimeOffset.UtcNow.AddHours(1)));
    }

    private async Task<(NoticeKind Kind, string Sentence, string Path)[]> LookAsync()
    {
        await _app.Services.GetRequiredService<Watch>().LookAsync(TestContext.Current.CancellationToken);
        return [.. (await _app.Services.GetRequiredService<NoticeDesk>().ListAsync("mara")).Select(r => (r.Notice.Kind, r.Notice.Sentence, r.Notice.Path))];
    }

    private async Task ChangeAsync(int run, Action<TrainingRun> change)
    {
        await using var db = await _app.Databases().CreateDbContextAsync(TestContext.Current.CancellationToken);
        change(await db.Set<TrainingRun>().SingleAsync(r => r.Id == run, TestContext.Current.CancellationToken));
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
    }
}
