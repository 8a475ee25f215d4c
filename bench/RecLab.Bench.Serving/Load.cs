using System.Net.Http.Json;
using System.Text.Json;

namespace RecLab.Bench.Serving;

/// <summary>Lists and events, with wrk.</summary>
internal static class Load
{
    public static async Task RunAsync(BenchApp app, int seconds)
    {
        await ListsAsync(app.Http, Path.Combine(app.Folder, "lists.txt"));
        BenchApp.Head();
        foreach (var (name, script, connections) in new[] { ("warm-up", "uncached.lua", 8), ("lists, uncached, 8 connections", "uncached.lua", 8), ("lists, cached, 8 connections", "cached.lua", 8), ("lists, cached, 64 connections", "cached.lua", 64), ("batches of 50 events, 8 connections", "events.lua", 8), ("batches of 50 events, 32 connections", "events.lua", 32) })
            await app.MeasureAsync(name, script, connections, seconds);
    }

    /// <summary>Lists for the events to speak of: an id and its items a line.</summary>
    private static async Task ListsAsync(HttpClient http, string path)
    {
        List<string> lines = [];
        for (var user = 0; user < 2000; user++)
        {
            var list = await http.GetFromJsonAsync<JsonElement>($"/api/v1/recommendations?placement=home&user={user}&n=10");
            lines.Add(string.Join(' ', list.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetString()).Prepend(list.GetProperty("recommendationId").GetString())));
        }
        await File.WriteAllLinesAsync(path, lines);
    }
}
