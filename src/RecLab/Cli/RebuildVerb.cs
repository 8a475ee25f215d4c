using System.CommandLine;
using Microsoft.Data.Sqlite;
using RecLab.Controls;
using RecLab.Events;
using RecLab.Storage;

namespace RecLab.Cli;

/// <summary><c>reclab rebuild</c>: recompute every total from the event log and say what differs.</summary>
public static class RebuildVerb
{
    private const int Shown = 20, Busy = 5;

    public static Command Create()
    {
        var write = new Option<bool>("--write") { Description = "Put what the log says in the place of totals that differ. While it works, a running server tells senders of events to try again." };
        var settings = new CommonSettings();
        var command = new Command("rebuild", "Recompute every total from the event log. Exit code 0: all of them follow from it, or were replaced; 1: some differ.") { write };
        settings.AddTo(command);
        command.SetAction(parsed => Rebuild(parsed.GetValue(write), settings.Read(parsed)));
        return command;
    }

    private static int Rebuild(bool write, string[] args)
    {
        using var host = VerbHost.Build(args, (builder, _) =>
        {
            builder.Services.AddLogReading();
            builder.Services.AddSingleton<FoldProof>();
        });
        var path = host.Services.GetRequiredService<HostPaths>().EventDatabase;
        if (!File.Exists(path)) throw new BadArgumentException($"There is no event log at {path}.");
        host.Services.GetRequiredService<EventStore>().Create(); // tables that a newer version added
        var proof = host.Services.GetRequiredService<FoldProof>();
        FoldReport report;
        try
        {
            report = write ? proof.Rebuild(Shown) : proof.Examine(Shown);
        }
        catch (SqliteException fault) when (fault.SqliteErrorCode == Busy)
        {
            throw new InvalidOperationException("Another process is writing the event log; nothing was changed. Try again, or stop the server first.", fault);
        }
        foreach (var fault in report.Faults)
            Console.WriteLine(fault.Stored.Length > 0 ? $"{fault.Table}: stored and not in the log: {fault.Stored}" : $"{fault.Table}: in the log and not stored: {fault.FromLog}");
        if (report.Differing > report.Faults.Count) Console.WriteLine($"and {Figures.Count(report.Differing - report.Faults.Count)} more");
        var log = $"{Figures.Count(report.Lists)} lists and {Figures.Count(report.Events)} events";
        Console.WriteLine(report.Differing == 0 ? $"All {Figures.Count(report.Totals)} totals follow from {log}; nothing was changed."
            : write ? $"{Figures.Count(report.Differing)} rows differed and were replaced by what {log} say."
            : $"{Figures.Count(report.Differing)} rows differ from what {log} say. 'reclab rebuild --write' replaces them.");
        return report.Differing == 0 || write ? 0 : 1;
    }
}
