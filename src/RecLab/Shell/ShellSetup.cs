using Microsoft.AspNetCore.Diagnostics;

namespace RecLab.Shell;

/// <summary>What a person sees when a request fails.</summary>
public static class ShellSetup
{
    public static IServiceCollection AddShell(this IServiceCollection services) => services.AddExceptionHandler<BareStatus>().AddSingleton<OverviewReader>();

    /// <summary>A page instead of an empty or broken answer; programs get the bare status.</summary>
    public static void UseShell(this WebApplication app)
    {
        app.UseExceptionHandler("/status/500", createScopeForErrors: true);
        app.UseStatusCodePagesWithReExecute("/status/{0}", createScopeForStatusCodePages: true);
        app.Use((http, next) =>
        {
            if (ForPrograms(http) && http.Features.Get<IStatusCodePagesFeature>() is { } pages) pages.Enabled = false;
            return next(http);
        });
        if (!app.Environment.IsDevelopment()) app.UseHsts();
    }

    private static bool ForPrograms(HttpContext http) => http.Request.Path.StartsWithSegments("/api") || http.Request.Path.StartsWithSegments("/health") || http.Request.Path.StartsWithSegments("/_blazor");

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
