using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RecLab.Experiments;
using RecLab.Live;
using RecLab.Storage;
using Xunit;

namespace RecLab.Tests.Experiments;

public sealed class LiveExperimentsTests(RecLabApp app) : IClassFixture<RecLabApp>
{
    private static readonly string[] Users = [.. Enumerable.Range(1, 10_000).Select(i => $"user-{i}")];

    private async Task<LiveExperiments> FreshAsync(TimeProvider? clock = null)
    {
        var live = new LiveExperiments(app.Databases(), app.Services.GetRequiredService<LiveFeed>(), clock ?? TimeProvider.System, NullLogger<LiveExperiments>.Instance);
        await live.RefreshAsync(TestContext.Current.CancellationToken);
        return live;
    }

    [Fact]
    public async Task Everybody_keeps_the_arm_over_a_restart()
    {
        var experiment = await app.RunningAsync(await app.DraftAsync("sticky", 0.2, 0.3, 0.5));
        var (before, after) = (await FreshAsync(), await FreshAsync());
        Assert.Equal(Users.Select(u => before.Assign("sticky", u)), Users.Select(u => after.Assign("sticky", u)));
        var counts = Users.GroupBy(u => before.Assign("sticky", u)!.ArmPosition).ToDictionary(g => g.Key, g => g.Count());
        // 10,000 users: one standard deviation of a share is at most 50 users; four of them either side.
        Assert.InRange(counts[0], 1800, 2200);
        Assert.InRange(counts[1], 2800, 3200);
        Assert.InRange(counts[2], 4800, 5200);
        Assert.Equal((experiment.Id, 1, "assigned", true), before.Assign("sticky", "user-1") is { } a ? (a.ExperimentId, a.Phase, a.Reason, a.Counted) : default);
    }

