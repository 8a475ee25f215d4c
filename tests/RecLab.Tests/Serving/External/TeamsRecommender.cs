using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace RecLab.Tests.Serving.External;

/// <summary>A real little HTTP service such as a team may run: it answers as it is told to, on a port of its own.</summary>
internal sealed class TeamsRecommender : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _asked;

    private TeamsRecommender(WebApplication app) => _app = app;

    /// <summary>What it does with a question.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = null!;

    /// <summary>How often it was asked, by what header, and the newest question.</summary>
    public int Asked => Volatile.Read(ref _asked);
    public string? Authorization { get; private set; }
    public JsonElement Question { get; private set; }
    public string Url => _app.Urls.First() + "/lists";

    public static async Task<TeamsRecommender> StartAsync(params string[] items)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var team = new TeamsRecommender(builder.Build());
        team.Answer = team.Says(items);
        team._app.MapPost("/lists", async (HttpContext http) =>
        {
            Interlocked.Increment(ref team._asked);
            team.Authorization = http.Request.Headers.Authorization;
            team.Question = (await JsonDocument.ParseAsync(http.Request.Body)).RootElement.Clone();
            await team.Answer(http);
        });
        team._app.MapGet("/lists", () => "redirected here by GET");
        await team._app.StartAsync();
        return team;
    }

    /// <summary>Answers with these items.</summary>
    public Func<HttpContext, Task> Says(params string[] items) => http => http.Response.WriteAsJsonAsync(new { items });

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
