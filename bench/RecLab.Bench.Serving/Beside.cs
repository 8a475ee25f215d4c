using System.Net.Http.Json;
using System.Text.Json;

namespace RecLab.Bench.Serving;

/// <summary>Uncached lists alone, then with the same load while a training of the app's own queue runs beside it, in a process of its own as always.</summary>
internal static class Beside
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static async Task RunAsync(BenchApp app, int seconds)
    {
        BenchApp.Head();
        await app.MeasureAsync("warm-up", "uncached.lua", 8, seconds);
        await app.MeasureAsync("lists, uncached, 8 connections, nothing beside", "uncached.lua", 8, seconds);
        using var asked = await app.Http.PostAsJsonAsync("/api/v1/trainings", new { variant = BenchShop.Learner });
        asked.EnsureSuccessStatusCode();
        var run = (await asked.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetInt32();
        await LearningAsync(app, run);
        await app.MeasureAsync("lists, uncached, 8 connections, a training beside", "uncached.lua", 8, seconds);
        var (state, phase) = await StateAsync(app, run);
        if (state != "running") throw new InvalidOperationException($"The training was {state} ({phase}) at the end of the load, so the row above says too little. Give it more epochs.");
        using var cancelled = await app.Http.PostAsync($"/api/v1/trainings/{run}:cancel", null);
        cancelled.EnsureSuccessStatusCode();
    }

    /// <summary>Waits until the run really learns: what comes before is reading data.</summary>
    private static async Task LearningAsync(BenchApp app, int run)
    {
        var until = DateTime.UtcNow + Patience;
        while (DateTime.UtcNow < until)
        {
            var progress = await app.Http.GetFromJsonAsync<JsonElement>($"/api/v1/trainings/{run}");
            if (progress.GetProperty("state").GetString() is not ("queued" or "running")) throw new InvalidOperationException($"The training ended early: {progress}");
            if (progress.GetProperty("fraction").GetDouble() > 0) return;
            await Task.Delay(200);
        }
        throw new InvalidOperationException("The training did not begin.");
    }

    private static async Task<(string State, string Phase)> StateAsync(BenchApp app, int run)
    {
        var progress = await app.Http.GetFromJsonAsync<JsonElement>($"/api/v1/trainings/{run}");
        return (progress.GetProperty("state").GetString()!, progress.GetProperty("phase").GetString()!);
    }
}
