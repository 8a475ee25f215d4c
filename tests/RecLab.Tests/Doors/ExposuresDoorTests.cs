using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using RecLab.Events;
using RecLab.Serving;
using RecLab.Training.External;
using Xunit;

namespace RecLab.Tests.Doors;

/// <summary>The host decides and reports: the log-only arm.</summary>
public sealed class ExposuresDoorTests(ShopApp app) : IClassFixture<ShopApp>, IAsyncLifetime
{
    private static readonly SemaphoreSlim Once = new(1, 1);

    public async ValueTask InitializeAsync()
    {
        await Once.WaitAsync();
        try { await app.OpenAsync(); }
        finally { Once.Release(); }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<(HttpStatusCode Status, JsonElement Body)> ReportAsync(object exposure)
    {
        using var client = app.Backend();
        using var answer = await client.PostAsJsonAsync("/api/v1/exposures", exposure);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement);
    }

    private async Task OpenExperimentAsync(string key)
    {
        await app.PlacementAsync(key, p => p.Exploration = 0);
        var theirs = await app.Get<ExternalDesk>().CreateLogOnlyAsync(new(key, key, app.DatasetId), "test");
        await app.Get<ModelShelf>().RefreshAsync();
        await app.ExperimentAsync(key, key, await app.ServeAsync(key + "-als", "als"), theirs);
    }

    [Fact]
    public async Task The_hosts_lists_count_for_its_arm_with_its_own_propensities()
    {
        await OpenExperimentAsync("hosted");
        var (ours, theirs) = (0, 0);
        for (var user = 0; user < 40; user++)
        {
            var list = await app.ListAsync($"placement=hosted&user={user}&n=2");
            if (list.TryGetProperty("hostDecides", out _))
            {
                theirs++;
                Assert.Empty(ShopApp.Ids(list));
                Assert.Equal((null, "assigned"), (list.GetProperty("recommendationId").GetString(), list.GetProperty("experiment").GetProperty("reason").GetString()));
                var (status, body) = await ReportAsync(new { placement = "hosted", user = $"{user}", items = new object[] { new { id = "shirt", propensity = 0.25 }, "shoe" } });
                Assert.Equal(HttpStatusCode.OK, status);
                Assert.Equal(("hosted", "hosted", "assigned"), (Word(body, "experiment"), Word(body, "variant"), Word(body, "reason")));
                await app.SendAsync(new { eventId = Guid.CreateVersion7(), type = "click", recommendationId = Word(body, "recommendationId"), itemId = "shoe", user = $"{user}" });
            }
            else ours++;
        }
        Assert.True(ours > 5 && theirs > 5, $"{ours} and {theirs} of 40");
        Assert.Equal([$"{theirs} {theirs * 2} {theirs}"], app.Rows("SELECT sum(lists), sum(served), sum(clicked) FROM unit_day WHERE arm = 1 AND experiment = (SELECT max(experiment) FROM recommendation WHERE placement = 'hosted')"));
        Assert.Equal(["[0.25,1] 1"], app.Rows("SELECT DISTINCT propensities, host_decides FROM recommendation WHERE placement = 'hosted' AND arm = 1"));
    }

    [Fact]
    public async Task A_report_for_a_user_of_another_arm_is_kept_and_not_counted()
    {
        await OpenExperimentAsync("strict");
        for (var user = 0; ; user++)
        {
            if ((await app.ListAsync($"placement=strict&user={user}&n=2")).TryGetProperty("hostDecides", out _)) continue;
            var (_, body) = await ReportAsync(new { placement = "strict", user = $"{user}", items = new[] { "shirt" } });
            Assert.Equal((null, "other-arm"), (Word(body, "experiment"), Word(body, "reason")));
            Assert.Equal(["0"], app.Rows($"SELECT experiment FROM recommendation WHERE placement = 'strict' AND host_decides = 1 AND unit = '{user}'"));
            return;
        }
    }

    [Fact]
    public async Task The_same_report_twice_is_one_list()
    {
        await app.PlacementAsync("twice");
        var report = new { exposureId = Guid.CreateVersion7().ToString(), placement = "twice", user = "u", items = new[] { "a", "b" }, servedAt = DateTimeOffset.UtcNow };
        var (_, first) = await ReportAsync(report);
        var (_, second) = await ReportAsync(report);
        Assert.Equal(Word(first, "recommendationId"), Word(second, "recommendationId"));
        Assert.Equal(["1 2"], app.Rows("SELECT sum(lists), sum(served) FROM unit_day WHERE unit = 'u' AND experiment = 0"));
        var answer = await app.SendAsync(new { eventId = Guid.NewGuid(), type = "click", recommendationId = Word(first, "recommendationId"), itemId = "a", user = "u" });
        Assert.Equal(1, answer.GetProperty("accepted").GetInt32());
        Assert.Empty(app.Get<FoldProof>().Check());
    }

    [Fact]
    public async Task A_report_that_comes_again_after_the_users_arm_changed_is_the_list_that_was_stored_first()
    {
        await OpenExperimentAsync("rerouted");
        for (var user = 0; ; user++)
        {
            if (!(await app.ListAsync($"placement=rerouted&user={user}&n=2")).TryGetProperty("hostDecides", out _)) continue;
            var report = new { exposureId = Guid.CreateVersion7().ToString(), placement = "rerouted", user = $"{user}", items = new[] { "shirt" } };
            var (_, first) = await ReportAsync(report);
            Assert.Equal("assigned", Word(first, "reason"));
            await app.Get<PlacementDesk>().HaltAsync("rerouted", "", "test", TestContext.Current.CancellationToken);
            var (_, again) = await ReportAsync(report);
            Assert.Equal(first.GetRawText(), again.GetRawText());
            var answer = await app.SendAsync(new { eventId = Guid.NewGuid(), type = "click", recommendationId = Word(again, "recommendationId"), itemId = "shirt", user = $"{user}" });
            Assert.Equal(1, answer.GetProperty("accepted").GetInt32());

            var (status, problem) = await ReportAsync(report with { user = "somebody-else" });
            Assert.Equal((HttpStatusCode.Conflict, "The exposureId was used for another list already. Give every list an id of its own."), (status, Word(problem, "detail")));
            return;
        }
    }

    [Theory]
    [InlineData("""{"placement":"home","items":["a"]}""", "/user")]
    [InlineData("""{"placement":"home","user":"u","items":[]}""", "/items")]
    [InlineData("""{"placement":"home","user":"u","items":["a","a"]}""", "/items/1")]
    [InlineData("""{"placement":"home","user":"u","items":[{"id":"a","propensity":0}]}""", "/items/0/propensity")]
    [InlineData("""{"placement":"home","user":"u","items":[{"id":"a","propensity":1.5}]}""", "/items/0/propensity")]
    [InlineData("""{"placement":"home","user":"u","items":[{}]}""", "/items/0")]
    [InlineData("""{"placement":"home","user":"u","items":["a"],"servedAt":"2020-01-01T00:00:00Z"}""", "/servedAt")]
    public async Task A_wrong_report_is_refused_with_a_pointer(string body, string pointer)
    {
        var (status, problem) = await ReportAsync(JsonDocument.Parse(body).RootElement);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Equal(pointer, problem.GetProperty("errors")[0].GetProperty("pointer").GetString());
    }

    [Fact]
    public async Task A_page_may_not_report()
    {
        using var page = app.CreateClient();
        using var answer = await page.PostAsJsonAsync($"/api/v1/exposures?key={app.PublishableKey}", new { placement = "home", user = "u", items = new[] { "a" } });
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    private static string? Word(JsonElement element, string name) => element.GetProperty(name).GetString();
}
