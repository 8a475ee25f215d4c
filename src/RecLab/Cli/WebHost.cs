using Radzen;
using RecLab.Access;
using RecLab.Controls;
using RecLab.Doors;
using RecLab.Events;
using RecLab.Experiments;
using RecLab.Laboratory;
using RecLab.Notices;
using RecLab.Operations;
using RecLab.Results;
using RecLab.Data;
using RecLab.Serving;
using RecLab.Shell;
using RecLab.Storage;
using RecLab.Training;

namespace RecLab.Cli;

/// <summary>The web application as a table of contents: one line per room.</summary>
public static class WebHost
{
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = HostPaths.ContentRoot(AppContext.BaseDirectory),
        });
        builder.WebHost.UseStaticWebAssets(); // run from the build output, files of wwwroot and of packages are found through the manifest beside the program
        var paths = new HostPaths(builder.Configuration, builder.Environment.ContentRootPath);

        builder.Services.AddRazorComponents().AddInteractiveServerComponents();
        builder.Services.AddRadzenComponents();
        builder.Services.AddStorage(paths);
        builder.Services.AddSingleton<RecLab.Live.LiveFeed>();
        builder.Services.AddControls();
        builder.Services.AddAccess(paths);
        builder.Services.AddNotices();
        builder.Services.AddShell();
        builder.Services.AddOperations();
        builder.Services.AddExperiments();
        builder.Services.AddEvents();
        builder.Services.AddServing();
        builder.Services.AddDoors();
        builder.Services.AddResults();
        builder.Services.AddData();
        builder.Services.AddTraining(builder.Configuration, paths);
        builder.Services.AddLaboratory().AddSimulationQueue();
        builder.Services.AddShop();

        var app = builder.Build();
        app.UseOperations();
        app.UseShell();
        app.UseAccess();
        app.MapStaticAssets().AllowAnonymous();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(o => o.ContentSecurityFrameAncestorsPolicy = null);
        app.MapAccess();
        app.MapOperations();
        app.MapResults();
        app.MapLeaderboard();
        app.MapTensorBoard();
        app.MapShop();
        app.MapDoors();
        return app;
    }

    /// <summary>What must be true before the first request: databases migrated, roles and the set-up link there, and the key of an open demo shop.</summary>
    public static async Task PrepareAsync(WebApplication app)
    {
        await app.Services.MigrateStorageAsync();
        await app.Services.PrepareAccessAsync();
        await app.Services.PrepareShopAsync();
    }
}
