namespace RecLab.Cli;

/// <summary>The command line's front door: one verb per room, all thin.</summary>
public static class CommandLine
{
    /// <returns>0 when done, 2 for a bad argument, 1 for a failure.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        await using var app = WebHost.Build(args);
        await WebHost.PrepareAsync(app);
        await app.RunAsync();
        return 0;
    }
}
