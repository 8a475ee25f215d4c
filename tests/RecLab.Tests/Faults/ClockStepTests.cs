using System.Text.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Events;
using RecLab.Tests.Doors;
using Xunit;

namespace RecLab.Tests.Faults;

/// <summary>The machine's clock is set back and forward while people come.</summary>
public sealed class ClockStepTests
{
    /// <summary>The system's clock, moved; what measures durations goes on as it is, as it does when somebody sets the clock.</summary>
    private sealed class SteppedClock : TimeProvider
    {
        private long _step;

        public void Step(TimeSpan by) => Interlocked.Add(ref _step, by.Ticks);
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _step));
    }

    private sealed class SteppedApp(SteppedClock clock) : ShopApp
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            builder.UseSetting("RecLab:RunJobs", "false");
            builder.ConfigureTestServices(services => services.AddSingleton<TimeProvider>(clock));
        }
    }

    [Fact]
    public async Task Lists_and_events_go_on_ids_stay_apart_arms_stay_and_totals_are_those_of_a_clock_that_ran_on()
    {
        var clock = new SteppedClock();
        await using var app = new SteppedApp(clock);
        await app.OpenAsync();
        await app.ExperimentAsync("steps", "home", await app.ServeAsync("popularity", "popularity"), await app.ServeAsync("knn", "item-knn"));
        HashSet<string> ids = [];
        Dictionary<string, string> arms = [];
        foreach (var step in new[] { TimeSpan.Zero, TimeSpan.FromHours(-1), TimeSpan.FromHours(2), TimeSpan.FromHours(-1), TimeSpan.FromDays(1), TimeSpan.FromDays(-1) })
        {
            clock.Step(step);
            for (var user = 0; user < 10; user++)
            {
                var list = await app.ListAsync($"placement=home&user={user}&n=5");
                Assert.True(ids.Add(list.GetProperty("recommendationId").GetString()!));
                Assert.True(list.GetProperty("tookMs").GetDouble() >= 0);
                var arm = list.GetProperty("experiment").GetProperty("variant").GetString()!;
                Assert.Equal(arms.TryAdd($"{user}", arm) ? arm : arms[$"{user}"], arm);
                // a page's own clock ran on: it says how long ago, and the server's clock at arrival says when
                var now = DateTimeOffset.UtcNow;
                using var client = app.Backend();
                using var answer = await client.PostAsync("/api/v1/events", new StringContent(JsonSerializer.Serialize(new
                {
                    sentAt = now, events = new[] { new { eventId = Guid.CreateVersion7(), type = "click", recommendationId = list.GetProperty("recommendationId").GetString(), itemId = ShopApp.Ids(list)[0], user = $"{user}", occurredAt = now.AddMilliseconds(-1) } },
                }), System.Text.Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
                Assert.Contains("\"accepted\":1", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            }
        }
        Assert.Equal(60, ids.Count);
        Assert.Equal(["60 60"], app.Rows("SELECT sum(lists), sum(clicked) FROM unit_day WHERE experiment > 0"));
        Assert.Equal(["0"], app.Rows("SELECT count(*) FROM event WHERE flags <> 0"));
        Assert.Empty(app.Get<FoldProof>().Check());
    }

    [Fact]
    public async Task A_step_between_a_list_and_its_click_beyond_the_join_window_leaves_the_click_kept_and_told_apart()
    {
        var clock = new SteppedClock();
        await using var app = new SteppedApp(clock);
        await app.OpenAsync();
        var list = await app.ListAsync("placement=home&user=1&n=5");
        clock.Step(TimeSpan.FromHours(-1));
        await app.SendAsync(ShopApp.Event("click", list, 0, "1"));
        Assert.Equal(["0"], app.Rows("SELECT sum(clicked) FROM unit_day WHERE unit = '1'"));
        Assert.Equal([$"{(int)EventFlags.OutsideWindow}"], app.Rows("SELECT flags FROM event WHERE unit = '1'"));
    }
}
