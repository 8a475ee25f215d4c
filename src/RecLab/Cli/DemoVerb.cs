using System.CommandLine;

namespace RecLab.Cli;

/// <summary><c>reclab demo</c>: from nothing to a running experiment. A second run continues from what exists.</summary>
public static class DemoVerb
{
    public static Command Create()
    {
        var settings = new CommonSettings();
        var data = new Option<string?>("--data") { Description = "Data to import: a folder, zip or file (default: a generated bookshop)." };
        var users = new Option<int>("--users") { Description = "Simulated visitors.", DefaultValueFactory = _ => 3000 };
        var fast = new Option<bool>("--fast") { Description = "A small shop, short trainings and few visitors, to see everything in a minute or two." };
        var exit = new Option<bool>("--exit") { Description = "Stop when everything is done instead of serving on." };
        users.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && (!int.TryParse(result.Tokens[0].Value, out var n) || n is < 1 or > 1_000_000)) result.AddError("--users must be a whole number from 1 to 1,000,000");
        });
        var command = new Command("demo", "Load data, train variants, start an experiment, send simulated visitors and serve the dashboard.") { data, users, fast, exit };
        settings.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var options = new DemoOptions(parsed.GetValue(data), parsed.GetValue(users), parsed.GetValue(fast));
            if (options.Data is { } path && !File.Exists(path) && !Directory.Exists(path)) throw new BadArgumentException($"There is nothing at {path}.");
            await using var app = WebHost.Build([$"--{Doors.ShopSetup.Setting}=true", .. settings.Read(parsed), "--Logging:LogLevel:Default=Warning", "--Logging:LogLevel:Microsoft.Hosting.Lifetime=Warning"]);
            await WebHost.PrepareAsync(app);
            await app.StartAsync(cancellation);
            await ActivatorUtilities.CreateInstance<DemoScript>(app.Services, options, app.Urls.First()).RunAsync(cancellation);
            if (!parsed.GetValue(exit)) await app.WaitForShutdownAsync(cancellation);
            else await app.StopAsync(cancellation);
            return 0;
        });
        return command;
    }
}

/// <summary>What somebody asked the demo for.</summary>
/// <param name="Data">A path, or null for the generated shop.</param>
/// <param name="Users">Simulated visitors.</param>
/// <param name="Fast">Small and short.</param>
public sealed record DemoOptions(string? Data, int Users, bool Fast);
