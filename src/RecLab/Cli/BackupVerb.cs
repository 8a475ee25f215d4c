using System.CommandLine;
using RecLab.Controls;
using RecLab.Operations;

namespace RecLab.Cli;

/// <summary><c>reclab backup</c>: copy the databases, data sets and artifacts while the server works.</summary>
public static class BackupVerb
{
    public static Command Create()
    {
        var to = new Option<string?>("--to") { Description = "Folder the backup is made in (default: backups in the data folder)." };
        var settings = new CommonSettings();
        var command = new Command("backup", "Copy everything that cannot be made again, while the server works. To restore, stop the server and put the files in its data folder.") { to };
        settings.AddTo(command);
        command.SetAction((parsed, cancellation) => TakeAsync(parsed.GetValue(to), settings.Read(parsed), cancellation));
        return command;
    }

    private static async Task<int> TakeAsync(string? to, string[] args, CancellationToken cancellation)
    {
        using var host = VerbHost.Build(args, (builder, _) => builder.Services.AddSingleton<Backup>());
        var line = ProgressLine.OnConsole();
        var report = await host.Services.GetRequiredService<Backup>().TakeAsync(to, new Shown(line), cancellation);
        line.Done($"{Figures.Count(report.Files.Count)} files, {Figures.Bytes(report.Bytes)}, every copied database is whole.");
        Console.WriteLine(report.Folder);
        return 0;
    }

    private sealed class Shown(ProgressLine line) : IProgress<(string What, double Fraction)>
    {
        public void Report((string What, double Fraction) value) => line.Show(value.What, value.Fraction);
    }
}
