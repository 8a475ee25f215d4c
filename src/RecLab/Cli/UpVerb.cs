using System.CommandLine;
using RecLab.Access;

namespace RecLab.Cli;

/// <summary><c>reclab up</c>: serve the dashboard and the doors, nothing else.</summary>
public static class UpVerb
{
    public static Command Create()
    {
        var settings = new CommonSettings();
        var command = new Command("up", "Serve the dashboard and the HTTP doors.");
        settings.AddTo(command);
        command.SetAction((parsed, cancellation) => ServeAsync(settings.Read(parsed), cancellation));
        return command;
    }

    /// <summary>Runs the web application until it is stopped.</summary>
    /// <param name="args">Settings as <c>--Section:Key=value</c>.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<int> ServeAsync(string[] args, CancellationToken cancellation = default)
    {
        await using var app = WebHost.Build(args);
        await WebHost.PrepareAsync(app);
        await app.StartAsync(cancellation);
        if (app.Services.GetRequiredService<SetupDesk>().PendingLink(app.Urls.FirstOrDefault() ?? "") is { } link)
            Console.WriteLine($"Nobody can sign in yet. Set up the administrator (this link works once): {link}");
        await app.WaitForShutdownAsync(cancellation);
        return 0;
    }
}
