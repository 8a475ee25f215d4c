using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using RecLab.Serving;
using RecLab.Serving.External;
using RecLab.Storage;
using RecLab.Tests.Doors;
using RecLab.Training;
using RecLab.Training.External;
using Xunit;

namespace RecLab.Tests.Serving.External;

/// <summary>A team's service as an arm, through HTTP on both sides.</summary>
public sealed class EndpointArmTests(ShopApp app) : IClassFixture<ShopApp>, IAsyncLifetime
{
    private static readonly SemaphoreSlim Once = new(1, 1);

    public async ValueTask InitializeAsync()
    {
        await Once.WaitAsync();
        try { await app.OpenAsync(); }
        finally { Once.Release(); }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<Variant> ArmAsync(string key, TeamsRecommender team, int timeoutMs = 2000, string? secret = null)
    {
        var variant = await app.Get<ExternalDesk>().CreateEndpointAsync(new(key, key, app.DatasetId), new(team.Url, Secret: secret, TimeoutMs: timeoutMs, MaxKilobytes: 4), "test");
        await app.Get<ModelShelf>().RefreshAsync();
        await app.PlacementAsync(key, p => (p.Exploration, p.DefaultVariantId, p.HideSeen) = (0, variant.Id, false));
        return variant;
    }

    private static string? Fallback(JsonElement list) => list.GetProperty("fallback").GetString();

    [Fact]
    public async Task The_services_list_is_shown_filtered_and_known_items_only()
    {
        await using var team = await TeamsRecommender.StartAsync("17", "no-such-item", "3", "9", "4");
        await ArmAsync("team-good", team, secret: "Bearer let-me-in");
        var list = await app.ListAsync("placement=team-good&user=7&n=3&exclude=3");
        Assert.Equal(["17", "9", "4"], ShopApp.Ids(list));
        Assert.Null(Fallback(list));
        Assert.Equal(("team-good", 1), (list.GetProperty("model").GetProperty("id").GetString(), list.GetProperty("model").GetProperty("version").GetInt32()));
        Assert.Equal("Bearer let-me-in", team.Authorization);
        Assert.Equal(("team-good", "7", 3), (team.Question.GetProperty("placement").GetString(), team.Question.GetProperty("user").GetString(), team.Question.GetProperty("n").GetInt32()));
        Assert.NotEmpty(team.Question.GetProperty("history").EnumerateArray());
    }

    [Fact]
    public async Task Slow_broken_redirecting_oversize_and_senseless_answers_leave_the_fallback_and_say_so()
    {
        await using var team = await TeamsRecommender.StartAsync("1");
        var variant = await ArmAsync("team-bad", team, timeoutMs: 200);
        var (asked, faults) = (0, new List<string>());
        foreach (var (fault, answer) in new (string, Func<HttpContext, Task>)[]
        {
            ("timeout", http => Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default)),
            ("status", http => { http.Response.StatusCode = 500; return http.Response.WriteAsync("stack trace"); }),
            ("redirect", http => { http.Response.Redirect(team.Url); return Task.CompletedTask; }),
            ("toolarge", http => http.Response.WriteAsJsonAsync(new { items = Enumerable.Range(0, 900).Select(i => $"item number {i}") })),
        })
        {
            team.Answer = answer;
            var list = await app.ListAsync("placement=team-bad&user=7&n=5");
            Assert.Equal("popularity", Fallback(list));
            Assert.Equal(5, ShopApp.Ids(list).Distinct().Count());
            Assert.Equal(++asked, team.Asked); // a redirect is not followed
            faults.Add(fault);
        }
        var health = app.Get<ModelShelf>().Borrow(variant.Id)!.Remote!.Health();
        Assert.Equal(faults.Order(), health.Faults.Keys.Order());
        team.Answer = http => http.Response.WriteAsJsonAsync(new { recommendations = new[] { "1" } });
        Assert.Equal("popularity", Fallback(await app.ListAsync("placement=team-bad&user=7&n=5")));
        // five in a row: the circuit is open and the service has its peace
        Assert.Equal(CircuitState.Open, app.Get<ModelShelf>().Borrow(variant.Id)!.Remote!.Health().Circuit);
        team.Answer = team.Says("1", "2");
        Assert.Equal("popularity", Fallback(await app.ListAsync("placement=team-bad&user=7&n=5")));
        Assert.Equal(asked + 1, team.Asked);
    }

    [Fact]
    public async Task A_dead_service_leaves_the_fallback()
    {
        var team = await TeamsRecommender.StartAsync("1");
        await ArmAsync("team-dead", team);
        await team.DisposeAsync();
        Assert.Equal("popularity", Fallback(await app.ListAsync("placement=team-dead&user=7&n=5")));
    }