    [Fact]
    public async Task The_first_request_after_a_start_finds_the_experiments_read()
    {
        await app.RunningAsync(await app.DraftAsync("at-once"));
        using var live = new LiveExperiments(app.Databases(), app.Services.GetRequiredService<LiveFeed>(), TimeProvider.System, NullLogger<LiveExperiments>.Instance);
        await live.StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal("assigned", live.Route("at-once", "u").Reason);
        await live.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task The_bucket_is_the_published_hash_of_key_phase_and_user()
    {
        await app.RunningAsync(await app.DraftAsync("byhand"));
        var live = await FreshAsync();
        // Version 2 by its definition: FNV-1a of "byhand:1" + user, its decimal digits hashed again, modulo 10,000; below 5,000 is arm A.
        foreach (var user in Users.Take(200))
            Assert.Equal(Fnv(Fnv($"byhand:1{user}").ToString()) % 10_000 < 5_000 ? 0 : 1, live.Assign("byhand", user)!.ArmPosition);

        static uint Fnv(string text) => text.Aggregate(2166136261u, (h, c) => (h ^ c) * 16777619u);
    }

    [Fact]
    public async Task More_traffic_moves_nobody()
    {
        await app.RunningAsync(await app.DraftAsync("grow") with { Traffic = 0.3 });
        var small = await FreshAsync();
        await app.PhaseDesk().ChangeTrafficAsync("grow", 0.8, "ada", "fine so far");
        var large = await FreshAsync();
        var inside = Users.Where(u => small.Assign("grow", u) is not null).ToArray();
        Assert.InRange(inside.Length, 2800, 3200);
        Assert.All(inside, u => Assert.Equal(small.Assign("grow", u), large.Assign("grow", u)));
        Assert.InRange(Users.Count(u => large.Assign("grow", u) is not null), 7800, 8200);
        Assert.Equal("not-enrolled", small.Route("grow", Users.First(u => small.Assign("grow", u) is null)).Reason);
    }

    [Fact]
    public async Task Experiments_in_disjoint_slices_of_a_layer_share_no_user()
    {
        var draft = await app.DraftAsync("slices");
        await app.RunningAsync(draft with { Settings = new() { Layer = new("shop", 0, 0.4) } });
        await app.RunningAsync(draft with { Key = "slices-2", Settings = new() { Layer = new("shop", 0.4, 1) } });
        var live = await FreshAsync();
        var keys = Users.Select(u => live.Assign("slices", u)!.ExperimentKey).GroupBy(k => k).ToDictionary(g => g.Key, g => g.Count());
        Assert.Equal(10_000, keys["slices"] + keys["slices-2"]);
        Assert.InRange(keys["slices"], 3800, 4200);
    }

    [Fact]
    public async Task Testers_see_their_arm_and_are_not_counted()
    {
        await app.RunningAsync(await app.DraftAsync("testers") with { Traffic = 0.01, Settings = new() { Overrides = new Dictionary<string, int> { ["qa"] = 1 } } });
        var routing = (await FreshAsync()).Route("testers", "qa");
        Assert.Equal(("override", 1, false), (routing.Reason, routing.Assignment!.ArmPosition, routing.Assignment.Counted));
    }

    [Fact]
    public async Task Only_those_meant_take_part()
    {
        await app.RunningAsync(await app.DraftAsync("targeted") with { Settings = new() { Targeting = [new("known", ConditionKind.Is, ["true"]), new("visits", ConditionKind.AtLeast, ["3"])] } });
        var live = await FreshAsync();
        Dictionary<string, string> Visitor(string known, string visits) => new() { ["known"] = known, ["visits"] = visits };
        Assert.NotNull(live.Assign("targeted", "u", Visitor("true", "3")));
        Assert.Null(live.Assign("targeted", "u", Visitor("true", "2")));
        Assert.Null(live.Assign("targeted", "u", Visitor("false", "9")));
        Assert.Equal("not-targeted", live.Route("targeted", "u").Reason);
    }

    [Fact]
    public async Task A_prerequisite_admits_only_users_of_the_named_arm()
    {
        await app.RunningAsync(await app.DraftAsync("first"));
        await app.RunningAsync(await app.DraftAsync("second") with { Settings = new() { Prerequisite = new("first", 1) } });
        var live = await FreshAsync();
        Assert.All(Users.Take(500), u => Assert.Equal(live.Assign("first", u)!.ArmPosition == 1, live.Assign("second", u) is not null));
    }

    [Fact]
    public async Task A_prerequisite_counts_with_its_own_prerequisite_its_holdout_and_without_its_testers()
    {
        await using var other = new RecLabApp();
        await using (var db = await other.Databases().CreateDbContextAsync(TestContext.Current.CancellationToken))
        {
            db.Add(new Setting { Name = LiveExperiments.HoldoutSetting, Value = "0.1" });
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        var live = new LiveExperiments(other.Databases(), other.Services.GetRequiredService<LiveFeed>(), TimeProvider.System, NullLogger<LiveExperiments>.Instance);
        var tester = Users[0];
        await other.RunningAsync(await other.DraftAsync("one") with { Settings = new() { Overrides = new Dictionary<string, int> { [tester] = 1 } } });
        await other.RunningAsync(await other.DraftAsync("two") with { Settings = new() { Prerequisite = new("one", 1) } });
        await other.RunningAsync(await other.DraftAsync("three") with { Settings = new() { Prerequisite = new("two", 0), RespectsHoldout = false } });
        await live.RefreshAsync(TestContext.Current.CancellationToken);
        Assert.Equal(("override", 1, "not-targeted"), (live.Route("one", tester).Reason, live.Assign("one", tester)!.ArmPosition, live.Route("two", tester).Reason));
        var users = Users.Where(u => u != tester).Take(1000).ToArray();
        // three ignores the holdout, the experiments that it asks for do not
        Assert.All(users, u => Assert.Equal(live.Assign("one", u)?.ArmPosition == 1 && live.Assign("two", u)?.ArmPosition == 0, live.Route("three", u).Reason == "assigned"));
        Assert.All(users.Where(u => live.Route("one", u).Reason == "holdout"), u => Assert.Equal("not-targeted", live.Route("three", u).Reason));
        Assert.InRange(users.Count(u => live.Route("three", u).Reason == "assigned"), 150, 300); // 0.9 / 2 / 2 of 1,000
    }

    [Fact]
    public async Task Experiments_that_ask_for_each_other_admit_nobody()
    {
        await app.RunningAsync(await app.DraftAsync("round-a"));
        await app.RunningAsync(await app.DraftAsync("round-b") with { Settings = new() { Prerequisite = new("round-a", 0) } });
        await using (var db = await app.Databases().CreateDbContextAsync(TestContext.Current.CancellationToken))
        {
            var first = db.Set<Experiment>().Single(e => e.Key == "round-a");
            first.Settings = new ExperimentSettings { Prerequisite = new("round-b", 0) }.ToJson();
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        var live = await FreshAsync();
        Assert.All(Users.Take(50), u => Assert.Equal(("not-targeted", "not-targeted"), (live.Route("round-a", u).Reason, live.Route("round-b", u).Reason)));
    }

    [Fact]
    public async Task The_holdout_stays_out_of_every_experiment()
    {
        await using var other = new RecLabApp();
        await using (var db = await other.Databases().CreateDbContextAsync(TestContext.Current.CancellationToken))
        {
            db.Add(new Setting { Name = LiveExperiments.HoldoutSetting, Value = "0.1" });
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        await other.RunningAsync(await other.DraftAsync("held-a"));
        await other.RunningAsync(await other.DraftAsync("held-b"));
        var live = new LiveExperiments(other.Databases(), other.Services.GetRequiredService<LiveFeed>(), TimeProvider.System, NullLogger<LiveExperiments>.Instance);
        await live.RefreshAsync(TestContext.Current.CancellationToken);
        var held = Users.Where(u => live.Route("held-a", u).Reason == "holdout").ToArray();
        Assert.InRange(held.Length, 880, 1120);
        Assert.All(held, u => Assert.Equal("holdout", live.Route("held-b", u).Reason));
    }

    [Fact]
    public async Task When_the_store_has_been_silent_too_long_everybody_sees_control_and_nobody_is_counted()
    {
        await app.RunningAsync(await app.DraftAsync("silent"));
        var clock = new HandClock();
        var live = await FreshAsync(clock);
        clock.Now += LiveExperiments.Patience;
        Assert.Contains(Users, u => live.Assign("silent", u)!.ArmPosition == 1);
        clock.Now += TimeSpan.FromSeconds(1);
        Assert.All(Users.Take(100), u => Assert.Equal((0, "store-unreadable", false), live.Assign("silent", u) is { } a ? (a.ArmPosition, a.Reason, a.Counted) : default));
    }

    [Fact]
    public async Task Paused_and_unknown_placements_answer_with_no_experiment()
    {
        await app.RunningAsync(await app.DraftAsync("paused"));
        await app.Desk().PauseAsync("paused", "ada", "sale");
        var live = await FreshAsync();
        Assert.Equal(new Routing(null, "no-experiment"), live.Route("paused", "u"));
        Assert.Equal(new Routing(null, "no-experiment"), live.Route("nowhere", "u"));
        var never = new LiveExperiments(app.Databases(), app.Services.GetRequiredService<LiveFeed>(), TimeProvider.System, NullLogger<LiveExperiments>.Instance);
        Assert.Equal(new Routing(null, "store-unreadable"), never.Route("paused", "u"));
    }

    private sealed class HandClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 17, 14, 32, 5, TimeSpan.Zero);
        public override DateTimeOffset GetUtcNow() => Now;
        public override long GetTimestamp() => Now.Ticks;
        public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    }
}
