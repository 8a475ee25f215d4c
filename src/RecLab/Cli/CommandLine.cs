using System.CommandLine;

namespace RecLab.Cli;

/// <summary>The command line's front door: one verb per line, each a thin door to a room.</summary>
public static class CommandLine
{
    private static readonly Func<Command>[] Verbs =
    [
        DemoVerb.Create,
        UpVerb.Create,
        ImportVerb.Create,
        SnapshotVerb.Create,
        TrainVerb.Create,
        SearchVerb.Create,
        EvaluateVerb.Create,
        CompareVerb.Create,
        SimulateVerb.Create,
        ReproduceVerb.Create,
        SelfTestVerb.Create,
        WorkerVerb.Create,
        DoctorVerb.Create,
        BackupVerb.Create,
        RebuildVerb.Create,
        SbomVerb.Create,
    ];

    /// <returns>0 when done, 1 for a failure (its sentence on standard error), 2 for a bad argument.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        // Only settings, as "--Section:Key=value": what a host passes that starts the web application itself.
        if (args.All(IsSetting)) return await UpVerb.ServeAsync(args);

        var root = new RootCommand("RecLab trains recommender variants, routes people between them and says which one to ship.");
        foreach (var create in Verbs) root.Subcommands.Add(create());
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            await Console.Error.WriteLineAsync($"reclab: {parsed.Errors[0].Message.TrimEnd('.')}. See 'reclab --help'.");
            return 2;
        }
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = TimeSpan.FromSeconds(30), // time to store what is under way
            });
        }
        catch (BadArgumentException e)
        {
            await Console.Error.WriteLineAsync($"reclab: {e.Message}");
            return 2;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            await Console.Error.WriteLineAsync($"reclab: {e.Message}");
            if (Environment.GetEnvironmentVariable("RECLAB_TRACE") == "1") await Console.Error.WriteLineAsync(e.ToString());
            return e is OperationCanceledException ? 130 : 1;
        }
    }

    private static bool IsSetting(string argument) => argument.StartsWith("--", StringComparison.Ordinal) && argument.Contains('=');
}

/// <summary>A verb was given something it cannot take: one sentence, exit code 2.</summary>
public sealed class BadArgumentException(string message) : Exception(message);