    [Fact]
    public async Task An_empty_answer_is_an_answer_of_nothing_and_the_fallback_steps_in()
    {
        await using var team = await TeamsRecommender.StartAsync();
        await ArmAsync("team-empty", team);
        Assert.Equal("popularity", Fallback(await app.ListAsync("placement=team-empty&user=7&n=5")));
    }

    [Fact]
    public async Task It_is_an_arm_beside_a_trained_variant_and_clicks_join()
    {
        await using var team = await TeamsRecommender.StartAsync("8", "9", "10", "11");
        var ours = await app.ServeAsync("beside-als", "als");
        var theirs = await ArmAsync("beside-team", team);
        await app.ExperimentAsync("beside", "beside-team", ours, theirs);
        HashSet<string> seen = [];
        for (var user = 0; user < 30; user++)
        {
            var list = await app.ListAsync($"placement=beside-team&user={user}&n=3");
            var variant = list.GetProperty("experiment").GetProperty("variant").GetString()!;
            seen.Add(variant);
            if (variant == "beside-team") Assert.Equal(["8", "9", "10"], ShopApp.Ids(list));
            await app.SendAsync(ShopApp.Event("click", list, 0, $"{user}"));
        }
        Assert.Equal(["beside-als", "beside-team"], seen.Order());
        Assert.Equal(["30 30"], app.Rows("SELECT sum(lists), sum(clicked) FROM unit_day WHERE experiment > 0 AND unit IN (SELECT unit FROM recommendation WHERE placement = 'beside-team') AND experiment = (SELECT max(experiment) FROM recommendation WHERE placement = 'beside-team')"));
    }

    [Fact]
    public async Task The_secret_is_encrypted_hidden_and_does_not_follow_to_another_host()
    {
        await using var team = await TeamsRecommender.StartAsync("1");
        await ArmAsync("team-secret", team, secret: "Bearer s3cret-value");
        await using var db = await app.DbAsync();
        var variant = await db.Set<Variant>().AsNoTracking().SingleAsync(v => v.Key == "team-secret");
        Assert.DoesNotContain("s3cret", variant.Options, StringComparison.Ordinal);
        Assert.DoesNotContain(OptionLines.Of(variant.Family, variant.Options), line => line.Value.Contains(EndpointSettings.FromJson(variant.Options).Secret, StringComparison.Ordinal));
        var desk = app.Get<ExternalDesk>();
        var refusal = await Assert.ThrowsAsync<RefusedException>(() => desk.ChangeEndpointAsync("team-secret", new("https://elsewhere.example/lists"), "test"));
        Assert.Contains("enter the secret again", refusal.Message, StringComparison.Ordinal);
        await desk.ChangeEndpointAsync("team-secret", new(team.Url + "?v=2", TimeoutMs: 900), "test");
        await app.Get<ModelShelf>().RefreshAsync();
        var list = await app.ListAsync("placement=team-secret&user=7&n=1");
        Assert.Equal(2, list.GetProperty("model").GetProperty("version").GetInt32());
        Assert.Equal("Bearer s3cret-value", team.Authorization);
    }

    [Theory]
    [InlineData("ftp://x.example/", "Authorization", 300)]
    [InlineData("https://user:pass@x.example/", "Authorization", 300)]
    [InlineData("lists", "Authorization", 300)]
    [InlineData("https://x.example/", "Host", 300)]
    [InlineData("https://x.example/", "A B", 300)]
    [InlineData("https://x.example/", "Authorization", 6000)]
    public async Task Wrong_settings_are_refused_and_change_nothing(string url, string header, int timeout)
    {
        await Assert.ThrowsAsync<RefusedException>(() => app.Get<ExternalDesk>().CreateEndpointAsync(new("team-wrong", "x", app.DatasetId), new(url, header, null, timeout), "test"));
        await using var db = await app.DbAsync();
        Assert.False(await db.Set<Variant>().AnyAsync(v => v.Key == "team-wrong"));
    }

    [Fact]
    public async Task A_metadata_address_is_never_called()
    {
        using var caller = new EndpointCaller(new Microsoft.Extensions.Configuration.ConfigurationBuilder().Build(), TimeProvider.System);
        var fault = await Assert.ThrowsAsync<EndpointException>(() => caller.AskAsync(new() { Url = "http://169.254.169.254/latest" }, "", new("p", null, null, null, 1, [], [], null), TestContext.Current.CancellationToken));
        Assert.Equal(EndpointFault.Refused, fault.Fault);
    }
}
