using RecLab.Data;
using RecLab.Live;
using RecLab.Storage;

namespace RecLab.Cli;

/// <summary>The rooms that verbs without a web server need, with the same settings and the same data folder.</summary>
public static class VerbHost
{
    /// <param name="args">Settings as <c>--Section:Key=value</c>.</param>
    /// <param name="add">Registers what this verb needs beside storage and data sets.</param>
    public static IHost Build(string[] args, Action<HostApplicationBuilder, HostPaths>? add = null)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = args, ContentRootPath = HostPaths.ContentRoot(AppContext.BaseDirectory) });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
        var paths = new HostPaths(builder.Configuration, builder.Environment.ContentRootPath);
        builder.Services.AddStorage(paths);
        builder.Services.AddSingleton<LiveFeed>();
        builder.Services.AddDataReading();
        add?.Invoke(builder, paths);
        return builder.Build();
    }
}
