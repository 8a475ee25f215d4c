using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RecLab.Data;
using RecLab.Events;
using RecLab.Training;
using Xunit;

namespace RecLab.Tests.Doors;

/// <summary>What tests of the event log as training data need of the shop.</summary>
public static class ShopLog
{
    /// <summary>Asks for a list of everything the user has not touched in the item's category and clicks that item in it, through the doors.</summary>
    public static async Task<JsonElement> ClickAsync(this ShopApp app, string user, string item, bool simulated = false, string type = "click", double? value = null)
    {
        var aisle = $"aisle-{int.Parse(item) % 4}";
        var list = await app.ListAsync($"placement={aisle}&user={user}&n=100{(simulated ? "&simulated=true" : "")}");
        var place = Array.IndexOf(ShopApp.Ids(list), item);
        Assert.True(place >= 0, $"item {item} is not in the list for {user}");
        await app.ReportAsync(simulated, new
        {
            eventId = Guid.CreateVersion7().ToString(), type, recommendationId = list.GetProperty("recommendationId").GetString(), itemId = item, position = place + 1, user, value,
            occurredAt = DateTimeOffset.UtcNow,
        });
        return list;
    }

    /// <summary>Sends events as they are; the answer must be 200.</summary>
    public static async Task<JsonElement> ReportAsync(this ShopApp app, bool simulated, params object[] events)
    {
        using var client = app.Backend();
        using var answer = await client.PostAsJsonAsync($"/api/v1/events?simulated={(simulated ? "true" : "false")}", new { sentAt = DateTimeOffset.UtcNow, events }, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>Placements that show one category each, so that any item can be clicked.</summary>
    public static async Task<ShopApp> WithAislesAsync(this ShopApp app)
    {
        await app.OpenAsync();
        for (var aisle = 0; aisle < 4; aisle++) await app.PlacementAsync($"aisle-{aisle}", p => (p.Exploration, p.Filters) = (0, $$"""{"categories":["c{{aisle}}"]}"""));
        return app;
    }

    public static Task<Dataset> SnapshotAsync(this ShopApp app, string name, LogRecipe? recipe = null) =>
        app.Get<SnapshotDesk>().MakeAsync(name, app.DatasetId, recipe ?? new(), "Ada", TestContext.Current.CancellationToken);

    /// <summary>Waits for the end of a run, which must have succeeded, and puts what it left on the shelf.</summary>
    public static async Task<TrainingRun> TrainedAsync(this ShopApp app, int runId)
    {
        for (var i = 0; ; i++)
        {
            await using var db = await app.DbAsync();
            var run = await db.Set<TrainingRun>().AsNoTracking().SingleAsync(r => r.Id == runId, TestContext.Current.CancellationToken);
            if (run.State == RunState.Succeeded)
            {
                await app.Get<RecLab.Serving.ModelShelf>().RefreshAsync(TestContext.Current.CancellationToken);
                return run;
            }
            Assert.True(run.State is RunState.Queued or RunState.Running && i < 1800, $"run {runId} is {run.State}: {run.Error}");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }
}
