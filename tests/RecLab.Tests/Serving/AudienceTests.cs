using System.Text.Json;
using RecLab.Controls;
using RecLab.Experiments;
using RecLab.Serving;
using RecLab.Statistics.Assignment;
using RecLab.Tests.Doors;
using Xunit;

namespace RecLab.Tests.Serving;

/// <summary>Who takes part, over HTTP: targeting, new and known people, testers, prerequisites, the global holdout, layers, and what is recorded for slices.</summary>
public sealed class AudienceTests(ShopApp app) : IClassFixture<ShopApp>, IAsyncLifetime
{
    public async ValueTask InitializeAsync() => await app.OpenAsync();
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string Reason(JsonElement list) => list.GetProperty("experiment").GetProperty("reason").GetString()!;

    private async Task<Experiment> RunAsync(string key, ExperimentSettings settings, string? placement = null)
    {
        var (a, b) = (await app.ServeAsync("popularity", "popularity"), await app.ServeAsync("knn", "item-knn"));
        if (placement is null) await app.PlacementAsync(key, p => p.Exploration = 0);
        return await app.ExperimentAsync(placement is null ? $"{key}-1" : key, placement ?? key, settings, a, b);
    }

    [Fact]
    public async Task New_people_are_told_from_known_ones_by_the_models_and_a_request_cannot_claim_it()
    {
        await RunAsync("newcomers", new() { Targeting = [new("known", ConditionKind.Is, ["false"])] });
        Assert.Equal("not-targeted", Reason(await app.ListAsync("placement=newcomers&user=3"))); // user 3 has bought in the data
        Assert.Equal("not-targeted", Reason(await app.ListAsync("placement=newcomers&user=3&context.known=false")));
        Assert.Equal("assigned", Reason(await app.ListAsync("placement=newcomers&user=somebody-new")));
        Assert.Equal("assigned", Reason(await app.ListAsync("placement=newcomers&user=somebody-new&context.known=true")));

        var share = app.Get<Audience>().Match("newcomers", [new("known", ConditionKind.Is, ["true"])]);
        Assert.Equal((2, 1, 0.5), (share.People, share.Matching, share.Share));
        Assert.Equal(new AudienceShare(0, 0), app.Get<Audience>().Match("nobody-came", []));
    }

    [Fact]
    public async Task The_share_that_a_targeting_matches_is_told_of_the_people_seen_last()
    {
        await app.PlacementAsync("seen");
        foreach (var (user, country) in new[] { ("a", "DE"), ("b", "DE"), ("c", "AT"), ("d", "FR"), ("a", "FR") }) await app.ListAsync($"placement=seen&user={user}&context.country={country}");
        var audience = app.Get<Audience>();
        Assert.Equal(new AudienceShare(4, 2), audience.Match("seen", [new("country", ConditionKind.Is, ["fr"])])); // a came from FR last
        Assert.Equal(new AudienceShare(4, 1), audience.Match("seen", [new("country", ConditionKind.IsNot, ["FR", "AT"])]));
        Assert.Equal(["country FR 2, AT 1, DE 1", "known false 4"], audience.Seen("seen").Select(s => $"{s.Name} {string.Join(", ", s.Values.Select(v => $"{v.Value} {v.People}"))}"));
    }

    [Fact]
    public async Task A_tester_sees_the_arm_and_is_never_counted()
    {
        var experiment = await RunAsync("tested", new() { Overrides = new Dictionary<string, int> { ["3"] = 1 } });
        var list = await app.ListAsync("placement=tested&user=3");
        Assert.Equal(("override", "knn"), (Reason(list), list.GetProperty("experiment").GetProperty("variant").GetString()));
        await app.SendAsync(ShopApp.Event("click", list, 0, "3"));
        Assert.Equal(["0"], app.Rows($"SELECT count(*) FROM unit_day WHERE experiment = {experiment.Id}"));
        Assert.Equal(["0"], app.Rows("SELECT experiment FROM recommendation WHERE placement = 'tested'"));
    }

