using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.StaticAssets;
using RecLab.Live;

namespace RecLab.Operations;

/// <summary>Health, latency, backup and the doctor.</summary>
public static class OperationsSetup
{
    public static IServiceCollection AddOperations(this IServiceCollection services) => services
        .AddSingleton<RequestMeter>().AddSingleton<Backup>().AddSingleton<Doctor>().AddSingleton<ReadinessBoard>().AddSingleton<OperationsBoard>().AddSingleton<IReadiness, DatabaseReadiness>().AddSingleton<IReadiness, ModelReadiness>()
        .AddSingleton<SelfTestStore>().AddSingleton<SelfTestJob>().AddHostedService(provider => provider.GetRequiredService<SelfTestJob>())
        .AddSingleton<Watch>().AddHostedService(provider => provider.GetRequiredService<Watch>());

    /// <summary>Measures every answer but files and circuits; the outermost of all.</summary>
    public static void UseOperations(this WebApplication app)
    {
        var meter = app.Services.GetRequiredService<RequestMeter>();
        var names = new ConcurrentDictionary<(RouteEndpoint, string), string?>(); // as many as there are routes
        app.Use(async (http, next) =>
        {
            var started = Stopwatch.GetTimestamp();
            try { await next(http); }
            finally
            {
                if (http.GetEndpoint() is RouteEndpoint endpoint && names.GetOrAdd((endpoint, http.Request.Method), static route => NameOf(route.Item1, route.Item2)) is { } name)
                    meter.Record(name, Stopwatch.GetElapsedTime(started), http.Response.StatusCode >= 500);
            }
        });
    }

    /// <summary>"GET /api/v1/events"; null for what is not measured.</summary>
    private static string? NameOf(RouteEndpoint endpoint, string method) =>
        endpoint.RoutePattern.RawText is { } pattern && endpoint.Metadata.GetMetadata<StaticAssetDescriptor>() is null && !pattern.TrimStart('/').StartsWith("_blazor", StringComparison.Ordinal)
            ? $"{method} /{pattern.TrimStart('/')}" : null;

    /// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c>: every room is there, else 503 with what is awaited.</summary>
    public static void MapOperations(this WebApplication app)
    {
        app.MapGet("/health/live", () => TypedResults.Text("live")).AllowAnonymous().ExcludeFromDescription();
        app.MapGet("/health/ready", async (ReadinessBoard board, CancellationToken cancellation) =>
        {
            var waiting = (await board.AskAsync(cancellation)).Where(l => l.Awaited is not null).ToDictionary(l => l.Name, l => l.Awaited);
            return TypedResults.Json(new { ready = waiting.Count == 0, awaited = waiting }, statusCode: waiting.Count == 0 ? 200 : 503);
        }).AllowAnonymous().ExcludeFromDescription();
    }
}
