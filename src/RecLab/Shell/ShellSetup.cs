using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Diagnostics;
using RecLab.Doors;

namespace RecLab.Shell;

/// <summary>What a person sees when a request fails.</summary>
public static class ShellSetup
{
    public static IServiceCollection AddShell(this IServiceCollection services) => services.AddExceptionHandler<BareStatus>().AddSingleton<OverviewReader>();

    /// <summary>A page instead of an empty or broken answer; programs get the bare status.</summary>
    public static void UseShell(this WebApplication app)
    {
        app.UseProblemAnswers();
        app.UseExceptionHandler("/status/500", createScopeForErrors: true);
        app.UseStatusCodePagesWithReExecute("/status/{0}", createScopeForStatusCodePages: true);
        app.Use((http, next) =>
        {
            if (ForPrograms(http) && http.Features.Get<IStatusCodePagesFeature>() is { } pages) pages.Enabled = false;
            return next(http);
        });
        app.Use(async (http, next) =>
        {
            try { await next(http); }
            catch (Exception bad) when (IsBadRequest(bad, http) && !http.Response.HasStarted)
            {
                http.Response.StatusCode = bad is BadHttpRequestException { StatusCode: var status } ? status : StatusCodes.Status400BadRequest;
            }
        });
        if (!app.Environment.IsDevelopment()) app.UseHsts();
    }

    private static bool ForPrograms(HttpContext http) => http.Request.Path.StartsWithSegments("/api") || http.Request.Path.StartsWithSegments("/health") || http.Request.Path.StartsWithSegments("/_blazor");

    /// <summary>The framework throws where a body cannot be read; that is the sender's fault, not ours.</summary>
    private static bool IsBadRequest(Exception error, HttpContext http) => error is BadHttpRequestException or AntiforgeryValidationException
        || (error is InvalidDataException && http.Request.ContentType is { } type && (type.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase) || type.StartsWith("application/x-www-form", StringComparison.OrdinalIgnoreCase)));

    private sealed class BareStatus : IExceptionHandler
    {
        public ValueTask<bool> TryHandleAsync(HttpContext http, Exception error, CancellationToken cancellation)
        {
            if (!ForPrograms(http)) return ValueTask.FromResult(false);
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return ValueTask.FromResult(true);
        }
    }
}