    [Fact]
    public async Task Only_who_sees_the_arm_of_another_experiment_takes_part()
    {
        await RunAsync("first", new());
        await RunAsync("second", new() { Prerequisite = new("first-1", 1) });
        for (var user = 0; user < 20; user++)
        {
            var inB = (await app.ListAsync($"placement=first&user={user}")).GetProperty("experiment").GetProperty("variant").GetString() == "knn";
            Assert.Equal(inB ? "assigned" : "not-targeted", Reason(await app.ListAsync($"placement=second&user={user}")));
        }
        await app.PlacementAsync("orphan");
        var (a, b) = (await app.ServeAsync("popularity", "popularity"), await app.ServeAsync("knn", "item-knn"));
        var refusal = await Assert.ThrowsAsync<Refusal>(() => app.ExperimentAsync("orphan-1", "orphan", new ExperimentSettings { Prerequisite = new("no-such", 1) }, a, b));
        Assert.Equal("There is no experiment 'no-such' whose users could take part.", refusal.Message);
    }

    [Fact]
    public async Task Two_experiments_in_one_layer_share_no_user()
    {
        await app.PlacementAsync("layered");
        await RunAsync("layer-a", new() { Layer = new("page", 0, 0.5) }, "layered");
        await RunAsync("layer-b", new() { Layer = new("page", 0.5, 1) }, "layered");
        for (var user = 0; user < 20; user++)
            Assert.Equal(Bucketing.Hash("layer:page", $"{user}") < 0.5 ? "layer-a" : "layer-b", (await app.ListAsync($"placement=layered&user={user}")).GetProperty("experiment").GetProperty("id").GetString());
    }

    [Fact]
    public async Task What_a_user_was_at_the_first_list_is_recorded_once_and_stays()
    {
        var experiment = await RunAsync("sliced", new() { Slices = ["known", "device"] });
        await app.ListAsync("placement=sliced&user=3&context.device=mobile");
        await app.ListAsync("placement=sliced&user=3&context.device=desktop");
        await app.ListAsync("placement=sliced&user=new-here");
        Assert.Equal(["device 3 mobile", "device new-here ", "known 3 true", "known new-here false"], app.Rows($"SELECT name, unit, value FROM trait WHERE experiment = {experiment.Id} ORDER BY name, unit"));
        var desk = app.Get<ExperimentDesk>();
        await desk.AddSliceAsync("sliced-1", " country ", "Ada", TestContext.Current.CancellationToken);
        Assert.Equal("The result is split by 'country' already.", (await Assert.ThrowsAsync<Refusal>(() => desk.AddSliceAsync("sliced-1", "country", "Ada", TestContext.Current.CancellationToken))).Message);
        await app.Get<LiveExperiments>().RefreshAsync(TestContext.Current.CancellationToken);
        await app.ListAsync("placement=sliced&user=3&context.country=DE");
        Assert.Equal(["3 DE"], app.Rows($"SELECT unit, value FROM trait WHERE experiment = {experiment.Id} AND name = 'country'"));
    }
}

/// <summary>The global holdout on an installation of its own, because it holds for every placement.</summary>
public sealed class HoldoutTests(ShopApp app) : IClassFixture<ShopApp>
{
    [Fact]
    public async Task The_global_holdout_is_left_out_and_cannot_change_while_an_experiment_runs()
    {
        await app.OpenAsync();
        var holdout = app.Get<HoldoutDesk>();
        await Assert.ThrowsAsync<Refusal>(() => holdout.SetAsync(0.5, "Ada", TestContext.Current.CancellationToken));
        await holdout.SetAsync(0.2, "Ada", TestContext.Current.CancellationToken);
        Assert.Equal(0.2, await holdout.ReadAsync(TestContext.Current.CancellationToken));
        await app.ExperimentAsync("held-1", "home", await app.ServeAsync("popularity", "popularity"), await app.ServeAsync("knn", "item-knn"));
        for (var user = 0; user < 30; user++)
            Assert.Equal(Bucketing.Hash("global-holdout", $"{user}") < 0.2 ? "holdout" : "assigned", (await app.ListAsync($"placement=home&user={user}")).GetProperty("experiment").GetProperty("reason").GetString());
        var refusal = await Assert.ThrowsAsync<Refusal>(() => holdout.SetAsync(0.1, "Ada", TestContext.Current.CancellationToken));
        Assert.Equal("held-1 is under way; another holdout would move its users. Change it when no experiment runs.", refusal.Message);
    }
}
